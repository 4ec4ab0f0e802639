"""Figures as tables no wider than a hundred columns: what, how much, of what, and whether it is enough."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rich.table import Table
from rich.text import Text

from bench.arrivals import Arrivals
from bench.bot import BotCost
from bench.figures import Figure
from bench.histogram import bars, drawn
from bench.verdicts import OFFER_P99_MS, Verdict, share, times

GREEN, RED = "green", "red"


def turns(title: str, figures: Sequence[Figure], *, ours: str, writers: str) -> Table:
    """One line a measurement, ours with its ratio to each bare one of as many writers."""
    table = _table(title, "", writers, "per s", "p50 ms", "p99 ms", "CPU µs each", "ours in its measure")
    before = 0
    for one in figures:
        if before and one.writers != before:
            table.add_section()
        before = one.writers
        numbers = (f"{one.per_s:,.0f}", f"{one.p50_ms:.2f}", f"{one.p99_ms:.2f}", f"{one.cpu_us:,.0f}")
        mine = next((own for own in figures if own.what == ours and own.writers == one.writers), None)
        ratio = "" if mine is None or one.what == ours else f"{share(mine, one):.2f}× · p50 {times(mine, one):.1f}×"
        style = "bold" if one.what == ours else ""
        table.add_row(one.what, f"{one.writers:,}", *numbers, ratio, style=style)
    return table


def matching(rounds: Sequence[Mapping[str, float]]) -> Table:
    """One line for each number of seats and length of the line."""
    table = _table(
        "Matching rounds", "seats", "waiting", "offers", "seconds", "offers/s", "idle round ms", "arrival ms"
    )
    for one in rounds:
        table.add_row(
            f"{one['seats']:,.0f}",
            f"{one['waiting']:,.0f}",
            f"{one['offers']:,.0f}",
            f"{one['seconds']:.3f}",
            f"{one['offers'] / one['seconds']:,.0f}",
            f"{one['idle_ms']:.1f}",
            f"{one['arrival_ms']:.1f}",
        )
    return table


def bot(cost: BotCost) -> Table:
    """One line."""
    table = _table(
        *("The bot's engine", "entries", "wordings", "build s", "MB at rest", "MB peak"),
        *("p50 ms", "p99 ms", "CPU ms a question"),
    )
    table.add_row(
        *(f"{cost.entries:,}", f"{cost.wordings:,}", f"{cost.build_s:.1f}", f"{cost.rest_mb:.0f}"),
        *(f"{cost.peak_mb:.0f}", f"{cost.p50_ms:.2f}", f"{cost.p99_ms:.2f}", f"{cost.cpu_ms:.2f}"),
    )
    return table


def arrivals(runs: Sequence[Arrivals]) -> Table:
    """One line a run."""
    table = _table(
        "Arrival → offer on the console",
        "",
        "seats",
        "arrivals/s",
        "p50 ms",
        "p90 ms",
        "p99 ms",
        "CPU µs each",
        "no offer",
    )
    for one in runs:
        latencies = (f"{at:.1f}" if math.isfinite(at) else "never" for at in map(one.at, (0.5, 0.9, 0.99)))
        rate = f"{one.per_s:.0f} of {one.asked_per_s:.0f}"
        table.add_row(one.course, f"{one.seats:,}", rate, *latencies, f"{one.cpu_us:,.0f}", f"{one.lost:,}")
    return table


def histogram(run: Arrivals) -> Table:
    """The latencies of a run as bars: green within the limit, red beyond."""
    table = Table(
        title=f"Arrival → offer, {run.course}, {run.seats:,} seats", box=None, show_header=False, title_justify="left"
    )
    found = bars(run.latencies_ms)
    longest = max((bar.count for bar in found), default=1)
    for bar in found:
        within = bar.upto_ms is not None and bar.upto_ms <= OFFER_P99_MS
        span = f"> {bar.over_ms:,.0f} ms" if bar.upto_ms is None else f"≤ {bar.upto_ms:,.0f} ms"
        table.add_row(
            Text(span, justify="right"),
            Text(drawn(bar, longest=longest), style=GREEN if within else RED),
            f"{bar.count}",
        )
    return table


def verdicts(found: Sequence[Verdict]) -> Table:
    """Every limit in one look."""
    table = Table(title="Limits")
    for name in ("figure", "measured", "beside", "limit"):
        table.add_column(name, overflow="fold")
    table.add_column("verdict", no_wrap=True)
    for one in found:
        word = Text("meets", style=GREEN) if one.meets else Text("misses", style=f"bold {RED}")
        table.add_row(one.what, one.measured, one.beside, one.limit, word)
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title)
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 and not column else "right")
    return table
