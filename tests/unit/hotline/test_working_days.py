"""One working day later, at the same time of day: over weekends, holidays and Saturdays that are worked."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.working_days import later

ZONE = ZoneInfo("Asia/Shanghai")
HOLIDAY, WORKED = date(2026, 11, 27), date(2026, 11, 28)


def _works(day: date) -> bool:
    """Monday to Friday, but for a Friday off whose Saturday is worked."""
    return day == WORKED or (day.weekday() < 5 and day != HOLIDAY)


@pytest.mark.parametrize(
    ("left", "owed"),
    [
        ((2026, 11, 24, 10), (2026, 11, 25, 10)),
        ((2026, 11, 26, 23), (2026, 11, 28, 23)),
        ((2026, 11, 27, 9), (2026, 11, 28, 9)),
        ((2026, 11, 28, 9), (2026, 11, 30, 9)),
        ((2026, 11, 29, 9), (2026, 11, 30, 9)),
    ],
)
def test_a_day_off_does_not_count(left: tuple[int, ...], owed: tuple[int, ...]) -> None:
    at = datetime(*left, tzinfo=ZONE)  # type: ignore[misc, arg-type]

    assert later(at, days=1, zone=ZONE, works=_works) == datetime(*owed, tzinfo=ZONE)  # type: ignore[misc, arg-type]


@given(st.integers(0, 60 * 24 * 60), st.integers(1, 5))
def test_it_is_always_a_working_day_and_more_days_are_later(minutes: int, days: int) -> None:
    now = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    owed = later(now, days=days, zone=ZONE, works=_works)

    assert _works(owed.astimezone(ZONE).date())
    assert owed > now
    assert later(now, days=days + 1, zone=ZONE, works=_works) - owed >= timedelta(days=1)
