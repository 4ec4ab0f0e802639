"""Somebody to be called back, given to a seat by a supervisor, came to that console as an ordinary chat: the event of a
decision by hand did not say that something was owed, so the lawyer saw neither the number nor that a call was due."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.rig.house import RunningHouse, running_house
from tests.rig.promises import PHONE


@pytest.fixture
async def house(postgres_url: str, redis_url: str) -> AsyncIterator[RunningHouse]:
    """The whole application on a fresh database."""
    async with running_house(postgres_url, redis_url) as running:
        yield running


async def test_a_lawyer_who_is_assigned_a_callback_sees_whom_to_call(house: RunningHouse) -> None:
    supervisor, resident = await house.lawyer("supervisor"), await house.resident()
    asked = (await resident.command(type="callback", phone=PHONE))["interaction_id"]
    lawyer = await house.lawyer("seat03")

    assigned = await supervisor.command(type="assign", interaction_id=asked, seat="seat03")

    assert assigned["type"] == "ack", assigned
    work = await lawyer.next_of("work", interaction_id=asked)
    assert (work["phone"], work["calls"]) == (PHONE, True)


async def test_a_supervisor_who_takes_a_callback_over_sees_whom_to_call(house: RunningHouse) -> None:
    supervisor, resident = await house.lawyer("supervisor"), await house.resident()
    asked = (await resident.command(type="callback", phone=PHONE))["interaction_id"]

    taken = await supervisor.command(type="take_over", interaction_id=asked)

    assert taken["type"] == "ack", taken
    work = await supervisor.next_of("work", interaction_id=asked)
    assert (work["phone"], work["calls"]) == (PHONE, True)
