"""What a simulated day has shown by now, as the router would read it from rows (routing/observations.py).

talks     the latest few hundred, and those that ended around this time of day on the days before
hung up   of the last hours, with the time that those people and all whose talk ended since then stood in line

Kept as running sums, so that a look costs the days it looks back on and not the talks.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from routing.handling import Observed, Talks
from routing.settings import EstimateSettings
from routing.simulate import Day
from routing.simulation.arrivals import DAY_S
from routing.simulation.visits import Visit

AROUND_S = 1_800.0


class _Part(NamedTuple):
    """Of a stretch of time: how many, their sum and their sum of squares, in seconds."""

    many: int
    total_s: float
    squares: float


@dataclass(slots=True)
class _Sums:
    """Durations in the order of the instants they ended at."""

    at_s: list[float] = field(default_factory=list)
    _total_s: list[float] = field(default_factory=lambda: [0.0])
    _squares: list[float] = field(default_factory=lambda: [0.0])

    def add(self, at_s: float, took_s: float) -> None:
        """One more, no earlier than those before."""
        self.at_s.append(at_s)
        self._total_s.append(self._total_s[-1] + took_s)
        self._squares.append(self._squares[-1] + took_s * took_s)

    def between(self, start_s: float, end_s: float) -> _Part:
        """Those that ended in it, both ends included."""
        low, high = bisect_left(self.at_s, start_s), bisect_right(self.at_s, end_s)
        return _Part(high - low, self._total_s[high] - self._total_s[low], self._squares[high] - self._squares[low])


class LookingBack:
    """What was observed, kept for `refresh_s` as the router keeps it."""

    def __init__(self) -> None:
        self._all = _Sums()
        self._by_matter: defaultdict[str, _Sums] = defaultdict(_Sums)
        self._in_line, self._hung_up = _Sums(), _Sums()
        self._seen = [0, 0]
        self._observed_at_s = -math.inf
        self._observed = Observed()

    def look(self, day: Day) -> Observed:
        """What was observed until a moment ago."""
        settings = day.settings.estimate
        if day.now_s >= self._observed_at_s + settings.refresh_s:
            self._take(day)
            self._observed, self._observed_at_s = self._observe(day.now_s, settings), day.now_s
        return self._observed

    def _take(self, day: Day) -> None:
        for visit in day.finished[self._seen[0] :]:
            self._finished(visit)
        for visit in day.left[self._seen[1] :]:
            if visit.abandoned:
                self._hung_up.add(_ended(visit), visit.wait_s or 0.0)
        self._seen = [len(day.finished), len(day.left)]

    def _finished(self, visit: Visit) -> None:
        at_s, took_s = _ended(visit), visit.arrival.talk_s + visit.arrival.wrap_up_s
        for sums in (self._all, self._by_matter[visit.arrival.need.matter]):
            sums.add(at_s, took_s)
        self._in_line.add(at_s, visit.wait_s or 0.0)

    def _observe(self, now_s: float, settings: EstimateSettings) -> Observed:
        stretches = [*self._latest(now_s, settings), *self._this_time_of_day(now_s, settings)]
        talks = {}
        for matter, sums in self._by_matter.items():
            parts = [sums.between(*stretch) for stretch in stretches]
            if count := sum(one.many for one in parts):
                total_s, squares = sum(one.total_s for one in parts), sum(one.squares for one in parts)
                talks[matter] = Talks(count, total_s / count, squares)
        since_s = now_s - settings.patience_s
        gone, answered = self._hung_up.between(since_s, now_s), self._in_line.between(since_s, now_s)
        return Observed(talks, gone.many, gone.total_s + answered.total_s)

    def _latest(self, now_s: float, settings: EstimateSettings) -> list[tuple[float, float]]:
        ended = self._all.at_s
        return [(ended[-min(settings.latest, len(ended))], now_s)] if ended else []

    def _this_time_of_day(self, now_s: float, settings: EstimateSettings) -> list[tuple[float, float]]:
        """Of each day before, those around this time of day, the first so many of them."""
        ended, found = self._all.at_s, []
        for ago in range(1, min(settings.days, int((now_s + AROUND_S) // DAY_S)) + 1):
            at_s = now_s - ago * DAY_S
            low, high = bisect_left(ended, at_s - AROUND_S), bisect_right(ended, at_s + AROUND_S)
            if low < high:
                found.append((ended[low], ended[min(high, low + settings.per_day) - 1]))
        return found


def _ended(visit: Visit) -> float:
    assert visit.ended_at_s is not None  # noqa: S101 - it is over
    return visit.ended_at_s
