"""A simulation of Erlang's world agrees with his formulas, and the formulas with what is published of them."""

from __future__ import annotations

import math
from statistics import mean, stdev

import pytest

from routing.simulation.erlang import answered_within, erlang_a, erlang_b, erlang_c
from routing.simulation.measures import Measures, measured
from routing.simulation.posts import DAY_S
from tests.unit.routing.simulation.days import alike, course

TALK_S = 435.0
DAYS, RUNS, WARM_UP_S = 1, 10, 7_200.0
# A true figure lies outside three standard errors (Student's t, 9 degrees of freedom) once in seventy; the seeds
# stand here, so that it is the same every time.
ERRORS = 3.0


def _runs(servers: int, *, per_hour: float, **facts: object) -> list[Measures]:
    scenario = alike(servers, per_hour=per_hour, **facts)
    days = (course(scenario, days=DAYS, seed=(7, servers, run)) for run in range(RUNS))
    return [measured(one, since_s=WARM_UP_S, until_s=DAYS * DAY_S) for one in days]


def _agrees(found: list[float], exact: float) -> bool:
    return abs(mean(found) - exact) <= ERRORS * stdev(found) / math.sqrt(RUNS)


@pytest.mark.parametrize(("servers", "per_hour"), [(15, 90), (5, 30)])
def test_where_nobody_leaves_it_is_erlang_c(servers: int, per_hour: float) -> None:
    found = _runs(servers, per_hour=per_hour)
    exact = erlang_c(servers, per_s=per_hour / 3_600, talk_s=TALK_S)

    assert _agrees([one.line_mean_s for one in found], exact.mean_wait_s)
    assert _agrees([one.occupancy for one in found], exact.occupancy)
    in_time = answered_within(servers, per_s=per_hour / 3_600, talk_s=TALK_S, target_s=15)
    assert _agrees([one.sl for one in found], in_time)
    assert {one.abandoned for one in found} == {0.0}


@pytest.mark.parametrize(("servers", "per_hour", "patience_s"), [(13, 110, 300), (4, 40, 120)])
def test_where_patience_ends_it_is_erlang_a(servers: int, per_hour: float, patience_s: float) -> None:
    found = _runs(servers, per_hour=per_hour, patience={"mean_s": patience_s})
    exact = erlang_a(servers, per_s=per_hour / 3_600, talk_s=TALK_S, patience_s=patience_s)

    assert _agrees([one.line_mean_s for one in found], exact.mean_wait_s)
    assert _agrees([one.abandoned for one in found], exact.abandons)
    assert _agrees([one.occupancy for one in found], exact.occupancy)


def test_fifteen_seats_carry_what_is_known_of_them() -> None:
    # Erlang-C at 435 s: 90 calls an hour at 80 % within 15 s, 75 at 95 %.
    assert answered_within(15, per_s=90 / 3_600, talk_s=TALK_S, target_s=15) >= 0.80
    assert answered_within(15, per_s=75 / 3_600, talk_s=TALK_S, target_s=15) >= 0.95
    assert answered_within(15, per_s=78 / 3_600, talk_s=TALK_S, target_s=15) < 0.95


def test_erlang_b_by_hand() -> None:
    # One server, one erlang: free half of the time. Two servers, one erlang: (1/2) / (1 + 1 + 1/2).
    assert erlang_b(1, 1.0) == pytest.approx(1 / 2)
    assert erlang_b(2, 1.0) == pytest.approx(1 / 5)


def test_with_endless_patience_erlang_a_becomes_erlang_c() -> None:
    exact = erlang_c(5, per_s=30 / 3_600, talk_s=TALK_S)
    nearly = erlang_a(5, per_s=30 / 3_600, talk_s=TALK_S, patience_s=1e9)

    assert nearly.mean_wait_s == pytest.approx(exact.mean_wait_s, rel=1e-3)
    assert nearly.abandons == pytest.approx(0.0, abs=1e-6)


def test_what_comes_is_served_or_leaves() -> None:
    # Flow balance: served a second = occupancy × servers / talk.
    found = erlang_a(4, per_s=0.02, talk_s=TALK_S, patience_s=120)

    assert found.occupancy * 4 / TALK_S == pytest.approx(0.02 * (1 - found.abandons))


def test_a_line_without_end_is_refused() -> None:
    with pytest.raises(ValueError, match="no end"):
        erlang_c(10, per_s=90 / 3_600, talk_s=TALK_S)
