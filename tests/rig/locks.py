"""Transactions taken step by step: waiting until others wait, on a condition and not on a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg

from tests.rig.waiting import until_found

_WAITING = """
select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
"""


async def until_somebody_waits(database_url: str, *, for_a_lock: int = 1) -> list[int]:
    """Returns once so many transactions of this database wait for a lock: their process ids."""
    watching = await asyncpg.connect(database_url)

    async def enough() -> list[int]:
        found = [row[0] for row in await watching.fetch(_WAITING)]
        return found if len(found) >= for_a_lock else []

    try:
        return await until_found(enough)
    finally:
        await watching.close()


@asynccontextmanager
async def held(
    database_url: str, *, interaction_id: UUID | None = None, seat_id: UUID | None = None
) -> AsyncIterator[asyncpg.Connection]:
    """Inside, somebody else holds these rows in a transaction; it commits at the end."""
    holder = await asyncpg.connect(database_url)
    try:
        async with holder.transaction():
            if interaction_id is not None:
                await holder.execute(
                    "select from interaction where interaction_id = $1 for no key update", interaction_id
                )
            if seat_id is not None:
                await holder.execute("select from seat where seat_id = $1 for no key update", seat_id)
            yield holder
    finally:
        await holder.close()


async def in_this_order(
    database_url: str, contenders: Sequence[Callable[[], Awaitable[Any]]], **rows: UUID
) -> list[Any]:
    """What became of `contenders`, who came to the locked `rows` one after the other and got them in that order."""
    running: list[asyncio.Future[Any]] = []
    async with held(database_url, **rows):
        for contend in contenders:
            running.append(asyncio.ensure_future(contend()))
            await until_somebody_waits(database_url, for_a_lock=len(running))
    return await asyncio.gather(*running, return_exceptions=True)
