"""Transactions taken step by step: waiting until others wait, on a condition and not on a time."""

from __future__ import annotations

import asyncio

import asyncpg

PATIENCE_S = 10.0
_WAITING = """
select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
"""


async def until_somebody_waits(database_url: str, *, for_a_lock: int = 1) -> None:
    """Returns once so many transactions of this database wait for a lock."""
    watching = await asyncpg.connect(database_url)
    try:
        async with asyncio.timeout(PATIENCE_S):
            while await watching.fetchval(_WAITING) < for_a_lock:
                continue
    finally:
        await watching.close()
