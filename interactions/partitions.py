"""Monthly partitions of the log, by the time inside the interaction's id; made ahead, with a default as the net.

event ─┬─ event_y2026m11   [first UUIDv7 of 1 Nov, first UUIDv7 of 1 Dec)
       ├─ event_y2026m12
       └─ event_default    whatever no month takes: nothing is refused because upkeep was late
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from interactions.connections import Connection
from interactions.guards import refuse_truncate
from interactions.identity import first_id_of

DEFAULT = "event_default"
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

    Raises where the default partition already holds rows of a missing month: they are safe there, and moving them
    is a person's decision.
    """
    await connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    made = []
    for month in months_from(today, ahead + 1):
        if await connection.scalar(text("select to_regclass(:name)"), {"name": partition_name(month)}) is None:
            for statement in create_month(month):
                await connection.execute(text(statement))
            made.append(partition_name(month))
    return made


async def stray_rows(connection: Connection | AsyncConnection) -> int:
    """How many events lie in the default partition; more than zero means upkeep was late."""
    return int(await connection.scalar(text(f"select count(*) from only {DEFAULT}")) or 0)  # noqa: S608
