"""The same time of day so many working days later, in the city's time. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


def later(at: datetime, *, days: int, zone: ZoneInfo, works: Callable[[date], bool]) -> datetime:
    """`days` working days after `at`; those on which the city works are told by `works`. What comes on a day off is
    owed on the working day that follows, or so many after it where `days` is more than one.
    """
    local = at.astimezone(zone)
    day, left = local.date(), days
    while left or not works(day):
        day += timedelta(days=1)
        left -= works(day) and left > 0
    return datetime.combine(day, local.timetz().replace(tzinfo=None), zone).astimezone(UTC)
