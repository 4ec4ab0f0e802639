"""Offers on a real PostgreSQL: who gets them, how they end, and that nobody loses their place."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from interactions.errors import OfferGone
from interactions.model import State, Urgency
from interactions.tables import assignment, process, seat
from routing.needs import rank_at
from routing.settings import RoutingSettings
from tests.rig.ground import Ground
from tests.rig.moments import let_time_pass
from tests.rig.routing import Routing


async def test_a_waiting_interaction_is_offered_to_the_longest_idle_seat_with_its_reasons(routing: Routing) -> None:
    ground = routing.ground
    await ground.seat(idle=timedelta(minutes=1))
    longest = await ground.seat(idle=timedelta(minutes=9))
    interaction_id = await ground.waiting()

    await routing.rounds.run()

    ringing = await routing.live()
    assert ringing[interaction_id].seat_id == longest.seat_id
    _, records = await ground.reader.read(interaction_id)
    why = records[-1].event.why  # type: ignore[attr-defined]
    assert (why["chosen_for"], why["eligible"], why["place"]) == ("longest_idle", 2, 1)


async def test_exactly_one_of_two_accepts_wins(routing: Routing) -> None:
    at = await routing.ground.seat()
    interaction_id = await routing.ground.waiting()
    await routing.rounds.run()
    offer_id = (await routing.live())[interaction_id].offer_id

    outcomes = await asyncio.gather(
        *(routing.offers.accept(offer_id, seat_id=at.seat_id, account_id=at.account_id) for _ in range(2)),
        return_exceptions=True,
    )

    assert sum(isinstance(one, OfferGone) for one in outcomes) == 1
    head, _ = await routing.ground.reader.read(interaction_id)
    assert (head.state, head.seat_id) == (State.WITH_LAWYER, at.seat_id)


async def test_another_seat_cannot_take_an_offer_that_is_not_its_own(routing: Routing) -> None:
    await routing.ground.seat()
    interaction_id = await routing.ground.waiting()
    await routing.rounds.run()
    stranger = await routing.ground.seat()

    with pytest.raises(OfferGone):
        await routing.offers.accept(
            (await routing.live())[interaction_id].offer_id, seat_id=stranger.seat_id, account_id=stranger.account_id
        )


async def test_a_lapsed_offer_goes_to_the_next_seat_at_its_original_age(routing: Routing) -> None:
    ground = routing.ground
    first = await ground.seat(idle=timedelta(minutes=9))
    second = await ground.seat(idle=timedelta(minutes=1))
    interaction_id = await ground.waiting()
    since = ground.clock.now()
    await routing.router.turn()
    assert (await routing.live())[interaction_id].seat_id == first.seat_id

    ground.clock.advance(timedelta(seconds=45))
    await routing.router.turn()

    assert (await routing.live())[interaction_id].seat_id == second.seat_id
    head, _ = await ground.reader.read(interaction_id)
    assert head.waiting_since == since


async def test_accepting_after_the_lease_wins_while_the_lapse_is_not_committed(routing: Routing) -> None:
    at = await routing.ground.seat()
    interaction_id = await routing.ground.waiting()
    await routing.rounds.run()
    offer_id = (await routing.live())[interaction_id].offer_id

    routing.ground.clock.advance(timedelta(seconds=46))
    await routing.offers.accept(offer_id, seat_id=at.seat_id, account_id=at.account_id)

    assert await routing.offers.lapse_due() == 0


async def test_after_three_misses_the_seat_is_away_with_the_reason(ground: Ground) -> None:
    routing = Routing.on(ground, settings=RoutingSettings(declined_pause_s=1.0))
    await ground.seat()
    await ground.waiting()

    for _ in range(3):
        await routing.router.turn()
        ground.clock.advance(timedelta(seconds=45))
        await routing.router.turn()
        ground.clock.advance(timedelta(seconds=1))

    async with ground.database.read() as connection:
        row = (await connection.execute(select(seat.c.status, seat.c.status_reason))).one()
    assert tuple(row) == ("away", "missed_offers")


@pytest.mark.parametrize(("reason", "comes_back"), [("conflict", False), ("competence", False), ("busy", True)])
async def test_a_decline_is_no_miss_and_conflict_is_for_good(routing: Routing, reason: str, comes_back: bool) -> None:
    ground = routing.ground
    at = await ground.seat()
    interaction_id = await ground.waiting()
    await routing.router.turn()
    offer_id = (await routing.live())[interaction_id].offer_id

    await routing.offers.decline(offer_id, seat_id=at.seat_id, account_id=at.account_id, reason=reason)
    await routing.router.turn()
    assert await routing.live() == {}

    ground.clock.advance(timedelta(seconds=61))
    await routing.router.turn()
    assert (interaction_id in await routing.live()) is comes_back
    async with ground.database.read() as connection:
        assert await connection.scalar(select(seat.c.misses)) == 0


async def test_a_fresh_sign_in_gets_one_and_more_as_time_goes_by(routing: Routing) -> None:
    ground = routing.ground
    await ground.seat(signed_in=timedelta())
    for _ in range(5):
        await ground.waiting()

    counts = []
    for _ in range(4):
        await routing.rounds.run()
        counts.append(len(await routing.live()))
        ground.clock.advance(timedelta(seconds=60))

    assert counts == [1, 2, 3, 3]


async def test_the_lawyer_who_served_the_resident_last_gets_them_again(routing: Routing) -> None:
    ground = routing.ground
    await ground.seat(idle=timedelta(hours=9))
    known = await ground.seat(idle=timedelta())
    resident_id = await ground.resident()
    await _served(routing, resident_id, known.seat_id)

    again = await ground.waiting(resident_id=resident_id, channel="voice")
    await routing.rounds.run()

    assert (await routing.live())[again].seat_id == known.seat_id


async def test_danger_goes_first_and_equal_urgency_in_the_order_of_arrival(routing: Routing) -> None:
    ground = routing.ground
    settings = RoutingSettings()
    line = []
    for urgency in (Urgency.NORMAL, Urgency.NORMAL, Urgency.DANGER):
        head_start = ground.clock.now() - rank_at(ground.clock.now(), urgency=urgency, settings=settings)
        line.append(await ground.waiting(urgency=urgency, head_start=head_start))
        ground.clock.advance(timedelta(seconds=1))

    served = []
    for _ in range(3):
        await ground.seat(capacity=1)
        await routing.rounds.run()
        served += [one for one in await routing.live() if one not in served]

    assert served == [line[2], line[0], line[1]]


async def test_a_head_of_the_line_that_nobody_can_serve_holds_up_nobody(routing: Routing) -> None:
    ground = routing.ground
    for _ in range(20):
        await ground.waiting(matter="maritime")
    ground.clock.advance(timedelta(seconds=50))
    await ground.seat(matters=("labour",))
    served = await ground.waiting(matter="labour")

    await routing.rounds.run()

    assert list(await routing.live()) == [served]


async def test_a_vanished_seat_gives_its_people_back_at_their_original_age(routing: Routing) -> None:
    ground = routing.ground
    at = await ground.seat(connected=False)
    process_id = await ground.connect(at, lease=timedelta(seconds=6))
    talking, ringing = await ground.waiting(), await ground.waiting()
    since = ground.clock.now()
    await routing.rounds.run()
    offers = await routing.live()
    await routing.offers.accept(offers[talking].offer_id, seat_id=at.seat_id, account_id=at.account_id)

    await let_time_pass(routing, timedelta(seconds=25))
    assert (await ground.reader.read(talking))[0].state is State.WITH_LAWYER

    await let_time_pass(routing, timedelta(seconds=2))

    heads = [(await ground.reader.read(one))[0] for one in (talking, ringing)]
    assert [(head.state, head.waiting_since) for head in heads] == [(State.WAITING, since)] * 2
    async with ground.database.read() as connection:
        assert await connection.scalar(select(seat.c.status_reason)) == "vanished"
        assert await connection.scalar(select(process.c.process_id)) == process_id


async def test_no_live_offer_twice_and_no_seat_over_capacity_with_four_routers_at_once(
    ground: Ground, postgres_url: str
) -> None:
    seats = [await ground.seat(capacity=3) for _ in range(15)]
    waiting = await asyncio.gather(*(ground.waiting() for _ in range(60)))
    routers = [Routing.on(ground) for _ in range(4)]

    await asyncio.gather(*(router.rounds.run() for router in routers))

    ringing = await routers[0].live()
    per_seat = [sum(one.seat_id == at.seat_id for one in ringing.values()) for at in seats]
    assert per_seat == [3] * 15
    assert set(ringing) < set(waiting)


async def _served(routing: Routing, resident_id: UUID, seat_id: UUID) -> None:
    """A finished service of this resident at this seat."""
    ground = routing.ground
    interaction_id = await ground.waiting(resident_id=resident_id)
    async with ground.database.unit() as unit:
        await unit.connection.execute(update(seat).values(status="away"))
        await unit.connection.execute(update(seat).where(seat.c.seat_id == seat_id).values(status="available"))
    await routing.rounds.run()
    ringing = (await routing.live())[interaction_id]
    async with ground.database.read() as connection:
        account_id = (await connection.execute(select(seat.c.account_id).where(seat.c.seat_id == seat_id))).scalar_one()
    await routing.offers.accept(ringing.offer_id, seat_id=seat_id, account_id=account_id)
    async with ground.database.unit() as unit:
        now = ground.clock.now()
        await unit.connection.execute(update(assignment).values(released_at=now, finished_at=now))
        await unit.connection.execute(update(seat).values(status="available"))
        assert await unit.connection.scalar(select(func.count()).select_from(assignment)) == 1
