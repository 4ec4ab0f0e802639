"""Connections kept out of the pool, for the one statement that a turn costs.

Checking a connection out of the pool and in again takes longer than a bare insert, so whoever writes every turn keeps
what it used last. Statements here are single and commit by themselves; whatever needs a transaction takes a unit.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from interactions.errors import Unavailable

# The server ends the connection with these; whether the statement was done is unknown.
_FATAL = frozenset({"FATAL", "PANIC"})


@dataclass(frozen=True, slots=True)
class _Held:
    """A connection checked out of the pool, and the driver's own under it."""

    pooled: AsyncConnection
    driver: asyncpg.Connection


class Direct:
    """Driver connections, reused last in first out."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._idle: list[_Held] = []

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection for one statement.

        `asyncpg.PostgresError` means the statement was not done; raises `Unavailable` where nobody knows.
        """
        held = await self._take()
        try:
            yield held.driver
        except BaseException as error:
            if isinstance(error, asyncpg.PostgresError) and not _is_lost(error):
                self._idle.append(held)
                raise
            await _discard(held)
            if _is_lost(error):
                raise Unavailable("服务暂时没有响应，请稍后重试") from error
            raise
        else:
            self._idle.append(held)

    async def close(self) -> None:
        """Closes every idle connection; the pool gets none back that was set up for this use."""
        while self._idle:
            await _discard(self._idle.pop())

    async def _take(self) -> _Held:
        while self._idle:
            held = self._idle.pop()
            if not held.driver.is_closed():
                return held
            await _discard(held)
        pooled = await self._engine.connect()
        held = _Held(pooled, (await pooled.get_raw_connection()).driver_connection)
        # Few statements, over and over: planning each time would cost more than running them.
        await held.driver.execute("set plan_cache_mode = force_generic_plan")
        return held


def _is_lost(error: BaseException) -> bool:
    """Whether the connection ended under the statement, in one of the ways the driver says so."""
    if isinstance(error, asyncpg.PostgresError):
        return isinstance(error, asyncpg.PostgresConnectionError) or getattr(error, "severity_en", None) in _FATAL
    return isinstance(error, asyncpg.InterfaceError | asyncpg.InternalClientError | OSError)


async def _discard(held: _Held) -> None:
    held.driver.terminate()
    await held.pooled.invalidate()
    await held.pooled.close()
