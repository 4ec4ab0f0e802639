"""Faults at every await between read and commit: each is a statement, a BEGIN or a COMMIT on a connection.

    command ─▶ point "before begin" ─▶ begin ─▶ point "after begin" ─▶ … ─▶ point "after commit" ─▶ outcome
                      │                                                            │
                      └ delay · pause · kill -9 · lost: it never reached the server └ lost: done, and nobody is told

The hook is the connection itself: who wires a house for tests opens `FaultyConnection`s (`connect(…, opened=…)`), the
house in production opens plain ones and asks nothing. Which faults are met is a value of the task (`MEETING`), so that
one command of one process can be struck while everything beside it goes on.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Any, Protocol

import asyncpg
from sqlalchemy import Executable, TextClause
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from interactions.connections import Connection, Rows

_SPACE = re.compile(r"\s+")
SHOWN = 60


class Fault(StrEnum):
    """What can happen at a point. `pause`: the process stands still until it is told to go on."""

    DELAY = "delay"
    PAUSE = "pause"
    KILL = "kill"
    LOSE = "lose"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Point:
    """A place between two awaits: before or after a statement, told by its first words."""

    statement: str
    after: bool

    def __str__(self) -> str:
        """As a report names it."""
        return f"{'after' if self.after else 'before'} {self.statement}"


class Faults(Protocol):
    """Decides at each point what happens there: returns, late or at once, or raises what the driver would."""

    async def reach(self, point: Point, session: asyncpg.Connection) -> None:
        """Called at every point, before and after every statement."""


MEETING: ContextVar[Faults | None] = ContextVar("faults met by this task", default=None)


class FaultyConnection(Connection):
    """A connection whose every statement is a pair of points."""

    def __init__(self, composed: AsyncConnection, driver: asyncpg.Connection) -> None:
        super().__init__(composed, _FaultyDriver(driver))

    async def execute(
        self, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> Rows:
        """Runs the statement between its two points."""
        if MEETING.get() is None:
            return await super().execute(statement, values)
        async with _between(_said(statement), self.driver):
            return await super().execute(statement, values)


class _FaultyDriver:
    """The driver, for what is said to it without a `Connection`: begin, commit, rollback, and plain turns."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self._driver = driver

    def __getattr__(self, name: str) -> Any:
        """Everything else is the driver's own."""
        return getattr(self._driver, name)

    async def execute(self, said: str, *values: object) -> str:
        """Runs it between its two points."""
        async with _between(said, self._driver):
            return str(await self._driver.execute(said, *values))

    async def fetch(self, said: str, *values: object) -> list[Any]:
        """Runs it between its two points."""
        async with _between(said, self._driver):
            return list(await self._driver.fetch(said, *values))


@asynccontextmanager
async def _between(said: str, session: asyncpg.Connection) -> AsyncIterator[None]:
    faults = MEETING.get()
    if faults is None:
        yield
        return
    statement = shortened(said)
    await faults.reach(Point(statement, after=False), session)
    yield
    await faults.reach(Point(statement, after=True), session)


def lose(session: asyncpg.Connection) -> None:
    """Ends the session as a cut cable does; raises what the driver says of that."""
    session.terminate()
    raise asyncpg.ConnectionDoesNotExistError("the connection was lost")


@dataclass(slots=True)
class Recording:
    """Meets nothing and remembers every point, so that no statement is forgotten by a loop over faults."""

    points: list[Point] = field(default_factory=list)

    async def reach(self, point: Point, session: asyncpg.Connection) -> None:
        """Remembers it."""
        self.points.append(point)


@dataclass(slots=True)
class Strike:
    """One fault at the `at`-th point from now (0: the first); nothing before and nothing after."""

    at: int
    fault: Fault
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    passed: int = 0

    async def reach(self, point: Point, session: asyncpg.Connection) -> None:
        """Strikes when it is its turn."""
        self.passed += 1
        if self.passed - 1 != self.at:
            return
        self.reached.set()
        if self.fault is Fault.KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.fault is Fault.PAUSE:
            await self.go_on.wait()
        if self.fault is Fault.LOSE:
            lose(session)
        if self.fault is Fault.REFUSE:
            raise asyncpg.DiskFullError("could not extend file: No space left on device")


@dataclass(slots=True)
class Jitter:
    """Delays and lost connections by chance: `delayed` and `lost` of all points, up to `longest_s`."""

    random: Random
    delayed: float = 0.0
    lost: float = 0.0
    longest_s: float = 0.005

    async def reach(self, point: Point, session: asyncpg.Connection) -> None:
        """Holds the command up, or cuts it off, as the dice say."""
        if self.random.random() < self.delayed:
            await asyncio.sleep(self.random.random() * self.longest_s)
        if self.random.random() < self.lost:
            lose(session)


def _said(statement: Executable) -> str:
    if isinstance(statement, TextClause):
        return statement.text
    return str(statement.compile(dialect=postgresql.dialect()))  # type: ignore[attr-defined, no-untyped-call]


def shortened(said: str) -> str:
    """The first words of a statement, on one line."""
    plain = _SPACE.sub(" ", said).strip()
    return plain if len(plain) <= SHOWN else plain[: SHOWN - 1] + "…"
