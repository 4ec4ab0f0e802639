"""Who sits where on a simulated day: posts with what they serve and when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations
from typing import Literal
from uuid import UUID

from interactions.model import GENERAL
from routing.simulation.scenario import Scenario, SeatGroup, Span, span

DAY_S = 86_400.0
Skills = int | Literal["all"]


@dataclass(frozen=True, slots=True)
class Post:
    """A seat of the simulation. `spans`: from when to when (seconds since the first midnight) it takes work."""

    number: int
    matters: frozenset[str]
    languages: frozenset[str]
    channels: frozenset[str]
    capacity: int
    spans: tuple[Span, ...]

    @property
    def seat_id(self) -> UUID:
        """The seat as the policy knows it."""
        return UUID(int=self.number)


def posts_of(scenario: Scenario, *, days: int) -> list[Post]:
    """The scenario's seats over so many days."""
    made: list[Post] = []
    for group in scenario.seats:
        for matters in _matters(group, [*scenario.matters]):
            spans = tuple(joined(_repeated([span(one) for one in group.shifts], days=days)))
            channels, languages = frozenset(scenario.channels), frozenset(scenario.languages)
            made.append(Post(len(made) + 1, matters, languages, channels, scenario.capacity, spans))
    return made


def laid_out(posts: Sequence[Post], *, matters: Sequence[str], skills: Skills) -> list[Post]:
    """The same seats at the same times, each with so many matters, as evenly as they come."""
    dealt = skill_sets(matters, seats=len(posts), skills=skills)
    return [replace(post, matters=one) for post, one in zip(posts, dealt, strict=True)]


def staffed(posts: Sequence[Post], *, more: int) -> list[Post]:
    """With so many seats more, which are like the present ones in turn, or so many fewer; one at least stays."""
    if more <= 0:
        return _thinned(posts, keep=max(1, len(posts) + more))
    alike = (posts[at % len(posts)] for at in range(more))
    highest = max(post.number for post in posts)
    return [*posts, *(replace(one, number=highest + at) for at, one in enumerate(alike, start=1))]


def skill_sets(matters: Sequence[str], *, seats: int, skills: Skills) -> list[frozenset[str]]:
    """What each of `seats` serves: every set of so many matters in turn, sets far apart first."""
    if skills == "all" or skills >= len(matters):
        return [frozenset({GENERAL})] * seats
    known = [one for one in matters if one != GENERAL] or [*matters]
    sets = _spread([frozenset(one) for one in combinations(known, min(skills, len(known)))])
    return [sets[at % len(sets)] for at in range(seats)]


def joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Spans without gaps between them as one: nobody signs out at midnight to sign in again."""
    before: Span | None = None
    for one in sorted(spans):
        if before is None or one[0] > before[1]:
            if before is not None:
                yield before
            before = one
        else:
            before = before[0], max(before[1], one[1])
    if before is not None:
        yield before


def _matters(group: SeatGroup, matters: Sequence[str]) -> list[frozenset[str]]:
    if group.matters:
        return [frozenset(group.matters)] * group.count
    return skill_sets(matters, seats=group.count, skills=group.skills)


def _repeated(spans: Sequence[Span], *, days: int) -> Iterator[Span]:
    """Every day's, the end of the night shift that began the day before the first, and those of the day after the last:
    whoever comes shortly before its midnight is served after it."""
    each = ((start + day * DAY_S, end + day * DAY_S) for day in range(-1, days + 1) for start, end in spans)
    return ((max(start, 0.0), end) for start, end in each if end > 0)


def _thinned(posts: Sequence[Post], *, keep: int) -> list[Post]:
    """Every so-manieth goes, so that each kind of seat loses its share."""
    gone = len(posts) - keep
    drop = {int((at + 0.5) * len(posts) / gone) for at in range(gone)}
    return [post for at, post in enumerate(posts) if at not in drop]


def _spread(sets: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    """Ordered so that any first few cover the matters evenly."""
    left, found = list(sets), list[frozenset[str]]()
    while left:
        used = list(chain.from_iterable(found))
        best = min(left, key=lambda one: (max(used.count(matter) for matter in one), sum(map(used.count, one))))
        left.remove(best)
        found.append(best)
    return found
