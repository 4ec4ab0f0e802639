"""Stretches of time as sets: union, intersection, difference, length. Pure; a stretch does not hold its end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

Interval = tuple[datetime, datetime]
Times = Sequence[Interval]


def union(*of: Iterable[Interval]) -> Times:
    """Everything in any of them, in order, with nothing touching; stretches without length are nothing."""
    merged: list[Interval] = []
    for start, end in sorted(one for times in of for one in times if one[0] < one[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def intersection(these: Iterable[Interval], those: Iterable[Interval]) -> Times:
    """What is in both."""
    return union(_shared(union(these), union(those)))


def difference(these: Iterable[Interval], those: Iterable[Interval]) -> Times:
    """What is in these and not in those."""
    return union(_left(union(these), union(those)))


def length(times: Iterable[Interval]) -> timedelta:
    """How long they are together, each moment counted once."""
    return sum((end - start for start, end in union(times)), timedelta())


def _shared(these: Times, those: Times) -> Iterator[Interval]:
    for start, end in these:
        for other_start, other_end in those:
            if other_start < end and start < other_end:
                yield max(start, other_start), min(end, other_end)


def _left(these: Times, those: Times) -> Iterator[Interval]:
    for start, end in these:
        at = start
        for other_start, other_end in those:
            if other_start < end and at < other_end:
                yield at, other_start
                at = max(at, other_end)
        yield at, end
