"""How a day goes by: line, waits and occupancy over its hours, every simulated day laid upon the others. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from routing.simulate import Course
from routing.simulation.arrivals import DAY_S
from routing.simulation.measures import mean, quantile

STEP_S = 900


@dataclass(frozen=True, slots=True)
class Point:
    """A quarter of an hour: the mean over all days, and what nine of ten days stay above and below."""

    at_s: float
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Curves:
    """People in line, the mean time in line of those who come (seconds), and the share of places that are busy."""

    line: Sequence[Point]
    wait: Sequence[Point]
    occupancy: Sequence[Point]


def curves(courses: Iterable[Course], *, days: int) -> Curves:
    """Over the hours of a day; quarters in which nobody came or nobody sat there are left out of their curve."""
    line, wait, busy = (defaultdict[int, list[float]](list) for _ in range(3))
    for course in courses:
        for found, values in ((line, _line(course)), (wait, _waits(course)), (busy, _busy(course))):
            for at, value in values(days):
                found[at % (DAY_S // STEP_S)].append(value)
    return Curves(*([*_points(found)] for found in (line, wait, busy)))


Values = Callable[[int], Iterator[tuple[int, float]]]


def _line(course: Course) -> Values:
    came = sorted(one.arrival.at_s for one in course.visits)
    left = sorted(one.arrival.at_s + one.wait_s for one in course.visits if one.wait_s is not None)
    return lambda days: ((at, float(bisect_right(came, t) - bisect_right(left, t))) for at, t in _middles(days))


def _waits(course: Course) -> Values:
    found: defaultdict[int, list[float]] = defaultdict(list)
    for one in course.visits:
        if one.wait_s is not None:
            found[int(one.arrival.at_s // STEP_S)].append(one.wait_s)
    return lambda days: ((at, mean(found[at])) for at, _ in _middles(days) if at in found)


def _busy(course: Course) -> Values:
    begun = sorted(one.answered_at_s for one in course.visits if one.answered_at_s is not None)
    ended = sorted(one.ended_at_s for one in course.visits if one.served and one.ended_at_s is not None)

    def values(days: int) -> Iterator[tuple[int, float]]:
        for at, t in _middles(days):
            there = sum(post.capacity for post in course.posts if any(start <= t < end for start, end in post.spans))
            if there:
                yield at, min(1.0, (bisect_right(begun, t) - bisect_right(ended, t)) / there)

    return values


def _middles(days: int) -> Iterator[tuple[int, float]]:
    return ((at, (at + 0.5) * STEP_S) for at in range(days * DAY_S // STEP_S))


def _points(found: dict[int, list[float]]) -> Iterator[Point]:
    for at in sorted(found):
        ordered = sorted(found[at])
        yield Point((at + 0.5) * STEP_S, mean(ordered), quantile(ordered, 0.1), quantile(ordered, 0.9))
