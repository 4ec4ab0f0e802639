"""The last seat leaves, in each way a seat can, with ten waiting: all are told once and offered a callback."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from agents.tables import unstaffed
from hotline.callback_offers import CallbackOffers
from hotline.last_seat import LastSeat
from hotline.metrics import Metrics
from interactions.model import State
from interactions.tables import connection, seat, shift
from interactions.verify import verify
from routing.places import Places
from routing.settings import RoutingSettings
from tests.rig.ground import KEYS, Ground, Seat
from tests.rig.roster import roster_on

GRACE_S = 20.0
WAITING = 10


@pytest.fixture
def last_seat(ground: Ground) -> LastSeat:
    """One process that looks."""
    return _process(ground)


def _process(ground: Ground) -> LastSeat:
    places = Places(ground.database, clock=ground.clock, settings=RoutingSettings())
    callback = RoutingSettings().callback
    offers = CallbackOffers(ground.database, shared_commit=ground.shared_commit, places=places, settings=callback)
    return LastSeat(ground.database, offers, ground.clock, Metrics(), GRACE_S)


async def _told(ground: Ground, interaction_id: UUID) -> list[str]:
    _, records = await ground.reader.read(interaction_id)
    turns = [record.event for record in records if record.kind == "turn.said"]
    return [turn.text for turn in turns if turn.purpose == "callback_offer"]  # type: ignore[attr-defined]


async def _leave(ground: Ground, at: Seat, how: str) -> None:
    if how == "signs out":
        await roster_on(ground).sign_out(at.account_id)
    async with ground.database.unit() as unit:
        if how == "shift over":
            await unit.connection.execute(update(shift).values(ends_at=ground.clock.now()))
        if how == "set away":
            await unit.connection.execute(update(seat).values(status="away"))
        if how == "vanishes":
            await unit.connection.execute(connection.delete())
            await unit.connection.execute(update(seat).values(last_seen_at=ground.clock.now()))


@pytest.mark.parametrize("how", ["signs out", "shift over", "set away", "vanishes"])
async def test_ten_who_wait_are_told_and_offered_a_callback(ground: Ground, last_seat: LastSeat, how: str) -> None:
    at = await ground.seat()
    line = [await ground.waiting() for _ in range(WAITING)]
    assert await last_seat.look()

    await _leave(ground, at, how)
    if how == "vanishes":
        ground.clock.advance(timedelta(seconds=GRACE_S - 1))
        assert await last_seat.look()
        ground.clock.advance(timedelta(seconds=1))
    assert not await last_seat.look()
    assert not await last_seat.look()

    for one in line:
        (words,) = await _told(ground, one)
        assert "没有能接待" in words
        assert "预约回电" in words
        assert (await ground.reader.read(one))[0].state is State.WAITING
    assert (await verify(ground.database, keys=KEYS)).violations == []


async def test_who_joins_while_nobody_serves_is_told_too_and_a_new_seat_ends_the_stretch(
    ground: Ground, last_seat: LastSeat
) -> None:
    await last_seat.look()
    began = ground.clock.now()
    late = await ground.waiting()
    ground.clock.advance(timedelta(minutes=3))
    await last_seat.look()
    assert len(await _told(ground, late)) == 1

    await ground.seat()
    ground.clock.advance(timedelta(minutes=1))
    assert await last_seat.look()

    async with ground.database.read() as reading:
        (row,) = (await reading.execute(select(unstaffed))).all()
    assert (row.since, row.until) == (began, ground.clock.now())


async def test_of_several_processes_each_tells_nobody_twice(ground: Ground) -> None:
    line = [await ground.waiting() for _ in range(WAITING)]

    await asyncio.gather(*(_process(ground).look() for _ in range(4)))

    assert [len(await _told(ground, one)) for one in line] == [1] * WAITING
    async with ground.database.read() as reading:
        assert len((await reading.execute(select(unstaffed))).all()) == 1
