"""Who arrives when, and what the service's own counters say."""

from __future__ import annotations

import itertools

from bench.arrivals import arrival_times
from bench.service import rescued_in


def test_arrivals_are_ordered_inside_the_time_and_about_as_many_as_asked() -> None:
    times = list(arrival_times(seconds=100.0, per_s=50.0))

    assert times == sorted(times)
    assert times[0] > 0.0 and times[-1] < 100.0
    assert 4_700 < len(times) < 5_300


def test_the_same_seed_brings_the_same_arrivals_and_some_together() -> None:
    times = list(arrival_times(seconds=20.0, per_s=50.0))

    assert times == list(arrival_times(seconds=20.0, per_s=50.0))
    assert min(after - before for before, after in itertools.pairwise(times)) < 0.001


def test_rescues_of_all_kinds_are_summed() -> None:
    metrics = (
        "# TYPE hotline_rescues_total counter\n"
        'hotline_rescues_total{what="offer"} 2.0\n'
        'hotline_rescues_total{what="chat"} 1.0\n'
        'hotline_rescues_created{what="offer"} 1.7e+09\n'
        "hotline_wakes_dropped_total 5.0\n"
    )

    assert rescued_in(metrics) == 3.0


def test_without_a_rescue_there_is_no_line_and_the_sum_is_zero() -> None:
    assert rescued_in("# TYPE hotline_rescues_total counter\n") == 0.0
