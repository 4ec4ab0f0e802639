"""Symptom: after a reload, or in another tab, the page asked for a rating that had been given already."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.rig.house import RunningHouse, running_house


@pytest.fixture
async def house(postgres_url: str, redis_url: str) -> AsyncIterator[RunningHouse]:
    """The whole application."""
    async with running_house(postgres_url, redis_url) as running:
        yield running


async def test_what_was_rated_is_not_asked_for_again(house: RunningHouse) -> None:
    page = await house.resident()
    other = await house.resident(page.token)
    await page.say("你好")
    await page.command(type="leave")
    asked = await page.next_of("rate_request")
    await other.next_of("rate_request", segment_id=asked["segment_id"])
    waiting = await house.resident(page.token)
    await waiting.next_of("rate_request", segment_id=asked["segment_id"])

    await page.command(type="rate", score=4, segment_id=asked["segment_id"])

    await other.next_of("rated", segment_id=asked["segment_id"])
    back = await house.resident(page.token)
    await back.next_of("state", state="closed")
    assert not [frame for frame in back.frames if frame["type"] == "rate_request"]
