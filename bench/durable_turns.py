"""Durable turns beside their limits: the log's own appends, bare single inserts, bare group-committed inserts.

The limits do the least that could be durable: one row, one INSERT, one fsync; alone, or gathered as the log gathers.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
from sqlalchemy import insert

from bench.figures import Figure, measure, median
from interactions.clock import SystemClock
from interactions.database import connect
from interactions.events import TurnSaid
from interactions.identity import new_id
from interactions.log import Log
from interactions.model import OPEN_STATES, By
from interactions.opening import FirstWords, Opening
from interactions.record import Bundle, Draft, RepeatKey, drafts
from interactions.sealing import KeyRing
from interactions.settings import DatabaseSettings, SharedCommitSettings
from interactions.shared_commit import SharedCommit
from interactions.tables import resident

WRITERS = (1, 16, 200, 1_000)
ROUNDS = 5
SECONDS = 2.0
TEXT = "老板拖欠我三个月工资，一直说没钱，我该怎么办？"
Operation = Callable[[int], Awaitable[None]]


async def run(database_url: str) -> list[Figure]:
    """Medians of interleaved rounds, for each number of writers."""
    figures: list[Figure] = []
    async with _bare_single(database_url) as single, _bare_grouped(database_url) as grouped, _log(database_url) as log:
        contenders: tuple[tuple[str, Operation], ...] = (
            ("bare single insert", single),
            ("bare group-committed insert", grouped),
            ("durable turn", log),
        )
        for writers in WRITERS:
            rounds: dict[str, list[Figure]] = {what: [] for what, _ in contenders}
            for _ in range(ROUNDS):
                for what, operation in contenders:
                    if writers > 1 and what == "bare single insert":
                        continue
                    rounds[what].append(await measure(what, operation, writers=writers, seconds=SECONDS))
            figures += [median(one) for one in rounds.values() if one]
    return figures


@asynccontextmanager
async def _bare_single(database_url: str) -> AsyncIterator[Operation]:
    connection = await asyncpg.connect(database_url)
    await connection.execute("create table bare (id bigint generated always as identity primary key, body bytea)")
    statement = await connection.prepare("insert into bare (body) values ($1)")
    body = TEXT.encode()

    async def write(_: int) -> None:
        await statement.fetch(body)

    yield write
    await connection.close()


@asynccontextmanager
async def _bare_grouped(database_url: str) -> AsyncIterator[Operation]:
    connection = await asyncpg.connect(database_url)
    statement = await connection.prepare("insert into bare (body) select * from unnest($1::bytea[])")
    pending: list[asyncio.Future[None]] = []
    something = asyncio.Event()
    body = TEXT.encode()

    async def commit() -> None:
        while True:
            await something.wait()
            something.clear()
            batch, pending[:] = pending[:], []
            await statement.fetch([body] * len(batch))
            for one in batch:
                one.set_result(None)

    async def write(_: int) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        pending.append(done)
        something.set()
        await done

    committing = asyncio.ensure_future(commit())
    yield write
    committing.cancel()
    await asyncio.gather(committing, return_exceptions=True)
    await connection.close()


@asynccontextmanager
async def _log(database_url: str) -> AsyncIterator[Operation]:
    clock = SystemClock()
    database = connect(database_url, settings=DatabaseSettings())
    keys = KeyRing({"k": os.urandom(32)}, "k", os.urandom(32))
    log = Log(clock=clock, keys=keys)
    shared = SharedCommit(database, log=log, settings=SharedCommitSettings())
    opening = Opening(database, log=log, keys=keys, clock=clock, timezone=ZoneInfo("Asia/Shanghai"))
    talks: dict[int, UUID] = {}
    counts: dict[int, int] = {}

    async def opened(writer: int) -> UUID:
        resident_id = new_id(clock.now())
        async with database.unit() as unit:
            row = {"resident_id": resident_id, "created_at": clock.now()}
            await unit.connection.execute(insert(resident).values(row))
        said = drafts(Draft(TurnSaid(text=TEXT), By.RESIDENT), only_in=OPEN_STATES)
        written = await opening.open(FirstWords(resident_id, "web", said))
        talks[writer] = written.head.interaction_id
        return talks[writer]

    async def write(writer: int) -> None:
        interaction_id = talks.get(writer) or await opened(writer)
        counts[writer] = counts.get(writer, 0) + 1
        key = RepeatKey(interaction_id, str(counts[writer]))
        turn = Draft(TurnSaid(text=TEXT, client_id=key.client_id), By.RESIDENT, changes={"last_turn_at": clock.now()})
        await shared.submit(Bundle(interaction_id, drafts(turn, only_in=OPEN_STATES), key))

    for writer in range(max(WRITERS)):
        await opened(writer)
    yield write
    await shared.drain()
    await database.close()
