"""Policies beside each other: a table for each load, and where ours is not best, why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rich.table import Table

from bench.policies import MEASURED, OURS, WITHOUT_URGENCY, Figures
from bench.verdicts import Verdict
from routing.simulation.replications import Interval

MOST_S = 2.0
COLUMNS = {
    "mean_s": "mean wait",
    "p95_s": "p95 wait",
    "hung_up": "hung up",
    "worst_s": "worst group p95",
    "danger_s": "danger p95",
}


def table(found: Sequence[Figures]) -> Table:
    """One line a policy, ± half of the 95 % confidence interval over the days."""
    shown = Table(title="Policies on the same simulated days (seconds in line, ± 95 % confidence)")
    for name in ("per hour", "", *COLUMNS.values()):
        shown.add_column(name, justify="right" if name else "left")
    before = 0
    for one in found:
        if before and one.per_hour != before:
            shown.add_section()
        before = one.per_hour
        cells = (written(name)(one.of(name)) for name in COLUMNS)
        shown.add_row(str(one.per_hour), one.policy, *cells, style="bold" if one.policy == OURS else "")
    return shown


def judged(found: Sequence[Figures]) -> Iterator[Verdict]:
    """Ours beside the best of the others, day by day: it meets where it is not worse beyond chance."""
    for per_hour in dict.fromkeys(one.per_hour for one in found):
        row = {one.policy: one for one in found if one.per_hour == per_hour}
        ours, without = row.pop(OURS), row.pop(WITHOUT_URGENCY)
        for name in MEASURED:
            best = min(row.values(), key=lambda one: one.of(name).mean)
            less = ours.less(best, name)
            meets = less.low <= 0
            why = "not worse beyond chance" if meets else _why(name, ours=ours, without=without, best=best)
            cell = written(name)
            beside = f"{cell(best.of(name))} {best.policy}; {cell(less, signed=True)}"
            yield Verdict(f"ours, {per_hour}/h: {COLUMNS[name]}", cell(ours.of(name)), beside, why, meets)


def quick(people: int, seconds: float) -> Verdict:
    """A day of many visitors simulated in time."""
    return Verdict(f"simulating a day of {people:,}", f"{seconds:.2f} s", "", f"< {MOST_S:.0f} s", seconds < MOST_S)


def written(name: str) -> Callable[..., str]:
    """How a figure of this name is written with its interval."""
    scale, unit = (100.0, " %") if name == "hung_up" else (1.0, "")

    def write(one: Interval, *, signed: bool = False) -> str:
        mean = f"{one.mean * scale:{'+' if signed else ''}.1f}"
        return f"{mean} ±{(one.half or 0.0) * scale:.1f}{unit}"

    return write


def _why(name: str, *, ours: Figures, without: Figures, best: Figures) -> str:
    """What ours buys with it: the same policy without urgency shows whether urgency is what costs it."""
    danger = f"danger waits {ours.of('danger_s').mean:.0f} s (p95), not {best.of('danger_s').mean:.0f} s"
    if without.less(best, name).low <= 0:
        return f"costs of urgency first: {danger}; without urgency ours is not worse"
    return f"costs of urgency and of specialists before scarce generalists: {danger}"
