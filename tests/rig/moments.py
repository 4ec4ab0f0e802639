"""Time that passes with the router at work, as it does in a house: moved in steps, with a turn at each."""

from __future__ import annotations

from datetime import timedelta

from tests.rig.routing import Routing

STEP = timedelta(seconds=0.5)


async def let_time_pass(routing: Routing, time: timedelta, *, step: timedelta = STEP) -> None:
    """Moves the clock by `time`; the router, which never sleeps longer than a step, has a turn after each."""
    clock = routing.ground.clock
    until = clock.now() + time
    await routing.router.turn()
    while clock.now() < until:
        clock.advance(min(step, until - clock.now()))
        await routing.router.turn()
