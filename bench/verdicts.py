"""Each figure that has a limit, judged: limits are the project's own, what it stands beside is of the same run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from bench.arrivals import Arrivals
from bench.bot import BotCost
from bench.figures import Figure
from bench.scale import Scale
from bench.web_turns import INSERT

LEAST_SHARE = 0.5
MOST_TIMES = 4.0
OFFER_P99_MS = 50.0
FULL_ROUND_S = 1.0
MOST_GROWTH = 1.5
MOST_DEARER = 1.5
QUESTION_MS, ENGINE_MB = 5.0, 150.0
SINGLE, GROUPED = "bare single insert", "bare group-committed insert"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One figure beside its limit. `measured` and `beside` carry their units."""

    what: str
    measured: str
    beside: str
    limit: str
    meets: bool

    def row(self) -> dict[str, object]:
        """As JSON."""
        return asdict(self)


def of_turns(figures: Sequence[Figure], *, ours: str, alone: str, gathered: str = GROUPED) -> Iterator[Verdict]:
    """Throughput of 200 against `gathered`, latency of one against `alone`; of those that were measured."""
    found = {(one.what, one.writers): one for one in figures}
    if (mine := found.get((ours, 200))) and (bare := found.get((gathered, 200))):
        ratio = share(mine, bare)
        beside = f"{bare.per_s:,.0f}/s {gathered}"
        yield Verdict(
            f"{ours}, 200", f"{mine.per_s:,.0f}/s", beside, _limit(ratio, "≥", LEAST_SHARE), ratio >= LEAST_SHARE
        )
    if (mine := found.get((ours, 1))) and (bare := found.get((alone, 1))):
        ratio = times(mine, bare)
        beside = f"{bare.p50_ms:.2f} ms {alone}"
        yield Verdict(
            f"{ours}, 1: p50", f"{mine.p50_ms:.2f} ms", beside, _limit(ratio, "≤", MOST_TIMES), ratio <= MOST_TIMES
        )


def of_web_turns(figures: Sequence[Figure], *, ours: str) -> Iterator[Verdict]:
    """The same limits through sockets, where one socket's single insert is the group-committed one alone."""
    yield from of_turns(figures, ours=ours, alone=INSERT, gathered=INSERT)


def of_matching(rounds: Sequence[Mapping[str, float]]) -> Iterator[Verdict]:
    """A full round in time, and rounds whose cost does not grow with the line."""
    for seats in sorted({one["seats"] for one in rounds}):
        of_seats = sorted((one for one in rounds if one["seats"] == seats), key=lambda one: one["waiting"])
        short, long = of_seats[0], of_seats[-1]
        growth = long["idle_ms"] / short["idle_ms"]
        what = f"round behind {long['waiting']:,.0f}, {seats:,.0f} seats"
        beside = f"{short['idle_ms']:.1f} ms behind {short['waiting']:,.0f}"
        limit = _limit(growth, "≤", MOST_GROWTH)
        yield Verdict(what, f"{long['idle_ms']:.1f} ms", beside, limit, growth <= MOST_GROWTH)
    slowest = max((one for one in rounds if one["seats"] >= 1_000), key=lambda one: one["seconds"], default=None)
    if slowest is not None:
        what = f"round of {slowest['offers']:,.0f} offers"
        yield Verdict(
            what, f"{slowest['seconds']:.2f} s", "", f"< {FULL_ROUND_S:.0f} s", slowest["seconds"] < FULL_ROUND_S
        )


def of_arrivals(runs: Sequence[Arrivals]) -> Iterator[Verdict]:
    """Offers on the screen in time, none of them lost or found by a sweep."""
    for one in runs:
        p99, what = one.at(0.99), f"arrival → offer, {one.course}, {one.seats:,} seats"
        beside = f"{one.per_s:.0f}/s of {one.asked_per_s:.0f}/s"
        measured = f"{p99:.0f} ms" if math.isfinite(p99) else "never"
        yield Verdict(f"{what}: p99", measured, beside, f"< {OFFER_P99_MS:.0f} ms", p99 < OFFER_P99_MS)
        yield Verdict(f"{what}: without an offer", f"{one.lost}", "", "0", one.lost == 0)
        yield Verdict(f"{what}: found by a sweep", f"{one.rescued:.0f}", "", "0", one.rescued == 0)


def of_bot(cost: BotCost) -> Iterator[Verdict]:
    """A question in time, the engine in its memory, also while it is built."""
    what = f"bot, {cost.entries:,} entries"
    yield Verdict(
        f"{what}: a question, p99", f"{cost.p99_ms:.2f} ms", "", f"≤ {QUESTION_MS:.0f} ms", cost.p99_ms <= QUESTION_MS
    )
    for name, megabytes in (("at rest", cost.rest_mb), ("peak", cost.peak_mb)):
        limit = f"≤ {ENGINE_MB:.0f} MB"
        yield Verdict(f"{what}: memory {name}", f"{megabytes:.0f} MB", "", limit, megabytes <= ENGINE_MB)


def of_scale(rows: Sequence[Scale]) -> Iterator[Verdict]:
    """More workers serve as many as one and cost little more each; nobody is lost between them."""
    alone = rows[0]
    for one in rows[1:]:
        for what, mine, bare in (("turn", one.turns, alone.turns), ("visit", one.visits, alone.visits)):
            yield _dearer(f"CPU of a {what}, {one.workers} workers", mine.cost.service_us, bare.cost.service_us)
    for one in rows:
        what = f"visits over {one.workers} workers"
        unserved = sum(one.visits.unserved.values())
        why = ", ".join(f"{count} {reason}" for reason, count in one.visits.unserved.items())
        yield Verdict(f"{what}: unserved", f"{unserved}", why, "0", unserved == 0)
        yield Verdict(f"{what}: found by a sweep", f"{one.visits.rescued:.0f}", "", "0", one.visits.rescued == 0)


def _dearer(what: str, us: float, alone_us: float) -> Verdict:
    ratio = us / alone_us
    return Verdict(
        what, f"{us:,.0f} µs", f"{alone_us:,.0f} µs with 1", _limit(ratio, "≤", MOST_DEARER), ratio <= MOST_DEARER
    )


def share(ours: Figure, bare: Figure) -> float:
    """Our throughput as a share of the bare one."""
    return ours.per_s / bare.per_s


def times(ours: Figure, bare: Figure) -> float:
    """Our median latency in times of the bare one."""
    return ours.p50_ms / bare.p50_ms


def _limit(ratio: float, sign: str, limit: float) -> str:
    return f"{ratio:.2f}×, {sign} {limit}×"
