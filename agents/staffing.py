"""The shifts that will staff seats, read from rows: only lawyers who may sign in then count."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Row, text

from agents.calendar import Calendar
from agents.coverage import Coverage, Span, cover
from agents.coverage_policy import CoverageSettings
from agents.licence import LicenceSettings, valid_until
from agents.shift_pattern import instant
from interactions.clock import Clock
from interactions.database import Database

_AHEAD = text("""
select h.seat_id, h.account_id, h.starts_at, coalesce(h.ends_at, :end) as ends_at, a.licence_until, a.trained_on
from shift h join account a on a.account_id = h.account_id
where (h.ends_at is null or h.ends_at > :start) and h.starts_at < :end and a.disabled_at is null
""")


class Staffing:
    """Looks at the days ahead."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        policy: CoverageSettings,
        licence: LicenceSettings,
        calendar: Calendar,
        timezone: ZoneInfo,
    ) -> None:
        self._database = database
        self._clock = clock
        self._policy = policy
        self._licence = licence
        self._calendar = calendar
        self._timezone = timezone

    async def coverage(self) -> Coverage:
        """The coverage from this hour on."""
        now = self._clock.now()
        # An hour more on either side: hours are those of the clock on the wall.
        end = now + timedelta(days=self._policy.horizon_days, hours=1)
        values = {"start": now - timedelta(hours=1), "end": end}
        async with self._database.read() as connection:
            rows = (await connection.execute(_AHEAD, values)).all()
        spans = [span for row in rows for span in self._spans(row)]
        return cover(spans, since=now, policy=self._policy, calendar=self._calendar, timezone=self._timezone)

    def _spans(self, row: Row[tuple[object, ...]]) -> Iterator[Span]:
        """The part of a shift for which its lawyer's papers hold."""
        last = valid_until(row.licence_until, row.trained_on, self._licence)
        ends_at = min(row.ends_at, self._end_of(last)) if last else row.starts_at
        if row.starts_at < ends_at:
            yield Span(row.seat_id, row.account_id, row.starts_at, ends_at)

    def _end_of(self, day: date) -> datetime:
        return instant(day + timedelta(days=1), 0, self._timezone)
