"""What every command stands on: the two consoles, the servers, a database, a bar for long work."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from hotline.embedded.servers import ServerUrls, servers
from hotline.migrate import require_newest
from hotline.secrets import key_ring
from hotline.settings import Settings, load
from interactions.clock import SystemClock
from interactions.database import Database, connect
from interactions.errors import Invalid
from interactions.log import Log
from interactions.reading import LogReader
from interactions.sealing import KeyRing

T = TypeVar("T")
CONFIG = Path("config.yaml")
out = Console()
err = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class Ground:
    """The log as a command needs it; `clock` shows the database's time."""

    settings: Settings
    database: Database
    clock: SystemClock
    keys: KeyRing
    log: Log
    reader: LogReader


def on_servers(work: Callable[[Settings, ServerUrls], Awaitable[T]]) -> T:
    """Runs `work` on the given servers, or on those of the data folder, running or not."""
    settings = load(CONFIG, os.environ)

    async def working() -> T:
        async with servers(
            settings.data_folder, database_url=settings.database_url, redis_url=settings.redis_url, join=True
        ) as urls:
            return await work(settings, urls)

    return asyncio.run(working())


def on_ground(work: Callable[[Ground], Awaitable[T]]) -> T:
    """Runs `work` on the log; raises `NotMigrated` where the database is of another version."""

    async def working(settings: Settings, urls: ServerUrls) -> T:
        async with opened_database(settings, urls) as database:
            async with database.engine.connect() as connection:
                await require_newest(connection)
            clock = SystemClock()
            await database.sample_clock(clock)
            keys = key_ring(settings.secrets, data_folder=settings.data_folder)
            log = Log(clock=clock, keys=keys)
            return await work(Ground(settings, database, clock, keys, log, LogReader(database, log=log)))

    return on_servers(working)


@asynccontextmanager
async def opened_database(settings: Settings, urls: ServerUrls) -> AsyncIterator[Database]:
    """The database of `urls`; closed after."""
    database = connect(urls.database, settings=settings.interactions.database, application="hotline-cli")
    try:
        yield database
    finally:
        await database.close()


def bar() -> Progress:
    """A bar with what is done, what there is and how long it may take; on the error console, so that output stays."""
    done = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*done, TimeElapsedColumn(), TimeRemainingColumn(), console=err)


@contextmanager
def working(what: str) -> Iterator[None]:
    """A line with a clock while the block lasts; a log that is no terminal gets a line at its start."""
    if not err.is_terminal:
        step(what)
        yield
        return
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=err) as clock:
        clock.add_task(what, total=None)
        yield


def day_of(value: str | None, *, option: str) -> date | None:
    """The day an option names, None where it is not given; raises `Invalid`."""
    if value is None:
        return None
    try:
        return datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 - a day of the calendar has no zone
    except ValueError:
        raise Invalid(f"{option}：应为日期，如 2026-12-01") from None


def step(what: str) -> None:
    """One line about what is going on."""
    err.print(f"· {what}", style="dim", highlight=False)
