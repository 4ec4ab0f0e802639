"""Lost presence on a real PostgreSQL: when a seat has vanished, what it gives back, and to whom it goes."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select, update

from interactions.model import State
from interactions.tables import connection, seat
from tests.rig.ground import Seat
from tests.rig.moments import let_time_pass
from tests.rig.routing import Routing


async def test_a_reconnect_inside_the_grace_loses_nothing(routing: Routing) -> None:
    ground = routing.ground
    at = await ground.seat()
    talking = await ground.waiting()
    await routing.accept_all()
    ringing = await ground.waiting()
    await routing.router.turn()
    await _cut(routing, at)

    await let_time_pass(routing, timedelta(seconds=19))
    await ground.connect(at)
    await let_time_pass(routing, timedelta(seconds=19))

    assert (await ground.reader.read(talking))[0].state is State.WITH_LAWYER
    assert list(await routing.live()) == [ringing]


async def test_the_next_seat_has_the_talk_the_moment_the_grace_is_over(routing: Routing) -> None:
    ground = routing.ground
    at = await ground.seat()
    interaction_id = await ground.waiting()
    await routing.accept_all()
    other = await ground.seat()
    await _cut(routing, at)

    due_at = ground.clock.now() + timedelta(seconds=20)
    assert await routing.router.turn() < due_at
    await let_time_pass(routing, timedelta(seconds=19.9), step=timedelta(seconds=1.99))
    assert await routing.router.turn() == due_at
    await let_time_pass(routing, timedelta(seconds=0.1))

    assert (await routing.live())[interaction_id].seat_id == other.seat_id
    assert routing.rescues == []


async def test_a_seat_that_comes_back_late_gets_its_resident_back_but_not_a_second_time(routing: Routing) -> None:
    ground = routing.ground
    flapping = await ground.seat()
    interaction_id = await ground.waiting()
    await routing.accept_all()
    await _vanish(routing, flapping)
    await _come_back(routing, flapping)
    other = await ground.seat(idle=timedelta(hours=1))

    await routing.accept_all()
    assert (await ground.reader.read(interaction_id))[0].seat_id == flapping.seat_id
    await _vanish(routing, flapping)
    await _come_back(routing, flapping)
    await routing.router.turn()

    assert (await routing.live())[interaction_id].seat_id == other.seat_id
    async with ground.database.read() as reading:
        misses = await reading.scalar(select(seat.c.misses).where(seat.c.seat_id == flapping.seat_id))
    assert misses == 0


async def test_a_seat_set_away_by_its_lawyer_keeps_that_reason_and_gives_its_talk_back(routing: Routing) -> None:
    ground = routing.ground
    at = await ground.seat()
    interaction_id = await ground.waiting()
    await routing.accept_all()
    async with ground.database.unit() as unit:
        await unit.connection.execute(update(seat).values(status="away", status_reason="小休"))

    await _vanish(routing, at)

    assert (await ground.reader.read(interaction_id))[0].state is State.WAITING
    async with ground.database.read() as reading:
        assert await reading.scalar(select(seat.c.status_reason)) == "小休"


async def _cut(routing: Routing, at: Seat) -> None:
    """The console is gone, and that is the last that was seen of it."""
    now = routing.ground.clock.now()
    async with routing.ground.database.unit() as unit:
        await unit.connection.execute(delete(connection).where(connection.c.seat_id == at.seat_id))
        seen = update(seat).where(seat.c.seat_id == at.seat_id).values(last_seen_at=now)
        await unit.connection.execute(seen)


async def _vanish(routing: Routing, at: Seat) -> None:
    await _cut(routing, at)
    await let_time_pass(routing, timedelta(seconds=20))


async def _come_back(routing: Routing, at: Seat) -> None:
    """What signing in again writes."""
    await routing.ground.connect(at)
    async with routing.ground.database.unit() as unit:
        back = update(seat).where(seat.c.seat_id == at.seat_id).values(status="available", status_reason=None)
        await unit.connection.execute(back)
