"""What a plan changes: idempotent, never what has begun, never what a person decided."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from agents.plan import Plan, Standing, Stretch, compare
from agents.shift_pattern import PlannedShift, overlaps

NOW = datetime(2026, 12, 1, 4, tzinfo=UTC)
STRETCH = Stretch(NOW - timedelta(hours=4), NOW + timedelta(days=7))


def wanted(begin: int, end: int, *, seat: str = "A", lawyer: str = "x") -> PlannedShift:
    """A shift so many hours from now."""
    return PlannedShift(seat, lawyer, NOW + timedelta(hours=begin), NOW + timedelta(hours=end), ("shifts", 0))


def standing(begin: int, end: int | None, *, seat: str = "A", lawyer: str = "x", origin: str = "plan") -> Standing:
    """A shift in the database."""
    ends_at = None if end is None else NOW + timedelta(hours=end)
    return Standing(uuid4(), seat, lawyer, NOW + timedelta(hours=begin), ends_at, origin)


def as_rows(plan: Plan, before: list[Standing]) -> list[Standing]:
    """The shifts after the plan was written."""
    gone = {one.shift_id for one in plan.removed}
    added = [Standing(uuid4(), one.seat, one.lawyer, one.starts_at, one.ends_at, "plan") for one in plan.added]
    return [one for one in before if one.shift_id not in gone] + added


def compared(planned: list[PlannedShift], rows: list[Standing], **rest: object) -> Plan:
    """The plan of the whole stretch."""
    return compare(planned, rows, cancelled=rest.get("cancelled", ()), stretch=STRETCH, now=NOW)  # type: ignore[arg-type]


def test_what_the_file_no_longer_says_is_removed_and_what_is_new_is_added() -> None:
    old = standing(8, 16)
    plan = compared([wanted(16, 24)], [old])

    assert (plan.added, plan.removed, plan.kept) == ([wanted(16, 24)], [old], 0)


def test_a_shift_that_has_begun_is_never_touched() -> None:
    running = standing(-2, 6)
    plan = compared([wanted(-2, 8)], [running])

    assert (plan.added, plan.removed) == ([], [])
    assert [one.why for one in plan.left_out] == ["begun"]


def test_a_shift_under_way_that_nobody_has_begins_now() -> None:
    plan = compared([wanted(-2, 6)], [])

    assert plan.added == [wanted(0, 6)]
    again = compared([wanted(-2, 6)], as_rows(plan, []))
    assert (again.added, again.removed, again.left_out, again.kept) == ([], [], [], 1)


def test_what_a_person_put_in_stays_and_what_a_person_cancelled_stays_out() -> None:
    by_hand = standing(8, 12, lawyer="y", origin="hand")
    out = wanted(30, 38)
    plan = compared([wanted(8, 16), out], [by_hand], cancelled={("A", "x", out.starts_at)})

    assert (plan.added, plan.removed) == ([], [])
    assert [one.why for one in plan.left_out] == ["by_hand", "cancelled"]


def test_what_lies_beyond_the_planned_days_is_not_removed() -> None:
    beyond = standing(24 * 8, 24 * 8 + 8)
    plan = compared([wanted(24 * 7 - 1, 24 * 8 + 2)], [beyond])

    assert plan.removed == []
    assert [one.why for one in plan.left_out] == ["other_days"]


def test_a_shift_without_an_end_keeps_its_seat() -> None:
    plan = compared([wanted(48, 56, lawyer="y")], [standing(-100, None)])

    assert plan.added == []
    assert [one.why for one in plan.left_out] == ["begun"]


HOURS = st.integers(-12, 24 * 7 - 1)
PLANNED = st.builds(
    lambda begin, length, seat, lawyer: wanted(begin, begin + length, seat=seat, lawyer=lawyer),
    HOURS,
    st.integers(1, 12),
    st.sampled_from("ABC"),
    st.sampled_from("xyz"),
)
ROWS = st.builds(
    lambda begin, length, seat, lawyer, origin: standing(
        begin, begin + length, seat=seat, lawyer=lawyer, origin=origin
    ),
    HOURS,
    st.integers(1, 12),
    st.sampled_from("ABC"),
    st.sampled_from("xyz"),
    st.sampled_from(["plan", "hand"]),
)


def _apart(found: list[PlannedShift]) -> list[PlannedShift]:
    """A list in which nothing overlaps: what a file and a database hold."""
    kept: list[PlannedShift] = []
    for one in found:
        if not overlaps([*kept, one]):
            kept.append(one)
    return kept


@given(st.lists(PLANNED, max_size=12), st.lists(ROWS, max_size=8))
def test_planning_twice_is_planning_once_and_nothing_ever_overlaps(
    planned: list[PlannedShift], rows: list[Standing]
) -> None:
    planned = _apart([one for one in planned if STRETCH.holds(one.starts_at)])
    kept: list[PlannedShift] = []
    before: list[Standing] = []
    for row in rows:
        shift = PlannedShift(row.seat, row.lawyer, row.starts_at, row.ends_at, ())  # type: ignore[arg-type]
        if row.ends_at is not None and row.ends_at > NOW and not overlaps([*kept, shift]):
            kept.append(shift)
            before.append(row)

    plan = compared(planned, before)
    after = as_rows(plan, before)
    again = compared(planned, after)

    shifts = [PlannedShift(one.seat, one.lawyer, one.starts_at, one.ends_at, ()) for one in after]  # type: ignore[arg-type]
    assert overlaps(shifts) == []
    assert (again.added, again.removed) == ([], [])
    assert all(one.starts_at > NOW and one.origin == "plan" for one in plan.removed)
    untouched = [one for one in before if one.starts_at <= NOW or one.origin == "hand"]
    assert all(one in after for one in untouched)
