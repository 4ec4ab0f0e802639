"""A running house for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.rig.house import RunningHouse, running_house


@pytest.fixture
async def house(postgres_url: str, redis_url: str) -> AsyncIterator[RunningHouse]:
    """The whole application on a fresh database."""
    async with running_house(postgres_url, redis_url) as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """A client without a limit, whose every request is a connection of its own: any worker may get it."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, force_close=True)) as made:
        yield made
