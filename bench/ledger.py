"""What a stretch of work cost: processors, statements, commits, bytes; divided by the operations done in it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import asyncpg

from bench.processes import Running
from bench.service import totals
from bench.trees import Split, reader

# The service counts its statements once a second, PostgreSQL its commits.
COUNTED_S = 1.5
_WRITTEN = """
select (pg_current_wal_lsn() - '0/0')::float8 as wal_bytes, pg_database_size(current_database())::float8 as disk_bytes,
       (select xact_commit from pg_stat_database where datname = current_database())::float8 as commits
"""
STATEMENTS, SECONDS, BUSY = (f"hotline_database_{what}_total" for what in ("statements", "seconds", "busy_seconds"))


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one operation: microseconds of processor, statements and their milliseconds, commits, bytes.

    `postgres_share` is PostgreSQL's part of the processor time of the house. `busy_share` is the part of a worker's
    time with at least one statement under way.
    """

    service_us: float
    postgres_us: float
    redis_us: float
    client_us: float
    statements: float
    statement_ms: float
    commits: float
    wal_bytes: float
    disk_bytes: float
    postgres_share: float
    busy_share: float


@dataclass(slots=True)
class Stretch:
    """A stretch under way; whoever works in it says how many operations it was."""

    operations: int = 0
    cost: Cost | None = field(default=None)


@asynccontextmanager
async def stretch(
    session: aiohttp.ClientSession, service: Running, *, database_url: str, workers: int
) -> AsyncIterator[Stretch]:
    """Books what is done inside the block; its `cost` is there after it."""
    made, split = Stretch(), reader(service.process)
    before = await _facts(session, service, database_url)
    used, begun = split(), time.perf_counter()
    yield made
    elapsed, used = time.perf_counter() - begun, split().since(used)
    after = await _facts(session, service, database_url)
    grown = {name: after[name] - before[name] for name in after}
    made.cost = _cost(made.operations, used, grown, worker_s=elapsed * workers)


async def _facts(session: aiohttp.ClientSession, service: Running, database_url: str) -> dict[str, float]:
    await asyncio.sleep(COUNTED_S)
    connection = await asyncpg.connect(database_url)
    written = dict(await connection.fetchrow(_WRITTEN))
    await connection.close()
    return {**written, **await totals(session, service, STATEMENTS, SECONDS, BUSY)}


def _cost(operations: int, used: Split, grown: dict[str, float], *, worker_s: float) -> Cost:
    return Cost(
        service_us=used.service / operations * 1e6,
        postgres_us=used.postgres / operations * 1e6,
        redis_us=used.redis / operations * 1e6,
        client_us=used.client / operations * 1e6,
        statements=grown[STATEMENTS] / operations,
        statement_ms=grown[SECONDS] / operations * 1e3,
        commits=grown["commits"] / operations,
        wal_bytes=grown["wal_bytes"] / operations,
        disk_bytes=grown["disk_bytes"] / operations,
        postgres_share=used.postgres_share,
        busy_share=grown[BUSY] / worker_s,
    )
