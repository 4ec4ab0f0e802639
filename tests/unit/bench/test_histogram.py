"""Bars to look at."""

from __future__ import annotations

from bench.histogram import WIDTH, Bar, bars, drawn


def test_a_latency_on_an_edge_belongs_below_it() -> None:
    assert bars([5.0, 5.1, 10.0]) == [Bar(0.0, 5.0, 1), Bar(5.0, 10.0, 2)]


def test_empty_bars_are_shown_only_between_others() -> None:
    assert [bar.count for bar in bars([12.0, 45.0])] == [1, 0, 0, 1]


def test_beyond_the_last_edge_there_is_no_bound() -> None:
    assert bars([1e9])[-1] == Bar(5_000.0, None, 1)


def test_nothing_makes_no_bars() -> None:
    assert bars([]) == []


def test_the_longest_fills_the_width_and_one_of_many_still_shows() -> None:
    assert len(drawn(Bar(0.0, 5.0, 1_000), longest=1_000)) == WIDTH
    assert drawn(Bar(0.0, 5.0, 1), longest=1_000_000) == "▏"
    assert drawn(Bar(0.0, 5.0, 0), longest=10) == ""
