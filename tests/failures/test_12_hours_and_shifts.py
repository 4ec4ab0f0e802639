"""Failure 12: hours that cannot cross midnight; machines that disagree about the time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from interactions.clock import ManualClock, SystemClock
from interactions.database import Database
from interactions.model import State
from interactions.tables import shift
from tests.rig.ground import Ground, Seat
from tests.rig.moments import let_time_pass
from tests.rig.routing import Routing

# City time is UTC+8: 21:00 to 05:00 there is 13:00 to 21:00 UTC. Into the new year, and into a leap day.
NIGHTS = [
    datetime(2026, 11, 23, 13, 0, tzinfo=UTC),
    datetime(2026, 12, 31, 13, 0, tzinfo=UTC),
    datetime(2028, 2, 28, 13, 0, tzinfo=UTC),
]
NIGHT = timedelta(hours=8)
OFF = timedelta(minutes=5)


@pytest.mark.parametrize("begins", NIGHTS)
async def test_a_shift_from_nine_to_five_serves_through_midnight_and_not_a_moment_longer(
    database: Database, begins: datetime
) -> None:
    clock = ManualClock(begins + NIGHT - timedelta(hours=1))
    routing = Routing.on(Ground.on(database, clock=clock))
    await _on_shift(routing, begins)

    at_four = await routing.ground.waiting()
    await routing.router.turn()
    assert list(await routing.live()) == [at_four]
    await routing.accept_all()
    clock.advance(timedelta(hours=1))
    after_five = await routing.ground.waiting()
    await routing.router.turn()

    # The talk goes on where it is; nobody new comes to a seat whose shift is over.
    assert await routing.live() == {}
    assert await _state(routing, at_four) is State.WITH_LAWYER
    assert await _state(routing, after_five) is State.WAITING


async def test_when_the_last_seat_leaves_ten_wait_on_and_the_first_to_come_back_gets_the_first_of_them(
    database: Database,
) -> None:
    clock = ManualClock(NIGHTS[0] + NIGHT)
    routing = Routing.on(Ground.on(database, clock=clock))
    await _on_shift(routing, NIGHTS[0])
    waiting = []
    for _ in range(10):
        waiting.append(await routing.ground.waiting())
        clock.advance(timedelta(seconds=1))

    await let_time_pass(routing, timedelta(seconds=5))
    assert await routing.live() == {}
    assert {await _state(routing, one) for one in waiting} == {State.WAITING}
    await routing.ground.seat(capacity=1)
    await routing.router.turn()

    assert list(await routing.live()) == waiting[:1]


@pytest.mark.parametrize("wrong_by", [-OFF, OFF])
async def test_a_machine_whose_clock_is_five_minutes_off_goes_by_the_database(
    database: Database, wrong_by: timedelta
) -> None:
    right, wrong = SystemClock(), SystemClock()
    wrong._epoch += wrong_by.total_seconds()

    for clock in (right, wrong):
        await database.sample_clock(clock)

    assert abs(wrong.now() - right.now()) < timedelta(seconds=1)


async def _on_shift(routing: Routing, begins: datetime) -> Seat:
    """A seat whose only shift is that night's."""
    at = await routing.ground.seat()
    night = update(shift).where(shift.c.seat_id == at.seat_id).values(starts_at=begins, ends_at=begins + NIGHT)
    async with routing.ground.database.unit() as unit:
        await unit.connection.execute(night)
    return at


async def _state(routing: Routing, interaction_id: UUID) -> State:
    return (await routing.ground.reader.read(interaction_id))[0].state
