"""Offers nobody answers: what counts as a miss, and that a lawyer's own choice stands beside it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from interactions.tables import seat
from routing.settings import RoutingSettings
from tests.rig.ground import Ground, Seat
from tests.rig.routing import Routing


@pytest.fixture
def routing(ground: Ground) -> Routing:
    """The router, offering to the same seat again after a second."""
    return Routing.on(ground, settings=RoutingSettings(declined_pause_s=1.0))


async def test_misses_count_in_a_row_a_refusal_in_between_says_that_somebody_is_there(routing: Routing) -> None:
    at = await routing.ground.seat()
    await routing.ground.waiting()
    await _miss(routing)
    await _miss(routing)
    assert await _standing(routing) == ("available", None, 2)

    await routing.router.turn()
    (ringing,) = (await routing.live()).values()
    await routing.offers.decline(ringing.offer_id, seat_id=at.seat_id, account_id=at.account_id, reason="busy")
    assert await _standing(routing) == ("available", None, 0)

    routing.ground.clock.advance(timedelta(seconds=1))
    await _miss(routing)
    assert await _standing(routing) == ("available", None, 1)


async def test_away_by_hand_just_before_the_last_miss_keeps_the_lawyers_own_reason(routing: Routing) -> None:
    at = await routing.ground.seat()
    await routing.ground.waiting()
    await _miss(routing)
    await _miss(routing)
    await routing.router.turn()
    await _by_hand(routing, at, status="away", status_reason="小休", misses=0)

    routing.ground.clock.advance(timedelta(seconds=45))
    await routing.router.turn()

    assert (await _standing(routing))[:2] == ("away", "小休")
    assert await routing.live() == {}


async def test_a_seat_that_signs_back_to_available_starts_with_no_misses(routing: Routing) -> None:
    at = await routing.ground.seat()
    await routing.ground.waiting()
    for _ in range(3):
        await _miss(routing)
    assert await _standing(routing) == ("away", "missed_offers", 0)

    await _by_hand(routing, at, status="available", status_reason=None, misses=0)
    await _miss(routing)

    assert await _standing(routing) == ("available", None, 1)


async def _miss(routing: Routing) -> None:
    """One offer rings in vain; the pause before the next is over."""
    await routing.router.turn()
    assert len(await routing.live()) == 1
    routing.ground.clock.advance(timedelta(seconds=45))
    await routing.router.turn()
    routing.ground.clock.advance(timedelta(seconds=1))


async def _by_hand(routing: Routing, at: Seat, **values: object) -> None:
    """What `roster.set_status` writes."""
    async with routing.ground.database.unit() as unit:
        await unit.connection.execute(update(seat).where(seat.c.seat_id == at.seat_id).values(values))


async def _standing(routing: Routing) -> tuple[str, str | None, int]:
    async with routing.ground.database.read() as connection:
        row = (await connection.execute(select(seat.c.status, seat.c.status_reason, seat.c.misses))).one()
    return row.status, row.status_reason, row.misses
