"""Several processes at one offer at the same instant, in every order of the lock: one winner, and everything adds up.

Each contender is a process of its own. All come to the locked row one after the other and get it in that order.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, update

from interactions.database import connect
from interactions.erasure import erase
from interactions.errors import HotlineError, OfferGone, WrongState
from interactions.model import State
from interactions.settings import DatabaseSettings
from interactions.tables import connection, seat
from interactions.verify import verify
from routing.settings import RoutingSettings
from tests.rig.ground import Ground, Seat
from tests.rig.leaving import leave
from tests.rig.locks import held, in_this_order, until_somebody_waits
from tests.rig.roster import roster_on
from tests.rig.routing import Routing

# With no grace, a console that is cut has vanished at once; a seat is never set away for missing.
SETTINGS = RoutingSettings(grace_s=0.0, misses_before_away=1_000)
PROCESSES = 4


@pytest.fixture
async def processes(ground: Ground, postgres_url: str) -> AsyncIterator[list[Routing]]:
    """Routers of several processes on one database."""
    async with AsyncExitStack() as stack:
        made = []
        for _ in range(PROCESSES):
            database = connect(postgres_url, settings=DatabaseSettings())
            stack.push_async_callback(database.close)
            made.append(Routing.on(Ground.on(database, clock=ground.clock), settings=SETTINGS))
        yield made


class Ringing:
    """An offer past its lease that still rings, and what can become of it, each from another process."""

    def __init__(
        self, processes: list[Routing], at: Seat, resident_id: UUID, interaction_id: UUID, offer_id: UUID
    ) -> None:
        self.interaction_id = interaction_id
        first, second, third, fourth = processes
        accept = partial(first.offers.accept, offer_id, seat_id=at.seat_id, account_id=at.account_id)
        decline = partial(second.offers.decline, offer_id, seat_id=at.seat_id, account_id=at.account_id)
        again = partial(second.offers.accept, offer_id, seat_id=at.seat_id, account_id=at.account_id)
        self.ways: Mapping[str, Callable[[], Awaitable[Any]]] = {
            "accept": accept,
            "accept in another tab": again,
            "decline": partial(decline, reason="conflict"),
            "lapse": third.offers.lapse_due,
            "leave": partial(leave, fourth, resident_id),
            "vanish": third.vanished.give_back,
            "erase": partial(_erase, first, interaction_id),
        }


@pytest.mark.parametrize(
    "contenders",
    [
        ("accept", "lapse", "leave"),
        ("accept", "accept in another tab", "lapse"),
        ("accept", "decline", "leave"),
        ("decline", "lapse", "leave"),
        ("accept", "vanish", "leave"),
        ("leave", "erase", "lapse"),
    ],
)
async def test_whoever_has_the_lock_first_wins_and_everything_adds_up(
    processes: list[Routing], postgres_url: str, contenders: tuple[str, ...]
) -> None:
    for order in permutations(contenders):
        ringing = await _ringing(processes, cut="vanish" in order)

        outcomes = await in_this_order(
            postgres_url, [ringing.ways[name] for name in order], interaction_id=ringing.interaction_id
        )

        told = dict(zip(order, outcomes, strict=True))
        assert all(isinstance(one, HotlineError) for one in outcomes if isinstance(one, BaseException)), (order, told)
        await _one_winner(processes[0], ringing, told, order)
        verdict = await verify(processes[0].ground.database)
        assert verdict.holds, (order, verdict.violations)
        await _clear_the_seats(processes[0])


async def _one_winner(routing: Routing, ringing: Ringing, told: Mapping[str, Any], order: tuple[str, ...]) -> None:
    _, records = await routing.ground.reader.read(ringing.interaction_id)
    kinds = [record.kind for record in records]
    ends = kinds.count("interaction.accepted") + kinds.count("interaction.offer_ended")
    left_ringing = [record.from_state for record in records if record.kind == "interaction.abandoned"] == [
        State.OFFERED
    ]
    assert ends + left_ringing == 1, (order, kinds)
    accepts = [told[name] for name in told if name.startswith("accept")]
    won = [one for one in accepts if not isinstance(one, BaseException)]
    assert len(won) == kinds.count("interaction.accepted") <= 1, (order, told)
    assert all(isinstance(one, OfferGone) for one in accepts if one not in won), (order, told)


async def test_a_seat_that_signs_out_while_it_is_being_offered_somebody(
    processes: list[Routing], postgres_url: str
) -> None:
    matching, at_the_desk, *_ = processes
    roster = roster_on(at_the_desk.ground)
    for sign_out_first in (False, True):
        at = await matching.ground.seat()
        interaction_id = await matching.ground.waiting()
        ways: list[Callable[[], Awaitable[Any]]] = [matching.rounds.run, partial(roster.sign_out, at.account_id)]

        outcomes = await in_this_order(postgres_url, ways[::-1] if sign_out_first else ways, seat_id=at.seat_id)

        assert (interaction_id in await matching.live()) is not sign_out_first
        assert any(isinstance(one, WrongState) for one in outcomes) is not sign_out_first
        assert (await verify(matching.ground.database)).holds
        await _clear_the_seats(matching)


async def test_four_processes_match_at_once_and_nobody_is_offered_twice(processes: list[Routing]) -> None:
    ground = processes[0].ground
    seats = [await ground.seat(capacity=3) for _ in range(15)]
    waiting = await asyncio.gather(*(ground.waiting() for _ in range(60)))

    await asyncio.gather(*(one.rounds.run() for one in processes for _ in range(3)))

    ringing = await processes[0].live()
    per_seat = [sum(one.seat_id == at.seat_id for one in ringing.values()) for at in seats]
    assert per_seat == [3] * 15
    assert set(ringing) < set(waiting)
    assert (await verify(ground.database)).holds


async def test_a_talk_that_went_to_another_seat_meanwhile_is_not_taken_from_it(
    processes: list[Routing], postgres_url: str
) -> None:
    routing = processes[0]
    ground = routing.ground
    gone = await ground.seat()
    moved, left = await ground.waiting(), await ground.waiting()
    await routing.accept_all()
    other = await ground.seat()
    await _cut(routing, gone)

    async with held(postgres_url, interaction_id=moved) as somebody:
        looking = asyncio.ensure_future(processes[1].vanished.give_back())
        await until_somebody_waits(postgres_url)
        await somebody.execute(
            "update assignment set released_at = now(), finished_at = now() where interaction_id = $1", moved
        )
        await somebody.execute(
            "insert into assignment (segment_id, interaction_id, seat_id, account_id, started_at) "
            "values (gen_random_uuid(), $1, $2, $3, now())",
            moved,
            other.seat_id,
            other.account_id,
        )
        await somebody.execute("update interaction set seat_id = $2 where interaction_id = $1", moved, other.seat_id)
    await looking

    heads = {one: (await ground.reader.read(one))[0] for one in (moved, left)}
    assert (heads[moved].state, heads[moved].seat_id) == (State.WITH_LAWYER, other.seat_id)
    assert heads[left].state is State.WAITING
    assert (await verify(ground.database)).holds


async def _ringing(processes: list[Routing], *, cut: bool) -> Ringing:
    """A fresh seat at which an offer past its lease rings; with `cut`, its console is gone."""
    routing = processes[0]
    at = await routing.ground.seat()
    resident_id = await routing.ground.resident()
    interaction_id = await routing.ground.waiting(resident_id=resident_id)
    await routing.rounds.run()
    offer_id = (await routing.live())[interaction_id].offer_id
    routing.ground.clock.advance(timedelta(seconds=46))
    if cut:
        await _cut(routing, at)
    return Ringing(processes, at, resident_id, interaction_id, offer_id)


async def _cut(routing: Routing, at: Seat) -> None:
    async with routing.ground.database.unit() as unit:
        await unit.connection.execute(delete(connection).where(connection.c.seat_id == at.seat_id))


async def _erase(routing: Routing, interaction_id: UUID) -> object:
    ground = routing.ground
    return await erase(
        ground.database, log=ground.log, clock=ground.clock, interaction_id=interaction_id, reason="request"
    )


async def _clear_the_seats(routing: Routing) -> None:
    """The next race has a seat of its own."""
    async with routing.ground.database.unit() as unit:
        await unit.connection.execute(update(seat).where(seat.c.status == "available").values(status="away"))
