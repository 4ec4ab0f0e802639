"""Policies beside each other: a table for each load, and where ours is not best, what of it costs that, measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rich.table import Table

from bench.policies import MEASURED, OURS, WITHOUT, Figures
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
        ours, parts = row.pop(OURS), [row.pop(name) for name in WITHOUT]
        for name in MEASURED:
            best = min(row.values(), key=lambda one: one.of(name).mean)
            less = ours.less(best, name)
            meets = less.low <= 0
            why = "not worse beyond chance" if meets else _why(name, ours=ours, parts=parts, best=best)
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


def _why(name: str, *, ours: Figures, parts: Sequence[Figures], best: Figures) -> str:
    """Which parts cost it: those without which ours is better beyond chance, by how much, and if it is worse still."""
    cell = written(name)
    costly = [one for one in parts if ours.less(one, name).low > 0]
    if not costly:
        return "worse, and none of " + ", ".join(WITHOUT.values()) + " costs it beyond chance"
    told = [f"{WITHOUT[one.policy]} costs {cell(ours.less(one, name))}" for one in costly]
    enough = [WITHOUT[one.policy] for one in costly if one.less(best, name).low <= 0]
    told.append(f"not worse without {' or '.join(enough)}" if enough else "worse without any one of them")
    gained = ours.less(best, "danger_s")
    if gained.high < 0:
        told.append(f"danger waits {ours.of('danger_s').mean:.0f} s (p95), not {best.of('danger_s').mean:.0f} s")
    return "; ".join(told)
