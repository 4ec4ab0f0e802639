"""Whether the database has connections enough for all workers: found out before anybody is served, not at the peak."""

from __future__ import annotations

import asyncpg

from hotline.settings import Settings, SettingsUnusable
from interactions.errors import Unavailable

# A process keeps two pools (units and reads, shared commits), and long reads open connections of their own.
POOLS, LONG_READS = 2, 2
_FREE = """
select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
     - current_setting('reserved_connections')::int
"""


async def require_enough(settings: Settings, *, database_url: str) -> None:
    """Raises `SettingsUnusable` where the workers' pools together are more than the database takes."""
    answer_s = settings.interactions.database.answer_s
    try:
        connection = await asyncpg.connect(database_url, timeout=answer_s)
        free = await connection.fetchval(_FREE)
        await connection.close()
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise Unavailable(f"database_url: 数据库没有响应（{type(error).__name__}）") from error
    if problem := too_many(settings.server.workers, settings.interactions.database.pool_size, free=free):
        raise SettingsUnusable([problem])


def of_each(pool_size: int) -> int:
    """Connections that one process may hold."""
    return POOLS * pool_size + LONG_READS


def too_many(workers: int, pool_size: int, *, free: int) -> str | None:
    """What to change where `free` connections are too few for so many workers; None where they are enough."""
    needed = workers * of_each(pool_size)
    if needed <= free:
        return None
    fewer, smaller = free // of_each(pool_size), (free // workers - LONG_READS) // POOLS
    ways = [f"server.workers ≤ {fewer}"] if fewer else []
    ways += [f"interactions.database.pool_size ≤ {smaller}"] if smaller > 0 else []
    return (
        f"server.workers: {workers} × {of_each(pool_size)} connections ({POOLS} × interactions.database.pool_size "
        f"{pool_size}, and {LONG_READS} for long reads) are {needed}, the database takes {free} (max_connections); "
        f"expected {' or '.join([*ways, 'a larger max_connections'])}"
    )
