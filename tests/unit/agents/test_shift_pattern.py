"""From patterns to intervals: midnight, leap day, year change, summer time, and no shift twice or too long."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.calendar import Calendar
from agents.roster_file import MINUTES, RosterEntries
from agents.shift_pattern import PlannedShift, expand, instant, overlaps

ZONE = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))
NOTHING_KNOWN = Calendar()
ALL_WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def shifts(
    first: date, last: date, *, zone: ZoneInfo = ZONE, calendar: Calendar = NOTHING_KNOWN, **entry: Any
) -> list[PlannedShift]:
    """The expansion of one pattern of lawyer x at seat A."""
    pattern = {"who": {"A": "x"}, "days": ALL_WEEK, "from": "21:00", "to": "05:00", **entry}
    entries = RosterEntries.model_validate({"shifts": [pattern]})
    return expand(entries, first=first, last=last, calendar=calendar, timezone=zone)


def span(begin: object, end: object) -> dict[str, Any]:
    """From when to when; `from` is a word of Python's own."""
    return {"from": begin, "to": end}


@pytest.mark.parametrize(
    ("day", "end"),
    [
        (date(2028, 2, 28), date(2028, 2, 29)),  # into the leap day
        (date(2028, 2, 29), date(2028, 3, 1)),
        (date(2027, 2, 28), date(2027, 3, 1)),
        (date(2026, 12, 31), date(2027, 1, 1)),
    ],
)
def test_a_night_from_21_to_5_is_one_interval_across_midnight(day: date, end: date) -> None:
    (night,) = shifts(day, day)

    assert night.starts_at == datetime(day.year, day.month, day.day, 21, tzinfo=ZONE)
    assert night.ends_at == datetime(end.year, end.month, end.day, 5, tzinfo=ZONE)
    assert night.starts_at.tzinfo is UTC
    assert night.ends_at - night.starts_at == timedelta(hours=8)


def test_the_clock_on_the_wall_decides_where_there_is_summer_time() -> None:
    (spring,) = shifts(date(2026, 3, 28), date(2026, 3, 28), zone=BERLIN)
    (autumn,) = shifts(date(2026, 10, 24), date(2026, 10, 24), zone=BERLIN)

    assert spring.ends_at - spring.starts_at == timedelta(hours=7)
    assert autumn.ends_at - autumn.starts_at == timedelta(hours=9)


def test_a_shift_inside_the_hour_that_does_not_exist_is_no_shift() -> None:
    assert shifts(date(2026, 3, 29), date(2026, 3, 29), zone=BERLIN, **span("02:00", "03:00")) == []


def test_the_same_time_twice_is_a_whole_day_and_24_is_midnight() -> None:
    (day,) = shifts(date(2026, 12, 1), date(2026, 12, 1), **span("08:00", "08:00"))
    (evening,) = shifts(date(2026, 12, 1), date(2026, 12, 1), **span("16:00", "24:00"))

    assert day.ends_at - day.starts_at == timedelta(hours=24)
    assert evening.ends_at == datetime(2026, 12, 2, tzinfo=ZONE)


def test_kinds_of_days_follow_the_calendar() -> None:
    calendar = Calendar(frozenset({2026}), {date(2026, 10, 1): "国庆节"}, frozenset({date(2026, 10, 10)}))

    found = shifts(date(2026, 10, 1), date(2026, 10, 11), calendar=calendar, days=None, kinds=["holiday", "weekend"])

    local = [one.starts_at.astimezone(ZONE).date() for one in found]
    # The Saturday of the 10th is worked.
    assert local == [date(2026, 10, 1), date(2026, 10, 3), date(2026, 10, 4), date(2026, 10, 11)]


def test_days_off_and_bounds_leave_shifts_out() -> None:
    pattern = {"who": {"A": "x"}, "days": ALL_WEEK, "from": "08:00", "to": "16:00", "until": date(2026, 12, 6)}
    leave = {"lawyer": "x", "from": date(2026, 12, 2), "to": date(2026, 12, 4)}
    entries = RosterEntries.model_validate({"shifts": [pattern], "leave": [leave]})

    found = expand(entries, first=date(2026, 12, 1), last=date(2026, 12, 31), calendar=Calendar(), timezone=ZONE)

    assert [one.starts_at.astimezone(ZONE).day for one in found] == [1, 5, 6]


@given(start=DAYS, first=DAYS, of_days=st.integers(1, 40), length=st.integers(0, 60))
def test_a_cycle_comes_every_so_many_days(start: date, first: date, of_days: int, length: int) -> None:
    cycle = {"of_days": of_days, "from": start}
    found = shifts(first, first + timedelta(days=length), days=None, cycle=cycle)

    days = [one.starts_at.astimezone(ZONE).date() for one in found]
    assert all((day - start).days % of_days == 0 for day in days)
    assert len(days) in (length // of_days, length // of_days + 1)


@given(
    first=DAYS,
    begin=st.integers(0, MINUTES - 1),
    end=st.integers(0, MINUTES),
    cut=st.integers(0, 20),
    zone=st.sampled_from([ZONE, BERLIN]),
)
def test_however_the_days_are_cut_the_same_shifts_come_once(
    first: date, begin: int, end: int, cut: int, zone: ZoneInfo
) -> None:
    last = first + timedelta(days=20)
    times = span(begin, end)

    whole = shifts(first, last, zone=zone, **times)
    middle = first + timedelta(days=cut)
    parts = shifts(first, middle - timedelta(days=1), zone=zone, **times) + shifts(middle, last, zone=zone, **times)

    assert whole == parts
    assert all(timedelta() < one.ends_at - one.starts_at <= timedelta(hours=25) for one in whole)
    # One lawyer at one seat, at most a day long: shifts of following days may touch and never meet.
    assert overlaps(whole) == []


@given(day=DAYS, minutes=st.integers(0, 2 * MINUTES))
def test_an_instant_reads_back_as_the_time_on_the_wall(day: date, minutes: int) -> None:
    at = instant(day, minutes, ZONE).astimezone(ZONE)

    assert at == datetime.combine(day, time(), ZONE) + timedelta(minutes=minutes)


NOW = datetime(2026, 12, 1, tzinfo=UTC)
SHIFTS = st.builds(
    lambda seat, lawyer, start, length: PlannedShift(
        seat, lawyer, NOW + timedelta(minutes=start), NOW + timedelta(minutes=start + length), ("shifts", 0)
    ),
    st.sampled_from("AB"),
    st.sampled_from("xy"),
    st.integers(0, 60),
    st.integers(1, 30),
)


@given(st.lists(SHIFTS, max_size=8))
def test_overlaps_are_found_exactly_where_two_shifts_share_a_moment(planned: list[PlannedShift]) -> None:
    def meet(a: PlannedShift, b: PlannedShift) -> bool:
        return (a.seat == b.seat or a.lawyer == b.lawyer) and a.starts_at < b.ends_at and b.starts_at < a.ends_at

    pairs = [(a, b) for number, a in enumerate(planned) for b in planned[number + 1 :] if meet(a, b)]
    found = overlaps(planned)

    assert bool(found) == bool(pairs)
    assert all(getattr(one.first, one.whose) == getattr(one.second, one.whose) for one in found)
    assert all(meet(one.first, one.second) for one in found)
