"""The coverage check: which hours ahead have fewer seats than the policy asks. An hour counts by its worst moment.

shifts [start, end) ─▶ fewest at once in each hour ─▶ against the policy for that hour and kind of day ─▶ gaps
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from agents.calendar import Calendar, DayKind
from agents.coverage_policy import CoverageSettings

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Span:
    """A seat that is staffed from `starts_at`, before `ends_at`."""

    seat_id: UUID
    account_id: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour: the fewest seats staffed at any moment of it, and how many are asked for."""

    starts_at: datetime
    kind: DayKind
    seats: int
    least: int

    @property
    def short(self) -> bool:
        """Whether it is a gap."""
        return self.seats < self.least


@dataclass(frozen=True, slots=True)
class Coverage:
    """The hours looked at, the seats and lawyers with shifts in them, and the years no calendar tells of."""

    hours: Sequence[Hour]
    seats: int
    lawyers: int
    seats_total: int
    unknown_years: Sequence[int]

    @property
    def gaps(self) -> list[Hour]:
        """The hours with fewer seats than asked."""
        return [one for one in self.hours if one.short]

    @property
    def enough(self) -> bool:
        """Whether the policy is kept: every hour, and the seats in total."""
        return not self.gaps and self.seats >= self.seats_total


def cover(
    spans: Iterable[Span], *, since: datetime, policy: CoverageSettings, calendar: Calendar, timezone: ZoneInfo
) -> Coverage:
    """The hours from the one that holds `since` on, for as many days as the policy looks ahead."""
    start = _hour_of(since, timezone)
    end = start + timedelta(days=policy.horizon_days)
    within = [one for one in spans if one.starts_at < end and one.ends_at > start]
    fewest = [*_fewest(within, start, end, since=since)]
    hours = [_hour(start + number * HOUR, seats, policy, calendar, timezone) for number, seats in enumerate(fewest)]
    years = {one.starts_at.astimezone(timezone).year for one in hours}
    return Coverage(
        hours,
        seats=len({one.seat_id for one in within}),
        lawyers=len({one.account_id for one in within}),
        seats_total=policy.seats_total,
        unknown_years=sorted(years - calendar.years),
    )


def _hour_of(at: datetime, timezone: ZoneInfo) -> datetime:
    """The start of the hour by the clock on the wall, as an instant: some zones lie half an hour beside."""
    local = at.astimezone(timezone)
    return (at - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)).astimezone(UTC)


def _hour(at: datetime, seats: int, policy: CoverageSettings, calendar: Calendar, timezone: ZoneInfo) -> Hour:
    local = at.astimezone(timezone)
    kind = calendar.kind(local.date())
    return Hour(at, kind, seats, policy.least(kind, local.hour))


def _fewest(spans: Sequence[Span], start: datetime, end: datetime, *, since: datetime) -> Iterator[int]:
    """For each hour, the fewest spans that hold at any moment of it; of the first, from `since` on."""
    changes = sorted(
        [(max(one.starts_at, start), 1) for one in spans] + [(one.ends_at, -1) for one in spans],
        # Who comes at the moment another goes leaves no gap: the count is taken after both.
        key=lambda one: one[0],
    )
    at, count, number = start, 0, 0
    while at < end:
        number, count = _until(changes, number, count, max(at, since))
        fewest = count
        while number < len(changes) and changes[number][0] < at + HOUR:
            number, count = _until(changes, number, count, changes[number][0])
            fewest = min(fewest, count)
        yield fewest
        at += HOUR


def _until(changes: Sequence[tuple[datetime, int]], number: int, count: int, at: datetime) -> tuple[int, int]:
    """Everything that changes up to and at `at`."""
    while number < len(changes) and changes[number][0] <= at:
        count += changes[number][1]
        number += 1
    return number, count
