"""Figures judged against their limits."""

from __future__ import annotations

from bench.arrivals import Arrivals
from bench.figures import Figure
from bench.verdicts import GROUPED, SINGLE, of_arrivals, of_matching, of_turns, share, times


def figure(what: str, writers: int, *, per_s: float = 1.0, p50_ms: float = 1.0) -> Figure:
    """A figure of which only throughput and median matter."""
    return Figure(what, writers, per_s, p50_ms, 2 * p50_ms, 1.0)


def run(*latencies_ms: float, lost: int = 0, rescued: float = 0.0) -> Arrivals:
    """A run at 15 seats."""
    return Arrivals("seats idle", 15, 50.0, 50.0, [*latencies_ms], lost, rescued, 1.0, 0.0)


def test_ratios_are_ours_to_the_bare_ones() -> None:
    ours, bare = figure("ours", 1, per_s=50.0, p50_ms=8.0), figure("bare", 1, per_s=200.0, p50_ms=2.0)

    assert share(ours, bare) == 0.25
    assert times(ours, bare) == 4.0


def test_half_the_bare_throughput_and_four_times_its_latency_are_just_enough() -> None:
    figures = [
        figure(SINGLE, 1, p50_ms=1.0),
        figure("ours", 1, p50_ms=4.0),
        figure(GROUPED, 200, per_s=100.0),
        figure("ours", 200, per_s=50.0),
    ]

    assert [one.meets for one in of_turns(figures, ours="ours", alone=SINGLE)] == [True, True]


def test_less_is_a_miss() -> None:
    figures = [
        figure(SINGLE, 1, p50_ms=1.0),
        figure("ours", 1, p50_ms=4.1),
        figure(GROUPED, 200, per_s=100.0),
        figure("ours", 200, per_s=49.0),
    ]

    assert [one.meets for one in of_turns(figures, ours="ours", alone=SINGLE)] == [False, False]


def test_what_was_not_measured_is_not_judged() -> None:
    assert list(of_turns([figure("ours", 16)], ours="ours", alone=SINGLE)) == []


def test_the_cost_of_a_round_is_judged_by_its_growth_from_the_shortest_line_to_the_longest() -> None:
    rounds = [
        {"seats": 1_000.0, "waiting": waiting, "offers": 1_000.0, "seconds": seconds, "idle_ms": idle_ms}
        for waiting, seconds, idle_ms in ((1e5, 0.9, 16.0), (1e2, 0.4, 10.0), (1e4, 1.2, 99.0))
    ]

    growth, full = of_matching(rounds)

    assert not growth.meets
    assert growth.limit.startswith("1.60×")
    assert not full.meets
    assert full.measured == "1.20 s"


def test_an_arrival_without_an_offer_counts_as_endless() -> None:
    p99, lost, rescued = of_arrivals([run(*[10.0] * 97, lost=3)])

    assert p99.measured == "never"
    assert [p99.meets, lost.meets, rescued.meets] == [False, False, True]


def test_all_in_time_with_nothing_lost_meets_every_limit() -> None:
    assert all(one.meets for one in of_arrivals([run(*[10.0] * 99, 49.0)]))


def test_one_rescue_is_a_miss() -> None:
    assert [one.meets for one in of_arrivals([run(1.0, rescued=1.0)])] == [True, True, False]
