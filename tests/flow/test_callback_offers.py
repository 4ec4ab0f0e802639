"""A long wait is looked for by the house, not by the page: who closed it is offered a callback, too, and once by all.

one seat with one place, taken ─▶ all others wait for long ─▶ one look by any process ─▶ told, read on coming back
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from uuid import UUID

import pytest
from sqlalchemy import text, update

from interactions.model import State
from interactions.tables import seat
from interactions.verify import verify
from tests.rig.clients import Resident
from tests.rig.house import RunningHouse, running_house, settings

# Everybody waits longer than this, and no look comes by itself.
CHOSEN = {"HOTLINE_ROUTING__CALLBACK__OFFER_AFTER_S": "1", "HOTLINE_ROUTING__CALLBACK__LOOK_S": "3600"}
_CONNECTED = text("select count(*) from connection where resident_id is not null")


@pytest.fixture
async def pair(postgres_url: str, redis_url: str) -> AsyncIterator[tuple[RunningHouse, RunningHouse]]:
    """Two processes of one house, with one lawyer, who is busy."""
    async with AsyncExitStack() as stack:
        first, second = [
            await stack.enter_async_context(running_house(postgres_url, redis_url, chosen=settings(**CHOSEN)))
            for _ in range(2)
        ]
        async with first.house.database.unit() as unit:
            await unit.connection.execute(update(seat).values(chat_capacity=1))
        lawyer, resident = await first.lawyer(), await first.resident()
        await lawyer.accept((await resident.say("转人工"))["interaction_id"])
        yield first, second


async def _in_line(at: RunningHouse) -> tuple[Resident, UUID]:
    page = await at.resident()
    ack = await page.say("转人工")
    await page.next_of("state", state="waiting")
    return page, UUID(ack["interaction_id"])


async def _told(at: RunningHouse, interaction_id: UUID) -> list[str]:
    head, records = await at.house.reader.read(interaction_id)
    assert head.state is State.WAITING
    turns = [record.event for record in records if record.kind == "turn.said"]
    return [turn.text for turn in turns if turn.purpose == "callback_offer"]  # type: ignore[attr-defined]


async def test_who_waits_long_with_no_page_open_is_told_and_reads_it_on_coming_back(
    pair: tuple[RunningHouse, RunningHouse],
) -> None:
    first, second = pair
    page, interaction_id = await _in_line(first)
    await page.close()
    async with asyncio.timeout(10):
        while await _residents_connected(first) > 1:
            pass

    await second.house.upkeep.offer_callbacks()

    (words,) = await _told(first, interaction_id)
    assert "排队的人较多" in words
    back = await first.resident(page.token)
    assert (await back.next_of("turn", purpose="callback_offer"))["text"] == words
    assert (await verify(first.house.database)).holds


async def test_processes_that_look_at_once_and_again_tell_everybody_once(
    pair: tuple[RunningHouse, RunningHouse],
) -> None:
    line = [await _in_line(at) for at in pair for _ in range(2)]

    for _ in range(2):
        await asyncio.gather(*(at.house.upkeep.callback_offers.consider_all() for at in pair))
    await asyncio.gather(*(at.house.upkeep.offer_callbacks() for at in pair))

    for page, interaction_id in line:
        assert len(await _told(pair[0], interaction_id)) == 1
        await page.next_of("turn", purpose="callback_offer")


async def test_one_look_serves_all_processes(pair: tuple[RunningHouse, RunningHouse]) -> None:
    first, second = pair
    await first.house.upkeep.offer_callbacks()
    _, interaction_id = await _in_line(second)

    await second.house.upkeep.offer_callbacks()

    assert await _told(second, interaction_id) == []


async def _residents_connected(at: RunningHouse) -> int:
    async with at.house.database.read() as reading:
        return int(await reading.scalar(_CONNECTED) or 0)
