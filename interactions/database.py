"""One engine, one unit of work: a transaction that announces what it recorded, after it is durable.

    async with database.unit() as unit:      one transaction, at most 2 s (a paused process must not hold locks)
        await log.write(unit, …)             events collect in unit.recorded
    ── commit ──▶ listeners get the records  (hub of this process, wake-ups for the others)

A failure before the commit leaves nothing behind and tells nobody. Where the outcome of the commit is unknown the
caller gets `Unavailable` and repeats with the same client id: de-duplication makes that safe.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import structlog
from sqlalchemy import Executable, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from interactions.clock import SystemClock
from interactions.connections import Connection, Connections, Opened, Rows
from interactions.errors import Conflict, Unavailable
from interactions.head import Locked
from interactions.record import Recorded
from interactions.settings import DatabaseSettings

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a commit made true: new events, the heads after them, and who should look again.

    `wake_router`: somebody may be free or waiting. `seats`: whose consoles have something new besides events.
    `wake_outbox`: a message may be due; never set by claiming or settling one, or the worker would wake itself.
    """

    recorded: tuple[Recorded, ...] = ()
    heads: Mapping[UUID, Locked] = field(default_factory=dict)
    wake_router: bool = False
    seats: frozenset[UUID] = frozenset()
    wake_outbox: bool = False


Listener = Callable[[Announcement], None]
# Classes of errors with which the server says that it could not, whatever was asked: a deadlock, no room left or too
# many connections, stopping or starting, a broken disk. Nothing was done, and whoever asked comes again.
COULD_NOT = frozenset({"40", "53", "57", "58"})


@dataclass(slots=True)
class Unit:
    """A transaction under way, the heads it has locked, and what it will announce."""

    connection: Connection
    locked: dict[UUID, Locked] = field(default_factory=dict)
    recorded: list[Recorded] = field(default_factory=list)
    heads: dict[UUID, Locked] = field(default_factory=dict)
    wake_router: bool = False
    seats: set[UUID] = field(default_factory=set)
    wake_outbox: bool = False

    def announcement(self) -> Announcement:
        """What listeners are told once this is durable."""
        recorded, seats = tuple(self.recorded), frozenset(self.seats)
        return Announcement(recorded, self.heads, self.wake_router, seats, self.wake_outbox)


class Database:
    """Units of work and reads on one PostgreSQL, with those who listen to commits."""

    def __init__(self, engine: AsyncEngine, *, settings: DatabaseSettings, opened: Opened = Connection) -> None:
        self.engine = engine
        self._answer_s = settings.answer_s
        self._connections = Connections(engine, most=settings.pool_size, opened=opened)
        # Few statements, over and over: planning each time would cost more than running them.
        planned = "set plan_cache_mode = force_generic_plan"
        self._direct = Connections(engine, most=settings.pool_size, prelude=planned, opened=opened)
        self._listeners: list[Listener] = []
        self._alarms: list[Callable[[], None]] = []
        self._quiet_until = 0.0

    def on_silence(self, alarm: Callable[[], None]) -> None:
        """Calls `alarm` whenever a caller got no answer; it must not block nor raise."""
        self._alarms.append(alarm)

    def listen(self, listener: Listener) -> None:
        """Calls `listener` after every commit of a unit of this process; it must not block nor raise."""
        self._listeners.append(listener)

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[Unit]:
        """One transaction; commits at the end, announces after. Raises `Unavailable` where it got no answer."""
        async with self._told(), self._connections.taken() as connection:
            await connection.begin()
            unit = Unit(connection)
            try:
                yield unit
                await connection.commit()
            except Exception:
                await connection.rollback()
                raise
        self.announce(unit.announcement())

    @asynccontextmanager
    async def direct(self) -> AsyncIterator[asyncpg.Connection]:
        """A driver's connection for one statement that commits by itself; whoever uses it announces what it did.

        `asyncpg.PostgresError` means that nothing was done. Raises `Unavailable` where it got no answer.
        """
        async with self._answering(), self._direct.taken() as connection:
            with connection.direct() as driver:
                yield driver

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Connection]:
        """A connection for reading what is committed, each statement what it is when that statement runs.

        Raises `Unavailable` where it got no answer.
        """
        async with self._told(), self._connections.taken() as connection:
            yield connection

    async def run(self, statement: Executable, values: Mapping[str, Any] | None = None) -> Rows:
        """One statement that commits by itself and announces nothing. Raises `Unavailable` without an answer."""
        async with self.read() as connection:
            return await connection.execute(statement, values)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """One unchanging view of everything committed, for long reads; holds no lock and has no time limit."""
        async with self.engine.connect() as plain:
            connection = await plain.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            await connection.execute(text("set local transaction_timeout = 0"))
            yield connection

    async def close(self) -> None:
        """Closes every connection."""
        await self._direct.close()
        await self._connections.close()
        await self.engine.dispose()

    async def sample_clock(self, clock: SystemClock) -> None:
        """Sets `clock` to this database's time."""
        async with self.read() as connection:
            asked = clock.monotonic()
            now = await connection.scalar(text("select clock_timestamp()"))
            clock.sample(database_now=now, asked_at=asked, answered_at=clock.monotonic())

    def announce(self, announcement: Announcement) -> None:
        """Tells the listeners what a commit made true."""
        for listener in self._listeners:
            listener(announcement)

    @asynccontextmanager
    async def _answering(self) -> AsyncIterator[None]:
        """No answer in time is an `Unavailable` and an alarm (DESIGN §4 rule 6): whoever sent it comes again."""
        try:
            async with self._in_time():
                yield
        except Unavailable as error:
            self._alarm(error)
            raise

    @asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._answer_s):
                yield
        except asyncpg.PostgresError as error:
            if _could_not(error):
                raise Unavailable("服务暂时不可用，请稍后重试") from error
            raise
        except DBAPIError as error:
            lost = error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
            if lost or _could_not(error.orig):
                raise Unavailable("服务暂时不可用，请稍后重试") from error
            raise
        except OSError as error:
            # Also a Unix socket that is not there: the server is restarting.
            raise Unavailable("服务暂时没有响应，请稍后重试") from error

    def _alarm(self, error: Unavailable) -> None:
        for alarm in self._alarms:
            alarm()
        # Thousands may be waiting: all are counted, one a second is written down.
        if time.monotonic() >= self._quiet_until:
            self._quiet_until = time.monotonic() + 1.0
            _log.error("database.silent", answer_s=self._answer_s, error=type(error.__cause__).__name__)

    @asynccontextmanager
    async def _told(self) -> AsyncIterator[None]:
        """Also says which constraint was met."""
        try:
            async with self._answering():
                yield
        except asyncpg.IntegrityConstraintViolationError as error:
            raise Conflict(_constraint(error)) from error
        except IntegrityError as error:
            raise Conflict(_constraint(error.orig.__cause__ if error.orig else None)) from error


def _could_not(error: BaseException | None) -> bool:
    """Whether the server refused for a reason of its own."""
    return str(getattr(error, "sqlstate", None) or "")[:2] in COULD_NOT


def _constraint(error: BaseException | None) -> str:
    """The name of the constraint that was met, as the driver tells it."""
    return getattr(error, "constraint_name", None) or "unknown constraint"


def connect(
    url: str, *, settings: DatabaseSettings, application: str = "hotline", opened: Opened = Connection
) -> Database:
    """A database on a plain libpq `url` (`postgresql://…`, Unix sockets too); nothing is opened yet.

    `opened` makes each connection: whoever wires a house for tests has them meet faults there.
    """
    engine = create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        # Connections are kept by ours (connections.py).
        poolclass=NullPool,
        # An error that shows its statement must not show what was bound to it: words, numbers, tokens.
        hide_parameters=True,
        connect_args={
            "timeout": settings.answer_s,
            "server_settings": {
                "application_name": application,
                "timezone": "UTC",
                "transaction_timeout": str(int(settings.transaction_s * 1000)),
            },
        },
    )
    return Database(engine, settings=settings, opened=opened)
