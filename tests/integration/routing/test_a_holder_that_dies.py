"""The process that is matching dies or stands still in mid-round: another continues, nothing is half done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import asyncpg
import pytest

from interactions.database import Database, Unit, connect
from interactions.errors import Unavailable
from interactions.log import Log, Outcome
from interactions.record import Bundle
from interactions.settings import DatabaseSettings
from interactions.verify import verify
from tests.rig.ground import Ground
from tests.rig.locks import held, until_somebody_waits
from tests.rig.routing import Routing
from tests.rig.waiting import until_found


@pytest.fixture
async def other(ground: Ground, postgres_url: str) -> AsyncIterator[Routing]:
    """Another process."""
    database = connect(postgres_url, settings=DatabaseSettings())
    yield Routing.on(Ground.on(database, clock=ground.clock))
    await database.close()


@pytest.fixture
async def slow(postgres_url: str) -> AsyncIterator[Database]:
    """A process whose transactions may last a fifth of a second."""
    database = connect(postgres_url, settings=DatabaseSettings(transaction_s=0.2))
    yield database
    await database.close()


async def test_a_round_whose_connection_is_ended_in_the_middle(
    ground: Ground, other: Routing, postgres_url: str
) -> None:
    routing = Routing.on(ground)
    await ground.seat()
    waiting = await ground.waiting()

    async with held(postgres_url, interaction_id=waiting) as somebody:
        dying = asyncio.ensure_future(routing.rounds.run())
        (holder,) = await until_somebody_waits(postgres_url)
        await other.router.turn()
        assert await other.live() == {}
        await somebody.execute("select pg_terminate_backend($1)", holder)
        with pytest.raises(Unavailable):
            await dying

    await _takes_over(other, waiting)


async def test_a_round_that_is_held_up_for_longer_than_a_transaction_may_last(
    ground: Ground, slow: Database, other: Routing, postgres_url: str
) -> None:
    await ground.seat()
    waiting = await ground.waiting()
    async with held(postgres_url, interaction_id=waiting):
        with pytest.raises(Unavailable):
            await Routing.on(Ground.on(slow, clock=ground.clock)).rounds.run()

    await _takes_over(other, waiting)


async def test_a_process_that_stands_still_with_its_locks_held(
    ground: Ground, slow: Database, other: Routing, postgres_url: str
) -> None:
    await ground.seat()
    waiting = await ground.waiting()
    paused = Routing.on(Ground.on(slow, clock=ground.clock))
    offering, go_on = asyncio.Event(), asyncio.Event()
    paused.rounds._log = _StandsStill(paused.ground.log, offering, go_on)  # type: ignore[assignment]
    standing = asyncio.ensure_future(paused.rounds.run())
    await offering.wait()

    # It holds the locks and has written nothing yet; the server ends the transaction, and the locks go with it.
    await _until_nothing_is_locked(postgres_url)
    await _takes_over(other, waiting)

    go_on.set()
    with pytest.raises(Unavailable):
        await standing
    assert (await verify(ground.database)).holds


async def test_the_loop_of_a_router_survives_the_end_of_its_connection(ground: Ground, postgres_url: str) -> None:
    routing = Routing.on(ground)
    await ground.seat()
    waiting = await ground.waiting()
    async with held(postgres_url, interaction_id=waiting) as somebody:
        turning = asyncio.ensure_future(routing.router._turn_or_log())
        (holder,) = await until_somebody_waits(postgres_url)
        await somebody.execute("select pg_terminate_backend($1)", holder)
        again_at = await turning

    assert (again_at - ground.clock.now()).total_seconds() <= 0.5
    await _takes_over(routing, waiting)


class _StandsStill:
    """The log of a process that is paused before it writes."""

    def __init__(self, log: Log, reached: asyncio.Event, go_on: asyncio.Event) -> None:
        self._log = log
        self._reached = reached
        self._go_on = go_on

    async def write(self, unit: Unit, bundles: Sequence[Bundle]) -> list[Outcome]:
        """Gets to it too late."""
        self._reached.set()
        await self._go_on.wait()
        return await self._log.write(unit, bundles)


async def _until_nothing_is_locked(database_url: str) -> None:
    watching = await asyncpg.connect(database_url)

    async def none() -> bool:
        return not await watching.fetchval("select count(*) from pg_locks where locktype = 'advisory'")

    await until_found(none)
    await watching.close()


async def _takes_over(other: Routing, waiting: UUID) -> None:
    """Another process makes the one offer there is to make."""
    await other.router.turn()
    assert list(await other.live()) == [waiting]
    assert (await verify(other.ground.database)).holds
