"""Symptom: a command repeated after its interaction had ended opened an empty one, was refused, or ended the next.

A page that lost its acknowledgement sends the command again; by then the visit may be over and a new one under way.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select

from interactions.tables import interaction
from interactions.verify import verify
from tests.rig.clients import Frame
from tests.rig.house import RunningHouse, running_house


@pytest.fixture
async def house(postgres_url: str, redis_url: str) -> AsyncIterator[RunningHouse]:
    """The whole application."""
    async with running_house(postgres_url, redis_url) as running:
        yield running


def _place(ack: Frame) -> tuple[str, str, int]:
    return ack["type"], ack["interaction_id"], ack["seq"]


async def _opened(house: RunningHouse) -> int:
    async with house.house.database.read() as connection:
        return await connection.scalar(select(func.count()).select_from(interaction)) or 0


@pytest.mark.parametrize("command", [{"type": "say", "text": "你好"}, {"type": "ask_lawyer"}])
async def test_a_repeat_after_the_end_opens_nothing(house: RunningHouse, command: Frame) -> None:
    page = await house.resident()
    first = await page.command(**command, client_id="once")
    await page.command(type="leave")
    page.frames.clear()

    again = await page.command(**command, client_id="once")

    assert _place(again) == _place(first)
    assert await _opened(house) == 1


async def test_a_repeated_leave_is_acknowledged_again(house: RunningHouse) -> None:
    page = await house.resident()
    other = await house.resident(page.token)
    await page.say("你好")
    first = await page.command(type="leave", client_id="gone")

    again = await other.command(type="leave", client_id="gone")

    assert _place(again) == _place(first)


async def test_a_repeated_leave_does_not_touch_the_next_visit(house: RunningHouse) -> None:
    lawyer, page = await house.lawyer(), await house.resident()
    await page.say("你好")
    first = await page.command(type="leave", client_id="gone")
    await page.command(type="ask_lawyer")
    offer = await lawyer.next_of("offer")
    page.frames.clear()

    again = await page.command(type="leave", client_id="gone")

    assert _place(again) == _place(first)
    accepted = await lawyer.command(type="accept", offer_id=offer["offer_id"])
    assert accepted["type"] == "ack"
    assert (await verify(house.house.database)).holds


async def test_every_command_is_acknowledged_alike_on_another_socket_whatever_came_in_between(
    house: RunningHouse,
) -> None:
    lawyer, page = await house.lawyer(), await house.resident()
    said = await page.say("老公打我孩子", client_id="say")
    await lawyer.accept(said["interaction_id"])
    asked = await page.command(type="ask_lawyer", client_id="ask")
    await lawyer.command(type="release", interaction_id=said["interaction_id"])
    left = await page.command(type="leave", client_id="leave")
    other = await house.resident(page.token)

    assert _place(await other.say("老公打我孩子", client_id="say")) == _place(said)
    assert asked["code"] == "wrong_state"
    assert left["code"] == "wrong_state"
