"""The seats of one round, with the places that are left, and the best of them for a caller."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from interactions.model import GENERAL, Need, Urgency
from routing.candidates import Caller, Candidate, Kind, Seats, kind_of
from routing.relaxation import Reach, further
from routing.settings import RoutingSettings

_Asked = tuple[Kind, Reach]
# Where an entry of a heap holds the load it was made for.
_LOAD = 2


@dataclass(frozen=True, slots=True)
class Able:
    """Seats by whether they had room, and how many had."""

    had_room: Mapping[UUID, bool]
    counts: Mapping[bool, int]


class Pool:
    """Seats with their remaining slots; per need a heap whose stale entries are renewed when they surface."""

    def __init__(self, seats: Seats, *, scarce: bool, settings: RoutingSettings) -> None:
        self._seats = seats
        self._scarce = scarce
        self._settings = settings
        self._taken: Counter[UUID] = Counter()
        self._calling: set[UUID] = set()
        self._heaps: dict[_Asked, list[tuple[Any, ...]]] = {}
        self._able: dict[_Asked, Able] = {}
        self._serving: dict[_Asked, list[Candidate]] = {}

    @property
    def room(self) -> bool:
        """Whether any place is left."""
        return any(self._left(one) > 0 for one in self._seats)

    def able(self, need: Need, reach: Reach) -> Able:
        """The seats on duty that could serve `need`, as they were at the start of the round."""
        asked = kind_of(need), reach
        if asked not in self._able:
            able = {one.seat_id: one.slots > 0 for one in self._who_serve(need, reach)}
            self._able[asked] = Able(able, Counter(able.values()))
        return self._able[asked]

    def held_until(self, caller: Caller) -> datetime | None:
        """Until when to wait for the lawyer who knows the resident; never in danger or before a deadline."""
        known = self._known(caller)
        if not known or caller.need.urgency < Urgency.PROTECTED or any(self._left(one) > 0 for one in known):
            return None
        until = caller.waiting_since + timedelta(seconds=self._settings.preferred_grace_s)
        # Protected minutes that outlast the grace: there is nothing to wait for.
        in_time = (one for one in known if one.protected_until is None or one.protected_until <= until)
        return until if any(in_time) else None

    def take(self, caller: Caller, reach: Reach) -> tuple[Candidate, str] | None:
        """Takes one slot of the best seat, with what it was chosen for; None where no seat fits."""
        chosen = next((one for one in self._known(caller) if self._left(one) > 0), None)
        reason = "last_lawyer"
        if chosen is None:
            chosen = self._best(caller, reach)
            if chosen is None:
                return None
            reason = self._reason(chosen, caller.need)
        self._taken[chosen.seat_id] += 1
        if caller.calls:
            self._calling.add(chosen.seat_id)
        return chosen, reason

    def distance(self, one: Candidate, need: Need) -> Reach:
        """How far a seat's skill lies from the need."""
        return next(reach for reach in Reach if one.can_serve(need, further(need.matter, reach, self._settings)))

    def load(self, one: Candidate) -> int:
        """What it has in hand, with what it got in this round."""
        return one.load + self._taken[one.seat_id]

    def _known(self, caller: Caller) -> list[Candidate]:
        """Where the lawyer who served this resident last sits, if they may serve this interaction, too."""
        if caller.last_account_id is None:
            return []
        theirs = self._seats.of_account(caller.last_account_id, caller.need)
        return [one for one in theirs if one.seat_id not in caller.exclusions]

    def _reason(self, chosen: Candidate, need: Need) -> str:
        if self._scarce and not chosen.generalist:
            return "specialist"
        if not self._scarce and need.matter == GENERAL and chosen.generalist:
            return "generalist"
        return "longest_idle"

    def _best(self, caller: Caller, reach: Reach) -> Candidate | None:
        heap = self._heap(caller.need, reach)
        aside: list[tuple[Any, ...]] = []
        found: Candidate | None = None
        while heap and found is None:
            entry = heapq.heappop(heap)
            one: Candidate = entry[-1]
            if entry[_LOAD] != self.load(one):
                heapq.heappush(heap, self._entry(one, caller.need))
                continue
            if self._left(one) <= 0:
                continue
            aside.append(entry)
            found = one if one.seat_id not in caller.exclusions else None
        for entry in aside:
            heapq.heappush(heap, entry)
        return found

    def _heap(self, need: Need, reach: Reach) -> list[tuple[Any, ...]]:
        asked = kind_of(need), reach
        if asked not in self._heaps:
            self._heaps[asked] = [self._entry(one, need) for one in self._who_serve(need, reach) if one.slots > 0]
            heapq.heapify(self._heaps[asked])
        return self._heaps[asked]

    def _entry(self, one: Candidate, need: Need) -> tuple[Any, ...]:
        # Scarce generalists are spared; where the matter is unknown, a generalist is the specialist.
        spared = one.generalist if self._scarce else need.matter == GENERAL and not one.generalist
        # Who knows the matter goes first, however idle the others are.
        return (self.distance(one, need), spared, self.load(one), one.idle_since, one.seat_id, one)

    def _who_serve(self, need: Need, reach: Reach) -> list[Candidate]:
        asked = kind_of(need), reach
        if asked not in self._serving:
            self._serving[asked] = self._seats.who_serve(need, further(need.matter, reach, self._settings))
        return self._serving[asked]

    def _left(self, one: Candidate) -> int:
        return 0 if one.seat_id in self._calling else one.slots - self._taken[one.seat_id]
