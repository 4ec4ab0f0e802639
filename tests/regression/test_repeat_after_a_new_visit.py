"""Symptom: a turn repeated after its interaction had closed was acknowledged under the new interaction's id."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.rig.house import RunningHouse, running_house


@pytest.fixture
async def house(postgres_url: str, redis_url: str) -> AsyncIterator[RunningHouse]:
    """The whole application."""
    async with running_house(postgres_url, redis_url) as running:
        yield running


async def test_a_repeat_is_acknowledged_where_it_was_said(house: RunningHouse) -> None:
    page = await house.resident()
    first = await page.say("第一次来", client_id="same")
    await page.command(type="leave")
    second = await page.say("又来了")
    assert second["interaction_id"] != first["interaction_id"]
    page.frames.clear()

    again = await page.say("第一次来", client_id="same")

    assert (again["interaction_id"], again["seq"]) == (first["interaction_id"], first["seq"])
