"""Whose lawyers may serve a need, the longer somebody waits: the place in line stays, the skill asked for widens.

    OWN ── neighbour_s ──▶ NEIGHBOUR ── any_s ──▶ ANY
    knows the matter,      or a neighbouring      any lawyer of the language and channel
    or every matter        one (a settable map)

Generalists serve from the start: keeping them back would only make people wait. The more urgent get there sooner, in
danger at once. Language and channel never relax: another lawyer's words would not be understood, another channel has
nobody at its end. Nobody therefore waits for a skill that nobody on duty has. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Protocol

from interactions.model import GENERAL, Need, Urgency
from routing.candidates import Candidate, Seats
from routing.settings import RoutingSettings

_NONE: frozenset[str] = frozenset()
_ALL = frozenset({GENERAL})


class Reach(IntEnum):
    """How far from the matter asked for a lawyer's skill may lie."""

    OWN = 0
    NEIGHBOUR = 1
    ANY = 2


def opens_after(reach: Reach, urgency: Urgency, settings: RoutingSettings) -> timedelta:
    """After how long in line somebody gets this far."""
    steps = settings.relaxation
    after_s = (0.0, steps.neighbour_s, steps.any_s)[reach]
    return timedelta(seconds=after_s * steps.pace(urgency))


def reach_of(need: Need, waiting_since: datetime, *, now: datetime, settings: RoutingSettings) -> Reach:
    """How far somebody who waits since then gets now."""
    waited = now - waiting_since
    return max(one for one in Reach if one is Reach.OWN or waited >= opens_after(one, need.urgency, settings))


def further(matter: str, reach: Reach, settings: RoutingSettings) -> frozenset[str]:
    """The matters besides their own whose lawyers may serve, `general` for any; none for who takes anybody anyway."""
    if reach is Reach.OWN or matter == GENERAL:
        return _NONE
    return _ALL if reach is Reach.ANY else settings.relaxation.neighbours.get(matter, _NONE)


class Serving(Protocol):
    """A seat as far as its skills go."""

    def can_serve(self, need: Need, further: frozenset[str]) -> bool:
        """Whether skills and channel fit."""


def somebody_serves(
    seats: Iterable[Serving], need: Need, waiting_since: datetime, *, now: datetime, settings: RoutingSettings
) -> bool:
    """Whether any of the seats could have by now who waits since then, with room or without."""
    known = further(need.matter, reach_of(need, waiting_since, now=now, settings=settings), settings)
    return any(one.can_serve(need, known) for one in seats)


def widening(seats: Seats, need: Need, settings: RoutingSettings) -> Iterator[tuple[Reach, list[Candidate]]]:
    """Each reach at which more seats with room can serve than at the one before, with these seats."""
    before = 0
    for reach in Reach:
        able = [one for one in seats.who_serve(need, further(need.matter, reach, settings)) if one.slots > 0]
        if len(able) > before:
            before = len(able)
            yield reach, able


def since_at_latest(reach: Reach, *, now: datetime, settings: RoutingSettings) -> Sequence[datetime]:
    """By urgency: who waits since then or longer gets this far."""
    return [now - opens_after(reach, one, settings) for one in Urgency]


def ranked_at_latest(reach: Reach, *, now: datetime, settings: RoutingSettings) -> datetime:
    """Whoever gets this far has a place before this one: where reading the line may end."""
    return now - min(_from_rank(reach, settings))


def steps_to(seats: Seats, need: Need, settings: RoutingSettings) -> set[timedelta]:
    """How long after the instant of their place people with this need may get as far as more seats with room."""
    reaches = (reach for reach, _ in widening(seats, need, settings) if reach is not Reach.OWN)
    return {after for reach in reaches for after in _from_rank(reach, settings)}


def _from_rank(reach: Reach, settings: RoutingSettings) -> list[timedelta]:
    """A place lies a head start before the arrival, a step some time after it."""
    return [opens_after(reach, one, settings) + settings.head_start_s.of(one) for one in Urgency]
