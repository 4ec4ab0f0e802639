"""Fixtures of the room."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from tests.integration.agents.house import House, house_on


@pytest.fixture
async def house(postgres_url: str) -> AsyncIterator[House]:
    """A room on a fresh database."""
    async with house_on(postgres_url) as made:
        yield made


@pytest.fixture
async def client(house: House) -> AsyncIterator[TestClient[Any, Any]]:
    """A browser on the room's routes."""
    async with TestClient(TestServer(house.app())) as made:
        yield made
