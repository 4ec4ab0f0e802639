"""Monthly partitions of the log, by the time inside the interaction's id; made ahead, with a default as the net.

event ─┬─ event_y2026m11   [first UUIDv7 of 1 Nov, first UUIDv7 of 1 Dec)
       ├─ event_y2026m12
       └─ event_default    whatever no month takes: nothing is refused because upkeep was late; it is gathered into
                           its months at the next start
"""

from __future__ import annotations

from datetime import date

import asyncpg
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from interactions.connections import Connection
from interactions.errors import Unavailable
from interactions.guards import refuse_truncate
from interactions.identity import first_id_of

_log = structlog.get_logger(__name__)
DEFAULT = "event_default"
_ASIDE = "event_aside"
PATIENCE = "300ms"
# The default partition holds rows of the month; somebody holds a lock.
_LATER = frozenset({"23514", "55P03"})
# Any constant; all who make partitions draw the same lock.
_LOCK = 0x686F746C01


def months_from(day: date, count: int) -> list[date]:
    """The first days of `count` months, the month of `day` first."""
    start = day.year * 12 + day.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(start, start + count)]


def partition_name(month: date) -> str:
    """The partition that holds interactions of `month`."""
    return f"event_y{month:%Y}m{month:%m}"


def create_default() -> list[str]:
    """Statements that make the net below all months."""
    return [f"create table {DEFAULT} partition of event default", refuse_truncate(DEFAULT)]


def create_month(month: date) -> list[str]:
    """Statements that make one month's partition; `month` is its first day."""
    (following,) = months_from(month, 2)[1:]
    bounds = f"from ('{first_id_of(month)}') to ('{first_id_of(following)}')"
    name = partition_name(month)
    return [f"create table {name} partition of event for values {bounds}", refuse_truncate(name)]


async def ensure(connection: Connection | AsyncConnection, *, today: date, ahead: int = 3) -> list[str]:
    """Makes the partitions of this month and `ahead` more, in the caller's transaction; the names of new ones.

    A month that cannot be made now is left for the next time, and the others are made: its rows may lie in the
    default partition (`gather_strays` moves them), or a long read may be under way.
    """
    await connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    return [name for month in months_from(today, ahead + 1) if (name := await _ensure_month(connection, month))]


async def _ensure_month(connection: Connection | AsyncConnection, month: date) -> str | None:
    name = partition_name(month)
    if await connection.scalar(text("select to_regclass(:name)"), {"name": name}) is not None:
        return None
    await connection.execute(text("savepoint month"))
    try:
        # Whoever waits for this lock keeps every writer waiting behind: rather none than a long wait.
        await connection.execute(text(f"set local lock_timeout = '{PATIENCE}'"))
        for statement in create_month(month):
            await connection.execute(text(statement))
    except (DBAPIError, asyncpg.PostgresError) as error:
        why = _sqlstate(error)
        if why not in _LATER:
            raise
        await connection.execute(text("rollback to savepoint month"))
        _log.warning("partitions.not_now", month=name, sqlstate=why)
        return None
    await connection.execute(text("release savepoint month"))
    return name


def _sqlstate(error: DBAPIError | asyncpg.PostgresError) -> str | None:
    told = error.orig if isinstance(error, DBAPIError) else error
    return getattr(told, "sqlstate", None)


async def gather_strays(connection: AsyncConnection) -> int:
    """Moves what lies in the default partition to its months, in the caller's transaction; returns how many rows.

    Rows are copied as they are (hash and transaction too) from the old default, which is then dropped: no event is
    updated or deleted. Writers wait meanwhile.
    """
    await connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    count = await stray_rows(connection)
    if count:
        await connection.execute(text(f"alter table event detach partition {DEFAULT}"))
        await connection.execute(text(f"alter table {DEFAULT} rename to {_ASIDE}"))
        for statement in [*create_default(), *await _missing_months(connection)]:
            await connection.execute(text(statement))
        moved = await connection.execute(text(f"insert into event select * from {_ASIDE}"))  # noqa: S608
        if moved.rowcount != count:
            raise Unavailable(f"{DEFAULT}: {count} rows, {moved.rowcount} moved; nothing was changed")
        await connection.execute(text(f"drop table {_ASIDE}"))
    return count


async def _missing_months(connection: AsyncConnection) -> list[str]:
    """Statements that make the months of what lies aside and has none."""
    months = await connection.scalars(
        text(
            f"select distinct date_trunc('month', uuid_extract_timestamp(interaction_id) at time zone 'UTC')::date "  # noqa: S608
            f"from {_ASIDE} where uuid_extract_version(interaction_id) = 7 order by 1"
        )
    )
    statements: list[str] = []
    for month in months.all():
        if await connection.scalar(text("select to_regclass(:name)"), {"name": partition_name(month)}) is None:
            statements += create_month(month)
    return statements


async def stray_rows(connection: Connection | AsyncConnection) -> int:
    """How many events lie in the default partition; more than zero means upkeep was late."""
    return int(await connection.scalar(text(f"select count(*) from only {DEFAULT}")) or 0)  # noqa: S608
