"""Who left the line a moment ago, or was lost, and comes again, stands where they stood; the gap was no wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from hotline.care import Care
from interactions.head import Head
from interactions.model import OPEN_STATES, State, Urgency
from interactions.opening import FirstWords, Opening
from interactions.record import Draft, require_state
from interactions.verify import verify
from routing.settings import RoutingSettings
from tests.rig.ground import KEYS, Ground
from tests.rig.leaving import leave
from tests.rig.promises import Promises
from tests.rig.routing import Routing

MINUTES = timedelta(minutes=1)
SETTINGS = RoutingSettings()


@pytest.fixture
def ground(ground: Ground) -> Ground:
    """The ground, with a window in which a place is resumed."""
    zone = ZoneInfo("Asia/Shanghai")
    opening = Opening(
        ground.database, log=ground.log, keys=KEYS, clock=ground.clock, timezone=zone, redial_window=15 * MINUTES
    )
    return replace(ground, opening=opening)


async def _asks_again(ground: Ground, resident_id: UUID, *, channel: str = "web") -> Head:
    """The resident comes back and asks for a person."""
    care = Care(SETTINGS)

    def decide(head: Head) -> list[Draft]:
        require_state(head, OPEN_STATES)
        return care.queue(head, reason="asked", now=ground.clock.now())

    return (await ground.opening.open(FirstWords(resident_id, channel, decide))).head


async def _lost(ground: Ground, *, after: timedelta, urgency: Urgency = Urgency.NORMAL) -> tuple[UUID, Head]:
    """Somebody who left the line after so long: who it was, and the record."""
    resident = await ground.resident()
    start = SETTINGS.head_start_s.of(urgency)
    gone = await ground.waiting(resident_id=resident, urgency=urgency, head_start=start)
    ground.clock.advance(after)
    await leave(Routing.on(ground), resident)
    return resident, (await ground.reader.read(gone))[0]


async def test_back_within_the_window_the_place_is_the_old_one_and_the_wait_without_the_gap(ground: Ground) -> None:
    resident, before = await _lost(ground, after=5 * MINUTES)
    ground.clock.advance(10 * MINUTES)

    head = await _asks_again(ground, resident)

    assert head.interaction_id != before.interaction_id
    assert head.rank_at == before.rank_at
    assert head.waiting_since == ground.clock.now() - 5 * MINUTES
    assert (await verify(ground.database, keys=KEYS)).holds


async def test_those_who_came_in_between_are_behind(ground: Ground) -> None:
    resident, _ = await _lost(ground, after=5 * MINUTES)
    ground.clock.advance(1 * MINUTES)
    other = await ground.waiting(matter="general")
    ground.clock.advance(1 * MINUTES)
    back = await _asks_again(ground, resident)
    await ground.seat(matters=("general",), capacity=1)

    routing = Routing.on(ground)
    await routing.router.turn()

    assert set(await routing.live()) == {back.interaction_id}
    assert other != back.interaction_id


@pytest.mark.parametrize("gap", [15 * MINUTES, timedelta(hours=3)])
async def test_after_the_window_the_wait_begins_anew(ground: Ground, gap: timedelta) -> None:
    resident, _ = await _lost(ground, after=5 * MINUTES)
    ground.clock.advance(gap)

    head = await _asks_again(ground, resident)

    assert head.waiting_since == head.rank_at == ground.clock.now()


async def test_the_care_that_was_found_goes_along(ground: Ground) -> None:
    resident, before = await _lost(ground, after=1 * MINUTES, urgency=Urgency.DANGER)
    ground.clock.advance(1 * MINUTES)

    head = await _asks_again(ground, resident)

    assert head.urgency is Urgency.DANGER
    assert head.rank_at == before.rank_at


async def test_any_channel_of_the_same_resident_resumes_it(ground: Ground) -> None:
    resident, before = await _lost(ground, after=5 * MINUTES)

    assert (await _asks_again(ground, resident, channel="wechat")).rank_at == before.rank_at


async def test_a_place_is_resumed_from_the_last_visit_only(ground: Ground) -> None:
    resident, _ = await _lost(ground, after=5 * MINUTES)
    served = await _asks_again(ground, resident)
    routing = Routing.on(ground)
    await ground.seat(matters=("general",))
    await routing.accept_all()
    await routing.release(served.interaction_id)
    await routing.wrap_up(served.interaction_id)

    head = await _asks_again(ground, resident)

    assert head.waiting_since == ground.clock.now()


async def test_time_with_the_bot_is_no_wait_either(ground: Ground) -> None:
    resident, before = await _lost(ground, after=5 * MINUTES)
    opened = (await ground.opened(resident_id=resident)).head
    assert opened.state is State.WITH_BOT
    ground.clock.advance(7 * MINUTES)

    head = await _asks_again(ground, resident)

    assert head.interaction_id == opened.interaction_id
    assert head.waiting_since == ground.clock.now() - 5 * MINUTES
    assert head.rank_at == before.rank_at


async def test_a_callback_keeps_a_resumed_wait(ground: Ground) -> None:
    resident, _ = await _lost(ground, after=5 * MINUTES)
    promises = Promises.on(ground)

    asked = await promises.promise(resident, promises.callback(60 * MINUTES))

    assert asked.head.waiting_since == ground.clock.now() + 55 * MINUTES


async def test_a_callback_as_soon_as_the_turn_comes_keeps_a_resumed_place(ground: Ground) -> None:
    resident, before = await _lost(ground, after=5 * MINUTES)
    ground.clock.advance(10 * MINUTES)
    promises = Promises.on(ground)

    asked = await promises.promise(resident, promises.callback())

    assert asked.head.rank_at == before.rank_at
    assert asked.head.waiting_since == ground.clock.now() - 5 * MINUTES
