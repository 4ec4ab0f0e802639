"""Durable turns beside their limits: the log's own appends, bare single inserts, bare group-committed inserts.

The limits do the least that could be durable: one row, one INSERT, one fsync; alone, or gathered as the log gathers.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import count
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
from sqlalchemy import TIMESTAMP, BigInteger, Column, LargeBinary, MetaData, Table, Text, Uuid, insert
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from bench.figures import Figure, measure, median
from hotline.collector import leave_startup_alone
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

SINGLE = "bare single insert"
GROUPED = "bare group-committed insert"
ARRAYS = "the same, arrays on the driver"
TURN = "durable turn"
WRITERS = (1, 16, 200, 1_000)
ROUNDS = 5
SECONDS = 2.0
TEXT = "老板拖欠我三个月工资，一直说没钱，我该怎么办？"
Row = tuple[object, ...]
Operation = Callable[[int], Awaitable[None]]

_BARE = Table(
    "bare",
    MetaData(),
    Column("interaction_id", Uuid, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("at", TIMESTAMP(timezone=True), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
_COLUMNS = tuple(_BARE.c.keys())
_KINDS = ("uuid", "bigint", "text", "timestamptz", "bytea", "bytea")
_TABLE = str(CreateTable(_BARE).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]


async def run(database_url: str) -> list[Figure]:
    """Medians of interleaved rounds, for each number of writers."""
    figures: list[Figure] = []
    async with (
        _bare_single(database_url) as single,
        _bare_core(database_url) as core,
        _bare_driver(database_url) as driver,
        _log(database_url) as log,
    ):
        contenders: tuple[tuple[str, Operation], ...] = (
            (SINGLE, single),
            (GROUPED, core),
            (ARRAYS, driver),
            (TURN, log),
        )
        leave_startup_alone()  # as the service does; for all contenders alike
        for writers in WRITERS:
            rounds: dict[str, list[Figure]] = {what: [] for what, _ in contenders}
            for _ in range(ROUNDS):
                for what, operation in contenders:
                    if writers > 1 and what == SINGLE:
                        continue
                    rounds[what].append(await measure(what, operation, writers=writers, seconds=SECONDS))
            figures += [median(one) for one in rounds.values() if one]
    return figures


@asynccontextmanager
async def _bare_single(database_url: str) -> AsyncIterator[Operation]:
    """One row, one INSERT, one fsync, one after the other: prepared, on the driver itself."""
    connection = await asyncpg.connect(database_url)
    await connection.execute(_TABLE)
    names = ", ".join(f"${at}" for at in range(1, len(_KINDS) + 1))
    statement = await connection.prepare(f"insert into bare values ({names})")  # noqa: S608
    rows = _rows()

    async def write(_: int) -> None:
        await statement.fetch(*next(rows))

    yield write
    await connection.close()


@asynccontextmanager
async def _bare_driver(database_url: str) -> AsyncIterator[Operation]:
    """Gathered, one INSERT of arrays on the driver itself: the fastest way we know."""
    connection = await asyncpg.connect(database_url)
    arrays = ", ".join(f"${at}::{kind}[]" for at, kind in enumerate(_KINDS, start=1))
    statement = await connection.prepare(f"insert into bare select * from unnest({arrays})")  # noqa: S608

    async def insert_all(rows: list[Row]) -> None:
        await statement.fetch(*map(list, zip(*rows, strict=True)))

    async with _gathering(insert_all) as write:
        yield write
    await connection.close()


@asynccontextmanager
async def _bare_core(database_url: str) -> AsyncIterator[Operation]:
    """Gathered, one INSERT of many rows in a transaction of SQLAlchemy Core: the way of the trade."""
    database = connect(database_url, settings=DatabaseSettings())
    statement = insert(_BARE)

    async def insert_all(rows: list[Row]) -> None:
        async with database.engine.begin() as connection:
            await connection.execute(statement, [dict(zip(_COLUMNS, row, strict=True)) for row in rows])

    async with _gathering(insert_all) as write:
        yield write
    await database.close()


@asynccontextmanager
async def _gathering(insert_all: Callable[[list[Row]], Awaitable[None]]) -> AsyncIterator[Operation]:
    """Writers whose rows ride together: while one batch commits, the next gathers."""
    pending: list[tuple[Row, asyncio.Future[None]]] = []
    something = asyncio.Event()
    rows = _rows()

    async def commit() -> None:
        while True:
            await something.wait()
            something.clear()
            batch, pending[:] = pending[:], []
            await insert_all([row for row, _ in batch])
            for _, done in batch:
                done.set_result(None)

    async def write(_: int) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        pending.append((next(rows), done))
        something.set()
        await done

    committing = asyncio.ensure_future(commit())
    yield write
    committing.cancel()
    await asyncio.gather(committing, return_exceptions=True)


def _rows() -> Iterator[Row]:
    """Rows like a turn's, ready made: key, kind, time, sealed words, hash."""
    clock = SystemClock()
    interaction_id, at = new_id(clock.now()), clock.now()
    sealed, digest = os.urandom(len(TEXT.encode()) + 28), os.urandom(32)
    return ((interaction_id, seq, "turn.said", at, sealed, digest) for seq in count(1))


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
