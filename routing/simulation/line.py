"""The line of a simulated day: it gives the policy the same window of callers as `routing/line.py` does by SQL.

    needs waiting ─▶ needs that a seat with room can serve ─▶ the first k of each whom not all of these seats are barred

Both are held against each other in `tests/contract/test_line_window.py`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice, takewhile
from uuid import UUID

from interactions.model import Need
from routing.candidates import Caller, Candidate, Kind, Seats, kind_of
from routing.relaxation import Reach, ranked_at_latest, since_at_latest, steps_to, widening
from routing.settings import RoutingSettings

_Place = tuple[datetime, UUID, Caller]
_Barred = dict[UUID, tuple[str, datetime | None]]


class VirtualLine:
    """Those who wait, by need and in order of their place."""

    def __init__(self) -> None:
        self._kinds: dict[Kind, list[_Place]] = {}
        self._needs: dict[Kind, Need] = {}
        self._barred: dict[UUID, _Barred] = {}
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def needs(self) -> list[Need]:
        """The distinct needs in line."""
        return [self._needs[kind] for kind, places in self._kinds.items() if places]

    def join(self, caller: Caller) -> None:
        """Takes a place, or the old one again."""
        kind = kind_of(caller.need)
        self._needs.setdefault(kind, caller.need)
        insort(self._kinds.setdefault(kind, []), (caller.rank_at, caller.interaction_id, caller))
        self._length += 1

    def leave(self, caller: Caller) -> None:
        """Is served, or hangs up."""
        places = self._kinds[kind_of(caller.need)]
        del places[bisect_left(places, (caller.rank_at, caller.interaction_id))]
        self._length -= 1

    def bar(self, interaction_id: UUID, seat_id: UUID, *, reason: str, until: datetime | None) -> None:
        """Keeps a seat from an interaction until `until`, or for good."""
        self._barred.setdefault(interaction_id, {})[seat_id] = reason, until

    def before(self, caller: Caller) -> Mapping[Kind, int]:
        """How many of each need stand before a place."""
        place = (caller.rank_at, caller.interaction_id)
        return {kind: bisect_left(places, place) for kind, places in self._kinds.items() if places}

    def window(self, seats: Seats, *, now: datetime, settings: RoutingSettings, beyond: int = 0) -> list[Caller]:
        """Those whom `seats` with room could take now: of each need as many as there are slots for it, and `beyond`."""
        found: dict[UUID, Caller] = {}
        for kind, places in self._kinds.items():
            for reach, able in widening(seats, self._needs[kind], settings) if places else ():
                free = self._free_for(able, places, now)
                if reach is not Reach.OWN:
                    free = _as_far_as(reach, free, now, settings)
                most = sum(one.slots for one in able) + beyond
                found |= {one.interaction_id: one for one in islice(free, most)}
        return [*found.values()]

    def next_step(self, seats: Seats, *, now: datetime, settings: RoutingSettings) -> datetime | None:
        """When next somebody in line may get as far as more of `seats` with room; never later than it is."""
        found: list[datetime] = []
        for kind, places in self._kinds.items():
            for after in steps_to(seats, self._needs[kind], settings) if places else ():
                at = bisect_right(places, now - after, key=_rank)
                found += [one[0] + after for one in places[at : at + 1]]
        return min(found, default=None)

    def _free_for(self, able: list[Candidate], places: list[_Place], now: datetime) -> Iterator[Caller]:
        for _, interaction_id, caller in places:
            if not (barred := self._barred.get(interaction_id)):
                yield caller
                continue
            live = {seat_id: why for seat_id, (why, until) in barred.items() if until is None or until > now}
            if not all(one.seat_id in live for one in able):
                yield replace(caller, exclusions=live)


def _as_far_as(reach: Reach, callers: Iterator[Caller], now: datetime, settings: RoutingSettings) -> Iterator[Caller]:
    """Who waits long enough; from a certain place on nobody does."""
    last = ranked_at_latest(reach, now=now, settings=settings)
    since = since_at_latest(reach, now=now, settings=settings)
    within = takewhile(lambda one: one.rank_at <= last, callers)
    return (one for one in within if one.waiting_since <= since[one.need.urgency])


def _rank(place: _Place) -> datetime:
    return place[0]
