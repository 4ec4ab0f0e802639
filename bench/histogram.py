"""Latencies as bars, for looking rather than reading. Pure."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass

# Each about 1.5 times the one before: a tail of seconds and a body of milliseconds on one screen.
EDGES_MS = (5, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 1_000, 2_000, 5_000)
WIDTH = 48
FULL, PARTS = "█", " ▏▎▍▌▋▊▉"


@dataclass(frozen=True, slots=True)
class Bar:
    """How many latencies lie above `over_ms` and at most at `upto_ms`; None has no bound."""

    over_ms: float
    upto_ms: float | None
    count: int


def bars(latencies_ms: Sequence[float]) -> list[Bar]:
    """Bars from the first to the last that holds something."""
    counts = [0] * (len(EDGES_MS) + 1)
    for one in latencies_ms:
        counts[bisect.bisect_left(EDGES_MS, one)] += 1
    edges = [0.0, *map(float, EDGES_MS)]
    made = [Bar(over, upto, count) for over, upto, count in zip(edges, [*edges[1:], None], counts, strict=True)]
    held = [number for number, bar in enumerate(made) if bar.count]
    return made[held[0] : held[-1] + 1] if held else []


def drawn(bar: Bar, *, longest: int) -> str:
    """The bar as characters, `longest` filling the width; whatever holds something shows something."""
    eighths = max(1, round(bar.count / longest * WIDTH * 8)) if bar.count else 0
    return (FULL * (eighths // 8) + PARTS[eighths % 8]).rstrip()
