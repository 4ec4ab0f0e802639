"""The end of a shift: nothing new in its last minutes, what runs goes on, and the next shift is woken for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from interactions.identity import new_id
from interactions.model import State
from interactions.tables import shift
from tests.rig.ground import Seat
from tests.rig.routing import Routing


async def _ends(routing: Routing, at: Seat, after: timedelta) -> None:
    ends_at = routing.ground.clock.now() + after
    async with routing.ground.database.unit() as unit:
        await unit.connection.execute(update(shift).where(shift.c.seat_id == at.seat_id).values(ends_at=ends_at))


@pytest.mark.parametrize(("left", "offered"), [(timedelta(seconds=301), True), (timedelta(seconds=300), False)])
async def test_a_seat_gets_nothing_new_in_the_last_minutes_of_its_shift(
    routing: Routing, left: timedelta, offered: bool
) -> None:
    at = await routing.ground.seat()
    await _ends(routing, at, left)
    interaction_id = await routing.ground.waiting()
    await routing.router.turn()

    assert (interaction_id in await routing.live()) is offered


async def test_a_lawyer_whose_next_shift_follows_at_the_same_seat_goes_on(routing: Routing) -> None:
    ground = routing.ground
    at = await ground.seat()
    await _ends(routing, at, timedelta(seconds=60))
    async with ground.database.unit() as unit:
        row = {"shift_id": new_id(ground.clock.now()), "seat_id": at.seat_id, "account_id": at.account_id}
        await unit.connection.execute(insert(shift).values(**row, starts_at=ground.clock.now() + timedelta(seconds=60)))
    interaction_id = await ground.waiting()
    await routing.router.turn()

    assert interaction_id in await routing.live()


async def test_a_talk_that_runs_when_the_shift_ends_stays_where_it_is(routing: Routing) -> None:
    ground = routing.ground
    at = await ground.seat()
    await _ends(routing, at, timedelta(seconds=400))
    talking = await ground.waiting()
    await routing.accept_all()
    ground.clock.advance(timedelta(hours=1))
    await routing.router.turn()

    head = (await ground.reader.read(talking))[0]
    assert (head.state, head.seat_id) == (State.WITH_LAWYER, at.seat_id)


async def test_the_router_wakes_for_a_shift_that_begins_across_the_turn_of_the_year(routing: Routing) -> None:
    ground = routing.ground
    clock = ground.clock
    clock.advance(timedelta(days=38, hours=14) - timedelta(hours=1))  # 31 December, 22:00 in the city
    at = await ground.seat()
    starts_at = clock.now() + timedelta(hours=3)
    async with ground.database.unit() as unit:
        await unit.connection.execute(update(shift).values(starts_at=starts_at, ends_at=starts_at + timedelta(hours=8)))
    interaction_id = await ground.waiting()

    await routing.router.turn()
    assert interaction_id not in await routing.live()
    clock.advance(timedelta(hours=3))
    await routing.router.turn()

    assert (await routing.live())[interaction_id].seat_id == at.seat_id
