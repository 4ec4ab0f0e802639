"""A study: a scenario or a recorded file over several replications, and what other staffings would have changed.

replication r ─▶ arrivals (seed, r) ─▶ the same people meet every staffing ─▶ measures ─▶ mean and interval
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from routing.settings import RoutingSettings
from routing.simulate import Course, Watcher, simulate
from routing.simulation.announcing import Announcer, Coverage, coverage
from routing.simulation.arrivals import Arrival
from routing.simulation.measures import Measures, measured
from routing.simulation.posts import Post, Skills, laid_out, staffed
from routing.simulation.scenario import Answering

SEATS_MORE = (-3, -2, -1, 0, 1, 2, 3)
LAYOUTS: tuple[Skills | None, ...] = (None, 1, 2, "all")
Draw = Callable[[int], Sequence[Arrival]]


@dataclass(frozen=True, slots=True)
class Setting:
    """What is simulated: `draw(replication)` are the visitors, `posts` the seats, the rest how they work."""

    draw: Draw
    posts: Sequence[Post]
    matters: Sequence[str]
    settings: RoutingSettings
    answering: Answering


@dataclass(frozen=True, slots=True)
class WhatIf:
    """So many seats more or fewer, each with so many matters (None: as they are), and each replication's figures."""

    more: int
    skills: Skills | None
    seats: int
    found: Sequence[Measures]


def courses(what: Setting, *, replications: int) -> Iterator[tuple[Course, Mapping[int, Coverage]]]:
    """The course of each replication, and how what people were told at first turned out, by the hour."""
    for number in range(replications):
        announcer = Announcer()
        course = _run(what, what.posts, what.draw(number), watcher=announcer)
        yield course, coverage(course, announcer)


def what_if(what: Setting, *, replications: int, done: Callable[[], None]) -> list[WhatIf]:
    """Every number of seats with every layout, all with the same visitors; `done` after each run."""
    visitors = [what.draw(number) for number in range(replications)]
    found = []
    for more in SEATS_MORE:
        if len(what.posts) + more < 1:
            continue
        for skills in LAYOUTS:
            posts = staffed(what.posts, more=more)
            if skills is not None:
                posts = laid_out(posts, matters=what.matters, skills=skills)
            found.append(WhatIf(more, skills, len(posts), [*_measures(what, posts, visitors, done)]))
    return found


def _measures(
    what: Setting, posts: Sequence[Post], visitors: Sequence[Sequence[Arrival]], done: Callable[[], None]
) -> Iterator[Measures]:
    for arrivals in visitors:
        yield measured(_run(what, posts, arrivals))
        done()


def _run(
    what: Setting, posts: Sequence[Post], arrivals: Sequence[Arrival], *, watcher: Watcher | None = None
) -> Course:
    return simulate(arrivals, posts, settings=what.settings, answering=what.answering, watcher=watcher)
