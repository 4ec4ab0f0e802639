"""A running house for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.rig.house import RunningHouse, running_house


@pytest.fixture
async def house(postgres_url: str, redis_url: str) -> AsyncIterator[RunningHouse]:
    """The whole application on a fresh database."""
    async with running_house(postgres_url, redis_url) as running:
        yield running
