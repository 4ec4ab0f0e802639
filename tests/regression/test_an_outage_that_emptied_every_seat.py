"""Symptom: after the database had been silent for half a minute, every talk was taken from its lawyer.

No process could renew its lease meanwhile, so the first look afterwards found every seat vanished, with its console
open and its lawyer there.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from interactions.model import State
from interactions.tables import interaction, process, seat
from tests.rig.ground import Ground
from tests.rig.moments import let_time_pass
from tests.rig.routing import Routing

LEASE = timedelta(seconds=6)


@pytest.fixture
async def routing(ground: Ground) -> Routing:
    """A router that has watched for a while, with a talk at a seat whose process renews its lease."""
    routing = Routing.on(ground)
    at = await ground.seat(connected=False)
    await ground.connect(at, lease=LEASE)
    await ground.waiting()
    await routing.accept_all()
    return routing


async def test_a_console_that_is_back_after_an_outage_keeps_its_talk(routing: Routing) -> None:
    ground = routing.ground
    ground.clock.advance(timedelta(minutes=1))
    await routing.router.turn()
    assert await _states(routing) == {State.WITH_LAWYER}

    async with ground.database.unit() as unit:
        await unit.connection.execute(update(process).values(lease_until=ground.clock.now() + timedelta(hours=1)))
    await let_time_pass(routing, timedelta(minutes=1))

    assert await _states(routing) == {State.WITH_LAWYER}
    async with ground.database.read() as connection:
        assert await connection.scalar(select(seat.c.status)) == "available"


async def test_one_that_does_not_come_back_after_it_gives_back_when_the_grace_is_over(routing: Routing) -> None:
    routing.ground.clock.advance(timedelta(minutes=1))

    await let_time_pass(routing, timedelta(seconds=19))
    assert await _states(routing) == {State.WITH_LAWYER}
    await let_time_pass(routing, timedelta(seconds=1))

    assert await _states(routing) == {State.WAITING}


async def _states(routing: Routing) -> set[State]:
    async with routing.ground.database.read() as connection:
        return {State(state) for state in await connection.scalars(select(interaction.c.state))}
