"""The coverage check: an hour counts by its worst moment, every hour is told, the policy is never zero."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agents.calendar import Calendar, DayKind
from agents.coverage import HOUR, Coverage, Span, cover
from agents.coverage_policy import CoverageSettings

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 12, 31, 10, 20, tzinfo=UTC)  # 18:20 in the city
KNOWN = Calendar(frozenset({2026}))


def span(number: int, begin: float, end: float) -> Span:
    """A seat with its own lawyer, so many hours from now."""
    return Span(UUID(int=number), UUID(int=100 + number), NOW + timedelta(hours=begin), NOW + timedelta(hours=end))


def covered(spans: list[Span], **settings: object) -> Coverage:
    """The coverage of the days ahead."""
    policy = CoverageSettings.model_validate(settings)
    return cover(spans, since=NOW, policy=policy, calendar=KNOWN, timezone=ZONE)


def test_every_hour_of_fourteen_days_is_told_and_with_nobody_every_one_is_a_gap() -> None:
    found = covered([])

    assert len(found.hours) == len(found.gaps) == 14 * 24
    assert found.hours[0].starts_at == datetime(2026, 12, 31, 10, tzinfo=UTC)
    assert all(after.starts_at - before.starts_at == HOUR for before, after in pairwise(found.hours))
    assert found.unknown_years == [2027]


def test_a_gap_of_one_minute_is_a_gap_and_a_hand_over_on_the_minute_is_none() -> None:
    always = {"00-24": 1}
    seamless = [span(1, -1, 5), span(2, 5, 24 * 15)]
    torn = [span(1, -1, 5), span(2, 5 + 1 / 60, 24 * 15)]
    policy = {"workday": always, "weekend": always, "holiday": always}

    assert covered(seamless, **policy).gaps == []
    (gap,) = covered(torn, **policy).gaps
    assert gap.seats == 0
    assert gap.starts_at <= NOW + timedelta(hours=5) < gap.starts_at + HOUR


def test_what_was_before_now_in_this_hour_is_past() -> None:
    assert covered([span(1, 0, 24 * 15)]).hours[0].seats == 1


def test_each_kind_of_day_asks_for_its_own() -> None:
    calendar = Calendar(frozenset({2026, 2027}), {date(2027, 1, 1): "元旦"})
    policy = CoverageSettings(workday={"00-24": 2}, weekend={"00-24": 3}, holiday={"00-12": 4, "12-24": 5})

    found = cover([], since=NOW, policy=policy, calendar=calendar, timezone=ZONE)

    asked = {(one.kind, one.least) for one in found.hours}
    assert asked == {(DayKind.WORKDAY, 2), (DayKind.WEEKEND, 3), (DayKind.HOLIDAY, 4), (DayKind.HOLIDAY, 5)}


def test_fewer_seats_in_total_than_asked_is_not_enough_even_without_a_gap() -> None:
    fourteen = covered([span(number, -1, 24 * 15) for number in range(14)])
    fifteen = covered([span(number, -1, 24 * 15) for number in range(15)])

    assert (fourteen.gaps, fourteen.enough) == ([], False)
    assert (fifteen.seats, fifteen.lawyers, fifteen.enough) == (15, 15, True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"workday": {"00-24": 0}},
        {"workday": {"00-23": 1}},
        {"workday": {"00-13": 1, "12-24": 1}},
        {"holiday": {}},
        {"holiday": {"0-24": 1}},
        {"seats_total": 14},
        {"horizon_days": 0},
    ],
)
def test_a_policy_that_leaves_an_hour_alone_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        CoverageSettings.model_validate(wrong)


@given(st.lists(st.tuples(st.integers(-120, 60 * 30), st.integers(1, 600)), max_size=12))
def test_the_fewest_at_once_is_what_counting_every_minute_finds(given_spans: list[tuple[int, int]]) -> None:
    spans = [
        span(number, begin / 60, (begin + length) / 60) for number, (begin, length) in enumerate(given_spans, start=1)
    ]
    found = covered(spans, horizon_days=1)

    for hour in found.hours:
        moments = (hour.starts_at + timedelta(minutes=minute) for minute in range(60))
        counted = [sum(one.starts_at <= at < one.ends_at for one in spans) for at in moments if at >= NOW]
        assert hour.seats == min(counted)
