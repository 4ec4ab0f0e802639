"""How long the database takes, measured where its answers are awaited.

statements ─┬─▶ seconds     of each statement, added up: two at once count twice
            └─▶ busy_s      in which at least one was under way: what a process spends waiting, at most
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import asyncpg
from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncConnection

from interactions.connections import Connection, Opened, Rows


class Spent:
    """What one process spent in statements so far."""

    __slots__ = ("_since", "_under_way", "busy_s", "seconds", "statements")

    def __init__(self) -> None:
        self.statements = 0
        self.seconds = 0.0
        self.busy_s = 0.0
        self._under_way = 0
        self._since = 0.0

    @contextmanager
    def one(self) -> Iterator[None]:
        """Around one statement."""
        begun = time.perf_counter()
        if self._under_way == 0:
            self._since = begun
        self._under_way += 1
        try:
            yield
        finally:
            ended = time.perf_counter()
            self._under_way -= 1
            self.statements += 1
            self.seconds += ended - begun
            if self._under_way == 0:
                self.busy_s += ended - self._since


class TimedConnection(Connection):
    """A connection whose statements are timed."""

    def __init__(self, composed: AsyncConnection, driver: asyncpg.Connection, *, spent: Spent) -> None:
        super().__init__(composed, driver)
        self._spent = spent

    async def execute(
        self, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> Rows:
        """Runs one statement."""
        with self._spent.one():
            return await super().execute(statement, values)

    async def begin(self) -> None:
        """Begins a transaction."""
        with self._spent.one():
            await super().begin()

    async def commit(self) -> None:
        """Makes it durable."""
        with self._spent.one():
            await super().commit()

    async def rollback(self) -> None:
        """Leaves nothing of it."""
        with self._spent.one():
            await super().rollback()

    @contextmanager
    def direct(self) -> Iterator[asyncpg.Connection]:
        """The driver, for one statement."""
        with self._spent.one():
            yield self.driver


def timing(spent: Spent) -> Opened:
    """Opens connections whose statements are counted in `spent`."""
    return lambda composed, driver: TimedConnection(composed, driver, spent=spent)
