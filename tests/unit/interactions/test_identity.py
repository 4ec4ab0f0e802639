"""Identifiers carry their time, sort by it, and fall into the partition of their month."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from interactions.identity import first_id_of, new_id
from interactions.partitions import create_month, months_from, partition_name

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


@given(MOMENTS)
def test_an_id_is_a_version_seven_of_its_instant(at: datetime) -> None:
    made = new_id(at)

    assert made.version == 7
    assert abs((made.int >> 80) - at.timestamp() * 1_000) <= 1


def test_ids_of_one_instant_differ() -> None:
    at = datetime(2026, 11, 23, tzinfo=UTC)

    assert len({new_id(at) for _ in range(1_000)}) == 1_000


@given(MOMENTS, st.timedeltas(timedelta(milliseconds=2), timedelta(days=400)))
def test_a_later_id_sorts_later(at: datetime, by: timedelta) -> None:
    assert new_id(at) < new_id(at + by)


@given(MOMENTS)
def test_an_id_lies_between_the_bounds_of_its_month(at: datetime) -> None:
    this, following = months_from(at.date(), 2)

    assert first_id_of(this) <= new_id(at) < first_id_of(following)


def test_an_id_of_midnight_on_the_first_belongs_to_the_new_month() -> None:
    midnight = datetime(2026, 12, 1, tzinfo=UTC)

    assert new_id(midnight) > first_id_of(date(2026, 12, 1))
    assert new_id(midnight - timedelta(milliseconds=1)) < first_id_of(date(2026, 12, 1))


def test_months_pass_the_turn_of_the_year() -> None:
    assert months_from(date(2026, 11, 23), 3) == [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)]


def test_months_leave_no_gap_between_their_bounds() -> None:
    november, december = create_month(date(2026, 11, 1))[0], create_month(date(2026, 12, 1))[0]

    assert partition_name(date(2026, 11, 1)) == "event_y2026m11"
    assert november.split(" to ")[1] == f"('{first_id_of(date(2026, 12, 1))}')"
    assert f"from ('{first_id_of(date(2026, 12, 1))}')" in december
