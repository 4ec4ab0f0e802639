"""The figures of a day small enough to be worked out by hand."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interactions.model import Urgency
from routing.simulate import Course
from routing.simulation.measures import gini, groups, hours, measured, quantile
from routing.simulation.replications import interval, student_t
from tests.unit.routing.simulation.days import arrival, day, post


def _course() -> Course:
    # One seat, talks of 100 s: waits 0, 90, 180; the fourth hangs up after 10 s.
    posts = [post(spans=[(0.0, 400.0)])]
    people = [arrival(0.0), arrival(10.0), arrival(20.0), arrival(30.0, patience_s=10.0)]
    return Course(day(people, *posts), posts)


def test_a_day_by_hand() -> None:
    found = measured(_course(), until_s=400.0)

    assert (found.came, found.answered, found.abandoned) == (4, 3, 0.25)
    assert (found.asa_s, found.longest_s, found.line_mean_s) == (90.0, 180.0, 70.0)
    # Within 15 s by voice: the first only; of four who came, of three who were answered.
    assert found.sl == 0.25
    assert found.sl2 == pytest.approx(1 / 3)
    assert (found.aht_s, found.acw_s, found.occupancy) == (100.0, 0.0, 0.75)


def test_nothing_happened_is_nought_and_no_error() -> None:
    found = measured(Course([], [post(spans=[(0.0, 10.0)])]), until_s=10.0)

    assert (found.came, found.sl, found.occupancy, found.gini, found.chi2_df) == (0, 0.0, 0.0, 0.0, 0.0)


def test_groups_are_told_where_there_is_something_to_compare() -> None:
    visits = day([arrival(0.0), arrival(1.0, urgency=Urgency.DANGER), arrival(2.0)], post())

    found = {(one.by, one.name): one for one in groups(visits)}

    assert {key[0] for key in found} == {"urgency"}
    assert found["urgency", "danger"].mean_s == 99.0
    assert found["urgency", "normal"].mean_s == pytest.approx((0 + 198) / 2)


def test_hours_are_those_of_the_day_whatever_the_day() -> None:
    visits = day([arrival(3_600.0), arrival(86_400.0 + 3_700.0)], post())

    assert [(one.hour, one.count) for one in hours(visits)] == [(1, 2)]


def test_gini_by_hand() -> None:
    assert gini([1, 1, 1, 1]) == pytest.approx(0.0)
    assert gini([0, 0, 0, 1]) == pytest.approx(0.75)
    assert gini([]) == 0.0


def test_students_t_as_printed_in_tables() -> None:
    # Abramowitz & Stegun, table 26.10.
    for freedom, printed in ((1, 12.706), (2, 4.303), (4, 2.776), (9, 2.262), (29, 2.045)):
        assert student_t(freedom, 0.975) == pytest.approx(printed, rel=3e-3)


def test_one_replication_has_no_interval() -> None:
    assert (interval([3.0]).mean, interval([3.0]).half) == (3.0, None)
    assert interval([1.0, 3.0]).half == pytest.approx(12.706, rel=1e-3)


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 1), st.floats(0, 1))
def test_quantiles_lie_within_and_rise(found: list[float], one: float, other: float) -> None:
    ordered, (low, high) = sorted(found), sorted((one, other))

    told = [quantile(ordered, share) for share in (0.0, low, high, 1.0)]

    assert all(a <= b * (1 + 1e-12) + 1e-9 for a, b in pairwise(told))
    assert (told[0], told[-1]) == (ordered[0], ordered[-1])
