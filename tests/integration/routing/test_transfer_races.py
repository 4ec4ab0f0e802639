"""A transfer that rings, and everything that can become of it at the same instant, in every order of the lock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, text, update

from interactions.database import connect
from interactions.errors import HotlineError
from interactions.settings import DatabaseSettings
from interactions.tables import connection, seat
from interactions.verify import verify
from routing.settings import RoutingSettings
from tests.rig.ground import Ground, Seat
from tests.rig.leaving import leave
from tests.rig.locks import in_this_order
from tests.rig.routing import Routing
from tests.rig.transferring import Lawyers, server

# With no grace, a console that is cut has vanished at once; a seat is never set away for missing.
SETTINGS = RoutingSettings(grace_s=0.0, misses_before_away=1_000)


@pytest.fixture
async def processes(ground: Ground, postgres_url: str) -> AsyncIterator[list[Lawyers]]:
    """Routers and lawyers of several processes on one database."""
    async with AsyncExitStack() as stack:
        made = []
        for _ in range(3):
            database = connect(postgres_url, settings=DatabaseSettings())
            stack.push_async_callback(database.close)
            made.append(Lawyers(Routing.on(Ground.on(database, clock=ground.clock), settings=SETTINGS)))
        yield made


@pytest.mark.parametrize(
    "contenders",
    [
        ("accept", "cancel", "lapse"),
        ("accept", "release", "leave"),
        ("accept", "decline", "cancel"),
        ("accept", "vanish", "leave"),
        ("vanish", "cancel", "lapse"),
        ("accept", "accept in another tab", "release"),
    ],
)
async def test_one_end_of_a_transfer_whoever_comes_first(
    processes: list[Lawyers], postgres_url: str, contenders: tuple[str, ...]
) -> None:
    for order in permutations(contenders):
        talk, ways = await _ringing(processes, cut="vanish" in order)

        outcomes = await in_this_order(postgres_url, [ways[name] for name in order], interaction_id=talk)

        assert all(isinstance(one, HotlineError) for one in outcomes if isinstance(one, BaseException)), (
            order,
            outcomes,
        )
        lawyers = processes[0]
        kinds = await lawyers.kinds(talk)
        ends = kinds.count("interaction.transferred") + kinds.count("interaction.transfer_ended")
        assert ends == 1, (order, kinds)
        assert kinds.count("interaction.transferred") == (await lawyers.transfer_states()).count("accepted")
        assert await lawyers.routing.live() == {}
        verdict = await verify(lawyers.routing.ground.database)
        assert verdict.holds, (order, verdict.violations)
        await _clear(lawyers.routing)


Way = Callable[[], Awaitable[Any]]


async def _ringing(processes: list[Lawyers], *, cut: bool) -> tuple[UUID, Mapping[str, Way]]:
    """A talk that rings at another seat past its lease, and what can become of it, each from another process."""
    first, second, third = processes
    ground = first.routing.ground
    origin, other = await ground.seat(capacity=20), await ground.seat(matters=("family",))
    resident_id = await ground.resident()
    talk = await first.with_lawyer(origin, resident_id=resident_id)
    await first.to_seat(talk, origin, other)
    offer_id = (await first.routing.live())[talk].offer_id
    ground.clock.advance(timedelta(seconds=46))
    if cut:
        await _cut(first.routing, origin)
    who: dict[str, Any] = {"seat_id": other.seat_id, "account_id": other.account_id}
    return talk, {
        "accept": partial(first.routing.offers.accept, offer_id, **who),
        "accept in another tab": partial(second.routing.offers.accept, offer_id, **who),
        "decline": partial(second.routing.offers.decline, offer_id, **who, reason="busy"),
        "cancel": partial(third.transferring.cancel, server(origin), interaction_id=talk),
        "release": partial(third.serving.release, server(origin), interaction_id=talk),
        "lapse": second.routing.offers.lapse_due,
        "leave": partial(leave, second.routing, resident_id),
        "vanish": third.routing.vanished.give_back,
    }


async def _cut(routing: Routing, at: Seat) -> None:
    async with routing.ground.database.unit() as unit:
        await unit.connection.execute(delete(connection).where(connection.c.seat_id == at.seat_id))


async def _clear(routing: Routing) -> None:
    """The next race has seats of its own, and transfers of its own to count."""
    async with routing.ground.database.unit() as unit:
        await unit.connection.execute(update(seat).where(seat.c.status == "available").values(status="away"))
        await unit.connection.execute(text("update offer set transfer_id = null"))
        await unit.connection.execute(text("delete from transfer"))
