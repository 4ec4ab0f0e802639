"""From patterns to absolute times. Pure: a roster, a calendar and a stretch of days in, intervals in UTC out.

    21:00 – 05:00 on Friday ─▶ [Fri 21:00, Sat 05:00) in the city's time ─▶ two instants; the end is not part of it

A shift belongs to the day on which it begins. In a zone with summer time the clock on the wall decides, so that a
night may be an hour shorter or longer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from agents.calendar import Calendar, days
from agents.roster_file import MINUTES, WEEKDAYS, Once, Pattern, RosterEntries
from agents.yaml_lines import Loc


@dataclass(frozen=True, slots=True)
class PlannedShift:
    """One shift of the roster: seat by code, lawyer by username; `where` is the entry it comes from."""

    seat: str
    lawyer: str
    starts_at: datetime
    ends_at: datetime
    where: Loc


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two shifts at once of one seat (`whose` is `seat`) or of one lawyer (`lawyer`)."""

    whose: str
    first: PlannedShift
    second: PlannedShift


def expand(
    entries: RosterEntries, *, first: date, last: date, calendar: Calendar, timezone: ZoneInfo
) -> list[PlannedShift]:
    """The shifts that begin on a day from `first` to `last`, both included, in order of their start."""
    found = [*_patterns(entries, first, last, calendar, timezone), *_singles(entries, first, last, timezone)]
    # Where the clocks go forward, an hour of the wall may not exist: a shift of no time is no shift.
    found = [one for one in found if one.starts_at < one.ends_at]
    return sorted(found, key=lambda one: (one.starts_at, one.seat, one.lawyer))


def overlaps(shifts: Iterable[PlannedShift]) -> list[Overlap]:
    """Every shift that begins before an earlier one of its seat or of its lawyer has ended."""
    ordered = sorted(shifts, key=lambda one: (one.starts_at, one.ends_at))
    return [*_clashes(ordered, "seat"), *_clashes(ordered, "lawyer")]


def _patterns(
    entries: RosterEntries, first: date, last: date, calendar: Calendar, timezone: ZoneInfo
) -> Iterator[PlannedShift]:
    off = {(one.lawyer, day) for one in entries.leave for day in days(max(one.first, first), min(one.last, last))}
    for day in days(first, last):
        for number, one in enumerate(entries.shifts):
            if _comes(one, day, calendar):
                shifts = _at(one, day, timezone, ("shifts", number))
                yield from (shift for shift in shifts if (shift.lawyer, day) not in off)


def _singles(entries: RosterEntries, first: date, last: date, timezone: ZoneInfo) -> Iterator[PlannedShift]:
    for number, one in enumerate(entries.once):
        if first <= one.day <= last:
            yield from _at(one, one.day, timezone, ("once", number))


def _comes(one: Pattern, day: date, calendar: Calendar) -> bool:
    if (one.since and day < one.since) or (one.until and day > one.until):
        return False
    if one.days is not None and WEEKDAYS[day.weekday()] not in one.days:
        return False
    if one.kinds is not None and calendar.kind(day) not in one.kinds:
        return False
    return one.cycle is None or (day - one.cycle.start).days % one.cycle.of_days == 0


def _at(one: Pattern | Once, day: date, timezone: ZoneInfo, where: Loc) -> Iterator[PlannedShift]:
    starts_at = instant(day, one.begin, timezone)
    ends_at = instant(day, one.begin + one.minutes, timezone)
    for seat, lawyer in one.who.items():
        yield PlannedShift(seat, lawyer, starts_at, ends_at, (*where, "who", seat))


def instant(day: date, minutes: int, timezone: ZoneInfo) -> datetime:
    """`minutes` after midnight of `day` by the clock on the wall, as an instant; from 24 h on it is the next day."""
    beyond, within = divmod(minutes, MINUTES)
    wall = datetime.combine(day + timedelta(days=beyond), time(within // 60, within % 60), timezone)
    return wall.astimezone(UTC)


def _clashes(ordered: Sequence[PlannedShift], whose: str) -> Iterator[Overlap]:
    key = (lambda one: one.seat) if whose == "seat" else (lambda one: one.lawyer)
    for _, group in groupby(sorted(ordered, key=key), key=key):
        longest: PlannedShift | None = None
        for one in group:
            if longest is not None and one.starts_at < longest.ends_at:
                yield Overlap(whose, longest, one)
            if longest is None or one.ends_at > longest.ends_at:
                longest = one
