"""Connections to PostgreSQL: statements as text go to the driver, composed ones through SQLAlchemy, on one session.

    text("… :name …") ─▶ $1, $2 … once ─▶ prepared once a connection ─▶ the driver: some 30 µs
    select(…), insert(…) ─────────────────▶ SQLAlchemy ───────────────▶ the same connection: some 150 µs

An arrival costs some ninety statements from first word to wrap-up, so what each of them costs decides how many people
one process can serve. A connection that was used last is used next: its statements are prepared, its memory is warm.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache
from typing import Any

import asyncpg
from sqlalchemy import Executable, TextClause
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from interactions.errors import Unavailable

MOST_PREPARED = 400
# A name after a colon, but not a cast (::uuid) nor a slice of an array.
_NAME = re.compile(r"(?<![:\w]):(\w+)")
_ROWS_MET = re.compile(r"(\d+)$")
# The server ends the connection with these; whether the statement was done is unknown.
_FATAL = frozenset({"FATAL", "PANIC"})


class Row(asyncpg.Record):  # type: ignore[misc]
    """A row whose columns have their names, too."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        """The column `name`."""
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class Rows:
    """What a statement brought: rows by position and by name, and how many rows it met."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: Sequence[Any], rowcount: int) -> None:
        self._rows = rows
        self.rowcount = rowcount

    def __iter__(self) -> Iterator[Any]:
        """The rows in order."""
        return iter(self._rows)

    def all(self) -> Sequence[Any]:
        """All rows."""
        return self._rows

    def first(self) -> Any:
        """The first row, or None."""
        return self._rows[0] if self._rows else None

    def one(self) -> Any:
        """The only row; raises `ValueError` where there is none or another."""
        (row,) = self._rows
        return row

    def scalar_one(self) -> Any:
        """The only row's first column; raises `ValueError` where there is none or another."""
        return self.one()[0]

    def scalars(self) -> list[Any]:
        """The first column."""
        return [row[0] for row in self._rows]

    def scalar(self) -> Any:
        """The first column of the first row, or None."""
        return self._rows[0][0] if self._rows else None

    def mappings(self) -> list[Mapping[str, Any]]:
        """Each row by names."""
        return [row if isinstance(row, Row) else row._mapping for row in self._rows]


class Connection:
    """One session of the database, in a transaction or with every statement its own."""

    def __init__(self, composed: AsyncConnection, driver: asyncpg.Connection) -> None:
        self._composed = composed
        self._prepared: dict[str, Any] = {}
        self.driver = driver

    async def execute(
        self, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> Rows:
        """Runs one statement with its named values; text is prepared and kept."""
        if isinstance(statement, TextClause) and not isinstance(values, Sequence):
            return await self._fetch(statement.text, values or {})
        result = await self._composed.execute(statement, values)
        return Rows(result.all() if result.returns_rows else (), getattr(result, "rowcount", -1))

    async def scalar(self, statement: Executable, values: Mapping[str, Any] | None = None) -> Any:
        """The first column of the first row, or None."""
        return (await self.execute(statement, values)).scalar()

    async def scalars(self, statement: Executable, values: Mapping[str, Any] | None = None) -> list[Any]:
        """The first column of all rows."""
        return (await self.execute(statement, values)).scalars()

    async def _fetch(self, said: str, values: Mapping[str, Any]) -> Rows:
        numbered, names = _numbered(said)
        prepared = self._prepared.get(numbered) or await self._prepare(numbered)
        rows = await prepared.fetch(*[values[name] for name in names])
        return Rows(rows, _met(prepared.get_statusmsg()))

    async def _prepare(self, numbered: str) -> Any:
        while len(self._prepared) >= MOST_PREPARED:
            del self._prepared[next(iter(self._prepared))]
        self._prepared[numbered] = await self.driver.prepare(numbered, record_class=Row)
        return self._prepared[numbered]

    async def begin(self) -> None:
        """Begins a transaction."""
        await self.driver.execute("begin")

    async def commit(self) -> None:
        """Makes it durable."""
        await self.driver.execute("commit")

    async def rollback(self) -> None:
        """Leaves nothing of it, if the session is still there."""
        if not self.driver.is_closed():
            await self.driver.execute("rollback")

    @contextmanager
    def direct(self) -> Iterator[asyncpg.Connection]:
        """The driver, for one statement that commits by itself."""
        yield self.driver

    async def discard(self) -> None:
        """Ends the session without a word: nobody knows what state it is in."""
        self.driver.terminate()
        await self._composed.invalidate()
        await self._composed.close()


Opened = Callable[[AsyncConnection, asyncpg.Connection], Connection]
"""Makes a connection of a session just opened: `Connection` itself, a timed one, one that meets a test's faults."""


@lru_cache(MOST_PREPARED)
def _numbered(said: str) -> tuple[str, tuple[str, ...]]:
    """The statement with $1, $2 … for its names, and the names in that order."""
    names = tuple(dict.fromkeys(_NAME.findall(said)))
    places = {name: f"${at}" for at, name in enumerate(names, start=1)}
    return _NAME.sub(lambda found: places[found[1]], said), names


def _met(status: str) -> int:
    found = _ROWS_MET.search(status or "")
    return int(found[1]) if found else -1


class Connections:
    """At most `most` connections at once, the one used last first; `prelude` is said to each new one."""

    def __init__(
        self, engine: AsyncEngine, *, most: int, prelude: str | None = None, opened: Opened = Connection
    ) -> None:
        self._engine = engine
        self._opened = opened
        self._prelude = prelude
        self._places = asyncio.Semaphore(most)
        self._idle: list[Connection] = []

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[Connection]:
        """A connection with no transaction; raises `Unavailable` where none can be opened, or where it was lost and
        nobody knows what was done. One that is broken off in the middle of a statement is not used again.
        """
        async with self._places:
            connection = await self._take_or_refuse()
            try:
                yield connection
            except BaseException as error:
                lost = is_lost(error)
                if lost or not isinstance(error, Exception) or connection.driver.is_closed():
                    await connection.discard()
                else:
                    self._idle.append(connection)
                if lost:
                    raise Unavailable("服务暂时没有响应，请稍后重试") from error
                raise
            else:
                self._idle.append(connection)

    async def close(self) -> None:
        """Closes every idle connection."""
        while self._idle:
            await self._idle.pop().discard()

    async def _take_or_refuse(self) -> Connection:
        """A server that starts or stops refuses in words of its own: to whoever asks, that is no answer."""
        try:
            return await self._take()
        except (DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
            raise Unavailable("服务暂时不可用，请稍后重试") from error

    async def _take(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.driver.is_closed():
                return connection
            await connection.discard()
        return await self._open()

    async def _open(self) -> Connection:
        # Autocommit to SQLAlchemy: transactions are begun and ended here, so that text and composed share them.
        plain = await self._engine.connect()
        composed = await plain.execution_options(isolation_level="AUTOCOMMIT")
        connection = self._opened(composed, (await composed.get_raw_connection()).driver_connection)
        if self._prelude:
            await connection.driver.execute(self._prelude)
        return connection


def is_lost(error: BaseException) -> bool:
    """Whether the connection ended under the statement, in one of the ways the driver says so."""
    if isinstance(error, asyncpg.PostgresError):
        gone = isinstance(error, asyncpg.PostgresConnectionError | asyncpg.InvalidCachedStatementError)
        return gone or getattr(error, "severity_en", None) in _FATAL
    return isinstance(error, asyncpg.InterfaceError | asyncpg.InternalClientError | OSError)
