"""Recorded calls played again: the same people, the same talks, seats at the times at which their servers took calls.

who comes     as recorded; patience is known of who hung up, of the others only that it was longer than their wait:
              what is left of it is drawn at the observed hazard (hung up / time in line, the estimate of Palm 1957)
who serves    a server takes calls from their first to their last of a stretch. A stretch ends with a break:
              longer than `BREAK_S`, or longer than `TURN_S` while people stood in line all the time
wrap_up       what the servers needed from one call to the next while people stood in line
who is first  priority 2 stands 90 s ahead: in February 1999 it overtook four of five older calls of up to 90 s,
              and one in a hundred of older ones
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import mean
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from interactions.model import Need, Urgency
from routing.candidates import Caller
from routing.settings import HeadStartSettings, RelaxationSettings, RoutingSettings
from routing.simulate import MIDNIGHT, Course
from routing.simulation.arrivals import Arrival
from routing.simulation.posts import Post, joined
from routing.simulation.recorded import Call
from routing.simulation.scenario import Span
from routing.simulation.visits import Fate, Visit

# The result depends on the first: with breaks from 5 to 15 minutes the mean wait of February 1999 goes from 50 to 34 s.
BREAK_S, TURN_S = 600, 60
PRIORITY_S = 90.0
# Longer than anybody waits.
NEVER_S = 1e8
# A matter that is a smaller part of a server's calls was help in passing, not what they are there for.
SKILLED = 0.005
CHANNEL, LANGUAGE = "voice", "zh"
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Replay:
    """Recorded days as arrivals and posts; `patience_s` is the mean patience seen, `wrap_up_s` between two calls."""

    arrivals: Sequence[Arrival]
    posts: Sequence[Post]
    days: int
    patience_s: float
    wrap_up_s: float


def replay(calls: Sequence[Call], *, seed: tuple[int, ...]) -> Replay:
    """The calls with a day each after the other."""
    rng = np.random.default_rng(seed)
    day_of = {day: at for at, day in enumerate(sorted({one.day for one in calls}))}
    left = sum(not one.answered for one in calls)
    patience_s = sum(one.wait_s for one in calls) / left if left else float("inf")
    lines = _lines(calls)
    wrap_up_s = _wrap_up(calls, lines)
    arrivals = [
        Arrival(
            at_s=float(day_of[one.day] * DAY_S + one.at_s),
            need=Need(CHANNEL, one.matter, LANGUAGE, Urgency.PROTECTED if one.priority >= 2 else Urgency.NORMAL),
            talk_s=float(one.talk_s) if one.answered else talk_s,
            wrap_up_s=wrap_up_s,
            patience_s=float(one.wait_s) + (more_s if one.answered else 0.0),
            luck=luck,
        )
        for one, talk_s, more_s, luck in zip(
            calls, _talks(calls, rng), _patience(len(calls), patience_s, rng), rng.random(len(calls)), strict=True
        )
    ]
    return Replay(arrivals, [*_posts(calls, day_of, lines)], len(day_of), patience_s, wrap_up_s)


def settings() -> RoutingSettings:
    """How that centre worked: first come first served but for its priority, each server for what they are there for."""
    head_start = HeadStartSettings(danger=PRIORITY_S, deadline=PRIORITY_S, protected=PRIORITY_S)
    never = RelaxationSettings(neighbour_s=NEVER_S, any_s=NEVER_S, danger=1.0, deadline=1.0, protected=1.0)
    return RoutingSettings(head_start_s=head_start, relaxation=never, shift_tail_s=0.0)


def _talks(calls: Sequence[Call], rng: np.random.Generator) -> Iterable[float]:
    """How long who hung up would have talked: as long as somebody who was answered."""
    known = np.array([one.talk_s for one in calls if one.answered] or [0], dtype=float)
    drawn: list[float] = rng.choice(known, size=len(calls)).tolist()
    return drawn


def _patience(count: int, mean_s: float, rng: np.random.Generator) -> Iterable[float]:
    drawn: list[float] = rng.exponential(mean_s, count).tolist() if mean_s < float("inf") else [mean_s] * count
    return drawn


def _posts(calls: Sequence[Call], day_of: dict[date, int], lines: dict[date, NDArray[np.int_]]) -> Iterator[Post]:
    by_server: defaultdict[str, list[Call]] = defaultdict(list)
    for one in calls:
        if one.server is not None:
            by_server[one.server].append(one)
    for number, name in enumerate(_servers(calls), start=1):
        theirs = by_server[name]
        spans = joined(_stretches(theirs, day_of, lines))
        yield Post(number, _skills(theirs), frozenset({LANGUAGE}), frozenset({CHANNEL}), 1, tuple(spans))


def _skills(calls: Sequence[Call]) -> frozenset[str]:
    counts = Counter(one.matter for one in calls)
    return frozenset(matter for matter, count in counts.items() if count >= SKILLED * len(calls))


def _stretches(calls: Sequence[Call], day_of: dict[date, int], lines: dict[date, NDArray[np.int_]]) -> Iterator[Span]:
    """From the first call taken to the last of each stretch: after the last one, nothing more was taken."""
    began: float | None = None
    for one, after in pairwise([*calls, None]):
        assert one is not None  # noqa: S101 - only the last is None
        start = float(day_of[one.day] * DAY_S + one.answered_at_s)
        began = start if began is None else began
        if after is None or after.day != one.day or _broke_off(one, after, lines[one.day]):
            yield began, start + 1.0
            began = None


def _broke_off(one: Call, after: Call, empty: NDArray[np.int_]) -> bool:
    pause = after.answered_at_s - (one.answered_at_s + one.talk_s)
    return pause > BREAK_S or (pause > TURN_S and _stood(empty, one, after))


def _lines(calls: Sequence[Call]) -> dict[date, NDArray[np.int_]]:
    """Of each day: how many seconds before each second found the line empty."""
    found: dict[date, NDArray[np.int_]] = {}
    for day in {one.day for one in calls}:
        change = np.zeros(2 * DAY_S, dtype=int)
        for one in (one for one in calls if one.day == day):
            change[one.at_s] += 1
            change[one.answered_at_s] -= 1
        found[day] = np.concatenate([[0], np.cumsum(np.cumsum(change) == 0)])
    return found


def _stood(empty: NDArray[np.int_], one: Call, after: Call) -> bool:
    """Whether people stood in line all the time between two calls of a server."""
    ended = one.answered_at_s + one.talk_s
    return ended < after.answered_at_s and bool(empty[after.answered_at_s] == empty[ended])


def _wrap_up(calls: Sequence[Call], lines: dict[date, NDArray[np.int_]]) -> float:
    by_server: defaultdict[tuple[str, date], list[Call]] = defaultdict(list)
    for one in calls:
        if one.server is not None:
            by_server[one.server, one.day].append(one)
    found = [
        pause
        for (_, day), theirs in by_server.items()
        for one, after in pairwise(theirs)
        if _stood(lines[day], one, after) and (pause := after.answered_at_s - one.answered_at_s - one.talk_s) <= TURN_S
    ]
    return mean(found) if found else 0.0


def as_recorded(calls: Sequence[Call], played: Replay) -> Course:
    """What the file says became of them, in the form of a simulated course, to be measured alike."""
    number_of = {name: post.number for name, post in zip(_servers(calls), played.posts, strict=True)}
    visits = []
    for at, (call, arrival) in enumerate(zip(calls, played.arrivals, strict=True), start=1):
        since = MIDNIGHT + timedelta(seconds=arrival.at_s)
        visit = Visit(arrival, Caller(UUID(int=at), arrival.need, since, since))
        visit.fate = Fate.SERVED if call.answered else Fate.ABANDONED
        left_s = arrival.at_s + call.wait_s
        visit.ended_at_s = left_s + call.talk_s
        if call.answered:
            visit.answered_at_s, visit.talk_ends_at_s = left_s, visit.ended_at_s
        if call.server is not None:
            visit.seat_number = number_of[call.server]
        visits.append(visit)
    return Course(visits, played.posts)


def _servers(calls: Sequence[Call]) -> list[str]:
    return sorted({one.server for one in calls if one.server is not None})
