"""Every change that can free somebody wakes the router, or is due to the moment: nothing here is left to the sweep.

The router under test would sleep for an hour, so what it finds in time it was told of, or knew. A lost presence has its
own tests, in `test_vanished.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text, update

from agents.presence import Presence
from agents.settings import PresenceSettings
from interactions.events import Flagged
from interactions.model import OPEN_STATES, By, SeatStatus, Urgency
from interactions.record import Bundle, Draft, drafts
from interactions.tables import seat, shift
from routing.settings import RampUpSettings, RoutingSettings
from tests.rig.ground import Ground
from tests.rig.leaving import leave
from tests.rig.roster import roster_on
from tests.rig.routing import Routing

HOUR_S = 3_600.0
SETTINGS = RoutingSettings(max_sleep_s=HOUR_S, sweep_s=HOUR_S)
PATIENCE_S = 10.0


@pytest.fixture
def routing(ground: Ground) -> Routing:
    """A router that is told, or sleeps for an hour."""
    return Routing.on(ground, settings=SETTINGS)


async def test_an_arrival(routing: Routing) -> None:
    await routing.ground.seat()
    async with _running(routing):
        arrived = await routing.ground.waiting()
        await _until_offered(routing, arrived)


async def test_the_end_of_a_wrap_up_and_not_the_end_of_the_talk(routing: Routing) -> None:
    ground = routing.ground
    await ground.seat(capacity=1)
    served = await ground.waiting()
    await routing.accept_all()
    next_one = await ground.waiting()
    async with _running(routing):
        await routing.release(served)
        await _settled(routing)
        assert await routing.live() == {}
        await routing.wrap_up(served)
        await _until_offered(routing, next_one)


async def test_a_seat_set_available_by_hand(routing: Routing) -> None:
    ground = routing.ground
    at = await ground.seat(status="away")
    waiting = await ground.waiting()
    roster = roster_on(ground)
    sitting = await roster.sign_in(at.account_id)
    async with _running(routing):
        await _settled(routing)
        await roster.set_status(sitting, SeatStatus.AVAILABLE)
        await _until_offered(routing, waiting)


async def test_a_sign_in_with_its_console(routing: Routing) -> None:
    ground = routing.ground
    at = await ground.seat(status="signed_out", connected=False)
    waiting = await ground.waiting()
    presence = Presence(ground.database, clock=ground.clock, settings=PresenceSettings())
    await presence.renew()
    async with _running(routing):
        await _settled(routing)
        await roster_on(ground).sign_in(at.account_id)
        async with presence.connected(seat_id=at.seat_id):
            await _until_offered(routing, waiting)


async def test_a_lease_renewed_after_a_pause(routing: Routing) -> None:
    ground = routing.ground
    at = await ground.seat(connected=False)
    presence = Presence(ground.database, clock=ground.clock, settings=PresenceSettings())
    await presence.renew()
    async with presence.connected(seat_id=at.seat_id):
        ground.clock.advance(timedelta(seconds=7))
        waiting = await ground.waiting()
        async with _running(routing):
            await _settled(routing)
            assert await routing.live() == {}
            await presence.renew()
            await _until_offered(routing, waiting)


async def test_a_decline(routing: Routing) -> None:
    ground = routing.ground
    first, second = await ground.seat(idle=timedelta(hours=1)), await ground.seat()
    waiting = await ground.waiting()
    await routing.router.turn()
    offer_id = (await routing.live())[waiting].offer_id
    async with _running(routing):
        await routing.offers.decline(offer_id, seat_id=first.seat_id, account_id=first.account_id, reason="busy")
        await _until_offered(routing, waiting)
    assert (await routing.live())[waiting].seat_id == second.seat_id


async def test_a_resident_who_leaves_while_it_rings(routing: Routing) -> None:
    ground = routing.ground
    await ground.seat(capacity=1)
    resident_id = await ground.resident()
    await ground.waiting(resident_id=resident_id)
    await routing.router.turn()
    behind = await ground.waiting()
    async with _running(routing):
        await _settled(routing)
        await leave(routing, resident_id)
        await _until_offered(routing, behind)


async def test_danger_ends_the_wait_for_a_lawyer_they_know(routing: Routing) -> None:
    held = await _held_for_their_lawyer(routing)
    flag = Flagged(dangers=("violence",), urgency_to=0)
    changes = {"urgency": Urgency.DANGER, "rank_at": routing.ground.clock.now() - timedelta(hours=4)}
    async with _running(routing):
        await _settled(routing)
        assert held not in await routing.live()
        flagged = drafts(Draft(flag, By.SYSTEM, changes=changes), only_in=OPEN_STATES)
        await routing.ground.shared_commit.submit(Bundle(held, flagged))
        await _until_offered(routing, held)


async def test_due_the_lease_of_an_offer(routing: Routing) -> None:
    await routing.ground.seat(idle=timedelta(hours=1))
    second = await routing.ground.seat()
    waiting = await routing.ground.waiting()
    await routing.router.turn()

    await _due_in(routing, timedelta(seconds=45))

    assert (await routing.live())[waiting].seat_id == second.seat_id


async def test_due_the_end_of_a_pause(routing: Routing) -> None:
    at = await routing.ground.seat()
    waiting = await routing.ground.waiting()
    await routing.router.turn()
    (ringing,) = (await routing.live()).values()
    await routing.offers.decline(ringing.offer_id, seat_id=at.seat_id, account_id=at.account_id, reason="busy")

    await _due_in(routing, timedelta(seconds=60))

    assert list(await routing.live()) == [waiting]


async def test_due_the_end_of_the_wait_for_a_lawyer_they_know(routing: Routing) -> None:
    held = await _held_for_their_lawyer(routing)

    await _due_in(routing, timedelta(seconds=20))

    assert held in await routing.live()


async def test_due_a_step_of_the_ramp_up(routing: Routing) -> None:
    await routing.ground.seat(signed_in=timedelta(seconds=10))
    for _ in range(2):
        await routing.ground.waiting()
    await routing.accept_all()

    await _due_in(routing, timedelta(seconds=50))

    assert len(await routing.live()) == 1


async def test_due_the_end_of_protected_minutes(routing: Routing) -> None:
    await routing.ground.seat()
    until = routing.ground.clock.now() + timedelta(minutes=5)
    async with routing.ground.database.unit() as unit:
        await unit.connection.execute(update(seat).values(protected_until=until))
    waiting = await routing.ground.waiting()

    await _due_in(routing, timedelta(minutes=5))

    assert list(await routing.live()) == [waiting]


async def test_due_the_start_of_a_shift(routing: Routing) -> None:
    await routing.ground.seat()
    starts_at = routing.ground.clock.now() + timedelta(minutes=7)
    async with routing.ground.database.unit() as unit:
        await unit.connection.execute(update(shift).values(starts_at=starts_at))
    waiting = await routing.ground.waiting()

    await _due_in(routing, timedelta(minutes=7))

    assert list(await routing.live()) == [waiting]


async def test_another_process_that_matches_leaves_nothing_due_to_a_rescue(ground: Ground) -> None:
    settings = RoutingSettings(ramp_up=RampUpSettings(cap=1, step_s=0.5))
    holder, other = Routing.on(ground, settings=settings), Routing.on(ground, settings=settings)
    await ground.seat(signed_in=timedelta())
    for _ in range(3):
        await ground.waiting()
    async with ground.database.unit() as unit:
        await unit.connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": 0x686F746C03})
        due_at = await other.router.turn()
    assert due_at == ground.clock.now() + timedelta(seconds=0.5)

    ground.clock.advance(timedelta(seconds=0.5))
    await other.router.turn()
    ground.clock.advance(timedelta(seconds=2))
    await other.router.turn()

    assert len(await holder.live()) == 3
    assert other.rescues == []


async def test_a_hint_that_never_comes_is_counted_and_one_that_comes_late_is_not(ground: Ground) -> None:
    routing = Routing.on(ground)
    await ground.seat()
    await _silently(ground, ground.waiting)
    await routing.router.turn()
    assert routing.rescues == []

    await _let_it_find(routing)
    assert len(await routing.live()) == 2
    routing.router.wake()
    ground.clock.advance(timedelta(seconds=2))
    await routing.router.turn()
    assert routing.rescues == []

    await _let_it_find(routing)
    ground.clock.advance(timedelta(seconds=2))
    await routing.router.turn()
    assert routing.rescues == ["offer"]


async def test_what_another_process_committed_is_looked_at_there_and_here_only_within_the_short_sleep(
    ground: Ground,
) -> None:
    routing = Routing.on(ground)
    await ground.seat()
    async with _running(routing):
        await _settled(routing)
        arrived = await _silently(ground, ground.waiting)
        routing.router.hear()
        await _settled(routing)
        assert await routing.live() == {}

        # Heard again and again: the look that is due is not put off.
        ground.clock.advance(timedelta(seconds=0.4))
        routing.router.hear()
        ground.clock.advance(timedelta(seconds=0.1))
        await _until_offered(routing, arrived)


async def test_what_was_heard_of_is_no_rescue_and_a_wake_of_our_own_does_not_wait_for_it(ground: Ground) -> None:
    routing = Routing.on(ground)
    await ground.seat()
    async with _running(routing):
        await _settled(routing)
        routing.router.hear()
        await _settled(routing)
        await _until_offered(routing, await ground.waiting())
    await _let_it_find(routing)
    routing.router.hear()
    ground.clock.advance(timedelta(seconds=2))
    await routing.router.turn()
    assert routing.rescues == []


async def _let_it_find(routing: Routing) -> None:
    """Somebody joins the line and no hint tells; the router's own look finds them."""
    await _silently(routing.ground, routing.ground.waiting)
    routing.ground.clock.advance(timedelta(seconds=0.5))
    await routing.router.turn()


async def _silently(ground: Ground, doing: Callable[[], Awaitable[UUID]]) -> UUID:
    listeners, ground.database._listeners = ground.database._listeners, []
    try:
        return await doing()
    finally:
        ground.database._listeners = listeners


@asynccontextmanager
async def _running(routing: Routing) -> AsyncIterator[None]:
    """The router's loop runs; nothing it found was a rescue."""
    loop = asyncio.ensure_future(routing.router.run())
    try:
        yield
    finally:
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)
    assert routing.rescues == []


async def _until_offered(routing: Routing, interaction_id: UUID) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while interaction_id not in await routing.live():
            continue


async def _settled(routing: Routing) -> None:
    """The router has done what it was told so far, and sleeps."""
    async with asyncio.timeout(PATIENCE_S):
        while routing.router._woken.is_set() or not routing.ground.clock._waiters:
            await routing.live()


async def _due_in(routing: Routing, time: timedelta) -> None:
    """The router finds nothing to do now, says that it will after `time`, and then does it without being told."""
    clock = routing.ground.clock
    due_at = await routing.router.turn()
    assert due_at == clock.now() + time
    clock.advance(time)
    await routing.router.turn()
    assert routing.rescues == []


async def _held_for_their_lawyer(routing: Routing) -> UUID:
    """Somebody who just came back, whose lawyer has their hands full while another is free."""
    ground = routing.ground
    await ground.seat(capacity=1)
    resident_id = await ground.resident()
    visit = await ground.waiting(resident_id=resident_id)
    await routing.accept_all()
    await routing.release(visit)
    await routing.wrap_up(visit)
    await ground.waiting()
    await routing.accept_all()
    back = await ground.waiting(resident_id=resident_id)
    await ground.seat(capacity=1)
    return back
