"""Places in line on a real PostgreSQL: the same for one as for many, and honest about who could serve."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from interactions.model import Urgency
from routing import ahead
from routing.estimate import Place
from routing.needs import rank_at
from routing.places import Places
from routing.settings import RoutingSettings
from tests.rig.ground import Ground
from tests.rig.routing import Routing

SETTINGS = RoutingSettings(handling_default_s=400.0)


@pytest.fixture
def places(ground: Ground) -> Places:
    """What is told."""
    return Places(ground.database, clock=ground.clock, settings=SETTINGS)


async def _line(ground: Ground, *matters: str) -> list[UUID]:
    """People in line, one a second."""
    made = []
    for matter in matters:
        made.append(await ground.waiting(matter=matter))
        ground.clock.advance(timedelta(seconds=1))
    return made


async def _told(places: Places, interaction_id: UUID) -> Place | None:
    return (await places.of([interaction_id])).get(interaction_id)


async def test_a_generalist_stands_between_everybody(ground: Ground, places: Places) -> None:
    await ground.seat(matters=("general",), capacity=2)
    *_, last = await _line(ground, "labour", "labour", "family", "debt")

    assert await _told(places, last) == Place(4, 800)


async def test_an_unservable_head_of_the_line_is_not_before_anybody(ground: Ground, places: Places) -> None:
    await ground.seat(matters=("labour",), capacity=2)
    first, *_, last = await _line(ground, "maritime", "maritime", "labour")

    assert await _told(places, last) == Place(1, 200)
    # Any lawyer may serve them after three minutes: they are not told that nobody ever will.
    assert await _told(places, first) == Place(1, 200)


async def test_urgency_changes_the_place_that_is_told(ground: Ground, places: Places) -> None:
    await ground.seat(matters=("labour",), capacity=2)
    (calm,) = await _line(ground, "labour")
    now = ground.clock.now()
    head_start = now - rank_at(now, urgency=Urgency.DANGER, settings=SETTINGS)
    urgent = await ground.waiting(urgency=Urgency.DANGER, head_start=head_start)

    assert [(await places.of([calm, urgent]))[one].position for one in (urgent, calm)] == [1, 2]


async def test_where_every_seat_on_duty_has_refused_for_good_there_is_no_estimate(
    ground: Ground, places: Places
) -> None:
    routing = Routing.on(ground, settings=SETTINGS)
    at = await ground.seat(matters=("labour",), capacity=1)
    (refused,) = await _line(ground, "labour")
    await routing.router.turn()
    offer_id = (await routing.live())[refused].offer_id
    await routing.offers.decline(offer_id, seat_id=at.seat_id, account_id=at.account_id, reason="conflict")
    (other,) = await _line(ground, "labour")

    told = await places.of([refused, other])
    assert told[refused] == Place(1, None)
    assert told[other] == Place(2, 800)


async def test_one_who_is_offered_keeps_a_place_and_one_with_a_lawyer_has_none(ground: Ground, places: Places) -> None:
    routing = Routing.on(ground, settings=SETTINGS)
    await ground.seat(matters=("labour",), capacity=2)
    (talking,) = await _line(ground, "labour")
    await routing.accept_all()
    (offered,) = await _line(ground, "labour")
    await routing.router.turn()

    told = await places.of([talking, offered])

    assert told == {offered: Place(1, 200)}


async def test_many_are_told_what_each_would_be_told_alone(ground: Ground, places: Places) -> None:
    await ground.seat(matters=("labour", "family"), capacity=1)
    await ground.seat(matters=("general",), capacity=1)
    line = await _line(ground, *(["labour", "family", "debt", "maritime"] * (ahead.FEW // 2)))
    # Two at the same instant: even then there is one order.
    line += [await ground.waiting(matter="family"), await ground.waiting(matter="family")]
    await Routing.on(ground, settings=SETTINGS).router.turn()
    assert len(line) > ahead.FEW

    together = await places.of(line)

    assert together == {one: await _told(places, one) for one in line}
