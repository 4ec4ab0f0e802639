"""Failure 4: a place frees and the newer gets it; somebody waits for ever beside a free seat."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from random import Random
from uuid import UUID

import asyncpg
import pytest

from interactions.clock import ManualClock
from interactions.model import Urgency
from interactions.verify import verify
from routing.settings import RoutingSettings
from tests.rig.budget import STEPPED
from tests.rig.checker import against_heads, check, read_on
from tests.rig.interleavings import Stage, play_all
from tests.rig.rooms import Rooms, processes

SETTINGS = RoutingSettings(misses_before_away=1_000)
MATTERS = ("labour", "family", "debt", "general", "maritime")
# Of a matter that a seat knows, or that any seat may take: those relaxed to another skill are not looked for here.
_WAITS_BESIDE_A_FREE_SEAT = """
select i.interaction_id from interaction i join seat s on i.state = 'waiting' and s.status = 'available'
  and (i.matter = 'general' or s.matters && array[i.matter, 'general'])
where not exists (select from exclusion x where x.interaction_id = i.interaction_id and x.seat_id = s.seat_id)
  and s.chat_capacity > (select count(*) from offer o where o.seat_id = s.seat_id and o.state = 'live')
    + (select count(*) from assignment a where a.seat_id = s.seat_id and a.finished_at is null)
"""
HOUR = timedelta(hours=1)
PROCESSES, SEATS, BACKLOG, STEPS = 4, 15, 40, 40


@pytest.fixture
async def rooms(postgres_url: str, clock: ManualClock) -> AsyncIterator[list[Rooms]]:
    """Four processes of the house."""
    async with processes(postgres_url, clock=clock, count=PROCESSES, settings=SETTINGS) as made:
        yield made


async def test_whoever_frees_a_place_or_arrives_nobody_waits_beside_a_free_seat_afterwards(on_stage: Stage) -> None:
    different = await play_all(on_stage, "limbo", seeds=range(STEPPED["limbo"]), ledger="limbo")

    assert different > STEPPED["limbo"] * 0.9


@pytest.mark.parametrize("seed", range(4))
async def test_any_hour_every_need_is_served_in_order_and_at_once(
    rooms: list[Rooms], plain: asyncpg.Connection, seed: int
) -> None:
    random = Random(seed)
    ground = rooms[0].ground
    for _ in range(5):
        skills = tuple(random.sample(MATTERS[:3], 2)) if random.random() < 0.7 else ("general",)
        await ground.seat(matters=skills, capacity=random.choice([1, 2]))

    for _ in range(STEPS):
        await _something(random.choice(rooms), random)
        # Only the process that did it is woken by it; a second of the sweep passes for all the others.
        ground.clock.advance(timedelta(seconds=random.choice([0.1, 1, 30])))
        await random.choice(rooms).routing.router.turn()
        assert await plain.fetch(_WAITS_BESIDE_A_FREE_SEAT) == []

    facts = await read_on(plain)
    assert check(facts) + await against_heads(plain, facts) == []
    assert (await verify(ground.database)).holds


async def test_under_a_stream_of_the_urgent_a_normal_request_is_served_within_its_bound(rooms: list[Rooms]) -> None:
    desk, *_ = rooms
    at = await desk.ground.seat(capacity=1)
    patient = await desk.ground.waiting()
    begun = desk.ground.clock.now()
    head_start = SETTINGS.head_start_s.of(Urgency.DANGER)

    while patient not in await desk.routing.live():
        assert desk.ground.clock.now() - begun <= head_start + HOUR, "starved"
        # One more in danger for each place that frees: alone they would keep the seat busy for ever.
        await desk.ground.waiting(urgency=Urgency.DANGER, head_start=head_start)
        await desk.routing.router.turn()
        live = await desk.routing.live()
        for interaction_id, ringing in live.items():
            if interaction_id != patient:
                await desk.accept(ringing.offer_id, at)
                await desk.routing.release(interaction_id)
                await desk.routing.wrap_up(interaction_id)
        desk.ground.clock.advance(HOUR)

    assert desk.ground.clock.now() - begun > head_start


async def test_a_skill_nobody_has_and_no_skill_at_all_find_a_seat(rooms: list[Rooms]) -> None:
    desk, other, *_ = rooms
    await desk.ground.seat(matters=("labour",), capacity=3)
    unheard_of = await desk.ground.waiting(matter="maritime")
    unknown = await other.ground.waiting(matter="general")

    await desk.routing.router.turn()
    assert list(await desk.routing.live()) == [unknown]
    desk.ground.clock.advance(timedelta(seconds=SETTINGS.relaxation.any_s))
    await desk.routing.router.turn()

    assert unheard_of in await desk.routing.live()


async def test_at_eight_with_a_nights_backlog_each_seat_gets_its_ramp_up_and_not_the_night(
    rooms: list[Rooms], plain: asyncpg.Connection
) -> None:
    desk, *_ = rooms
    night: list[UUID] = []
    for _ in range(BACKLOG):
        night.append(await desk.ground.waiting())
        desk.ground.clock.advance(timedelta(minutes=1))
    for _ in range(SEATS):
        await desk.ground.seat(capacity=3, signed_in=timedelta())

    for one in rooms:
        await one.routing.router.turn()
    assert set(await desk.routing.live()) == set(night[:SEATS])
    await desk.routing.accept_all()
    desk.ground.clock.advance(timedelta(seconds=SETTINGS.ramp_up.step_s))
    await desk.routing.router.turn()

    assert set(await desk.routing.live()) == set(night[SEATS : 2 * SEATS])
    assert check(await read_on(plain)) == []


async def _something(rooms: Rooms, random: Random) -> None:
    """An arrival, an answer, or a place that frees."""
    live = await rooms.routing.live()
    chance = random.random()
    if chance < 0.5 or not live:
        await rooms.ground.waiting(matter=random.choice(MATTERS))
    elif chance < 0.8:
        await rooms.routing.accept_all()
    else:
        interaction_id, _ = random.choice(list(live.items()))
        await rooms.routing.accept_all()
        await rooms.routing.release(interaction_id)
        await rooms.routing.wrap_up(interaction_id)
