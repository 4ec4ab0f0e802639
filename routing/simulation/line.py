"""The line of a simulated day: it gives the policy the same window of callers as `routing/line.py` does by SQL.

    needs waiting ─▶ needs that a seat with room can serve ─▶ the first k of each whom not all of these seats are barred

Both are held against each other in `tests/contract/test_line_window.py`.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice
from uuid import UUID

from interactions.model import Need
from routing.candidates import Caller, Candidate, Kind, Seats, kind_of

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

    def __iter__(self) -> Iterator[Caller]:
        """All who wait, need by need."""
        return (caller for places in self._kinds.values() for _, _, caller in places)

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

    def window(self, seats: Seats, *, now: datetime, beyond: int = 0) -> list[Caller]:
        """Those whom `seats` with room could take now: of each need as many as there are slots for it, and `beyond`."""
        found: list[Caller] = []
        for kind, places in self._kinds.items():
            if places:
                able = [one for one in seats.who_serve(self._needs[kind]) if one.slots > 0]
                if able:
                    found += islice(self._free_for(able, places, now), sum(one.slots for one in able) + beyond)
        return found

    def _free_for(self, able: list[Candidate], places: list[_Place], now: datetime) -> Iterator[Caller]:
        for _, interaction_id, caller in places:
            if not (barred := self._barred.get(interaction_id)):
                yield caller
                continue
            live = {seat_id: why for seat_id, (why, until) in barred.items() if until is None or until > now}
            if not all(one.seat_id in live for one in able):
                yield replace(caller, exclusions=live)
