"""What a supervisor gave by hand is not taken back by a rule while it is held, and not forgotten after it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from interactions.model import State
from interactions.tables import assignment
from tests.rig.ground import Ground
from tests.rig.moments import let_time_pass
from tests.rig.routing import Routing
from tests.rig.transferring import Lawyers


async def test_a_vanished_seat_keeps_what_is_held_and_gives_it_back_after(ground: Ground) -> None:
    routing = Routing.on(ground)
    lawyers, at = Lawyers(routing), await ground.seat(connected=False)
    await ground.connect(at, lease=timedelta(seconds=5))
    talk = await lawyers.with_lawyer(at)
    async with ground.database.unit() as unit:
        held = update(assignment).values(held_until=ground.clock.now() + timedelta(seconds=60))
        await unit.connection.execute(held)

    await let_time_pass(routing, timedelta(seconds=50))
    assert await lawyers.place(talk) == (State.WITH_LAWYER, at.seat_id)

    await let_time_pass(routing, timedelta(seconds=40))
    assert await lawyers.place(talk) == (State.WAITING, None)
    await lawyers.require_true_log()
