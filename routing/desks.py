"""Seats of the same skills as desks, and what the shift plan will make of them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from interactions.model import GENERAL, Need, Urgency
from routing.candidates import Kind, fits, kind_of
from routing.estimate import Desk, Plan

Skills = tuple[frozenset[str], frozenset[str], frozenset[str]]
# At an instant (seconds from now), so many places of these skills more, or fewer.
Change = tuple[float, Skills, int]


def kinds_in_the_way(mine: Collection[Kind], waiting: Collection[Need], skills: Collection[Skills]) -> list[Kind]:
    """The needs asked about, and those in line that a seat on duty serves: the others keep nobody waiting."""
    served = (need for need in waiting if any(_serves(one, need) for one in skills))
    return sorted({*mine, *(kind_of(need) for need in served)})


def desks(skills: Mapping[Skills, int], kinds: Sequence[Kind]) -> list[Desk]:
    """The places by what they serve of `kinds`, numbered in that order."""
    needs = [Need(*kind, Urgency.NORMAL) for kind in kinds]
    places: Counter[tuple[int, ...]] = Counter()
    for one, count in skills.items():
        places[tuple(at for at, need in enumerate(needs) if _serves(one, need))] += count
    return [Desk(serves, count) for serves, count in places.items()]


def planned(skills: Mapping[Skills, int], changes: Iterable[Change], kinds: Sequence[Kind]) -> Plan:
    """How many places serve each of `kinds` from each change on; never below none, whatever the plan says."""
    needs = [Need(*kind, Urgency.NORMAL) for kind in kinds]
    now = [sum(count for one, count in skills.items() if _serves(one, need)) for need in needs]
    steps: list[tuple[float, Sequence[int]]] = []
    for at_s, one, more in sorted(changes, key=lambda change: change[0]):
        now = [max(0, count + more * _serves(one, need)) for count, need in zip(now, needs, strict=True)]
        steps.append((max(0.0, at_s), now))
    return steps


def by_anybody(skills: Mapping[Skills, int], kinds: Sequence[Kind]) -> dict[int, int]:
    """For each of `kinds`, by number, the places of any lawyer of its language and channel."""
    needs = (Need(channel, GENERAL, language, Urgency.NORMAL) for channel, _, language in kinds)
    return {at: sum(count for one, count in skills.items() if _serves(one, need)) for at, need in enumerate(needs)}


def _serves(skills: Skills, need: Need) -> bool:
    matters, languages, channels = skills
    return fits(need, matters=matters, languages=languages, channels=channels)
