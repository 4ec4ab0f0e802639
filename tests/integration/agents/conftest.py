"""Fixtures of the room."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.integration.agents.house import House, house_on


@pytest.fixture
async def house(postgres_url: str) -> AsyncIterator[House]:
    """A room on a fresh database."""
    async with house_on(postgres_url) as made:
        yield made
