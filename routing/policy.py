"""Who gets whom: pure, no I/O, no clock of its own (DESIGN §5).

    line (best place first) × free seats ─▶ for each caller: last lawyer, if free
                                                             (full, within the grace: wait for them a little)
                                                             else specialist before a scarce generalist,
                                                             then the less loaded, then the longest idle

Every choice leaves its explanation; every hold leaves the instant at which to look again.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from interactions.model import GENERAL, Need, Urgency
from routing.settings import RoutingSettings


def fits(need: Need, *, matters: frozenset[str], languages: frozenset[str], channels: frozenset[str]) -> bool:
    """Whether skills fit the need. A generalist serves every matter; a matter nobody knows yet fits every lawyer."""
    skilled = GENERAL in matters or need.matter == GENERAL or need.matter in matters
    return skilled and need.language in languages and need.channel in channels


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody in line. `exclusions`: seats that may not get this interaction now, with the reason."""

    interaction_id: UUID
    need: Need
    waiting_since: datetime
    rank_at: datetime
    last_account_id: UUID | None = None
    exclusions: Mapping[UUID, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FreeSeat:
    """A seat that can take `slots` more; `load` is what it has in hand, `idle_since` over all channels."""

    seat_id: UUID
    account_id: UUID
    matters: frozenset[str]
    languages: frozenset[str]
    channels: frozenset[str]
    slots: int
    load: int
    idle_since: datetime

    @property
    def generalist(self) -> bool:
        """Whether it serves every matter."""
        return GENERAL in self.matters

    def can_serve(self, need: Need) -> bool:
        """Whether skills and channel fit; capacity is another question."""
        return fits(need, matters=self.matters, languages=self.languages, channels=self.channels)


@dataclass(frozen=True, slots=True)
class Match:
    """This interaction for this seat, and why."""

    interaction_id: UUID
    seat_id: UUID
    why: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Matching:
    """The matches of a round, and the earliest instant at which waiting for a preferred lawyer ends."""

    matches: tuple[Match, ...]
    due_at: datetime | None


def match(
    line: Sequence[Caller],
    seats: Sequence[FreeSeat],
    *,
    full_accounts: frozenset[UUID],
    now: datetime,
    settings: RoutingSettings,
) -> Matching:
    """Matches callers to free seats, best place first; no seat beyond its slots, no excluded pair.

    `full_accounts`: lawyers on duty whose hands are full; a resident they served last may wait for them a little.
    """
    pool = _Pool(seats, scarce=_generalists_are_scarce(seats, settings))
    matches: list[Match] = []
    holds: list[datetime] = []
    for place, caller in enumerate(sorted(line, key=lambda one: (one.rank_at, one.interaction_id)), start=1):
        until = _held_until(caller, pool, full_accounts, settings)
        if until is not None and now < until:
            holds.append(until)
            continue
        chosen = pool.take(caller)
        if chosen is not None:
            matches.append(_explained(caller, *chosen, place=place, pool=pool, now=now))
    return Matching(tuple(matches), min(holds, default=None))


class _Pool:
    """Free seats with their remaining slots; per need a heap whose stale entries are renewed when they surface."""

    def __init__(self, seats: Sequence[FreeSeat], *, scarce: bool) -> None:
        self.seats = seats
        self._scarce = scarce
        self._taken: Counter[UUID] = Counter()
        self._heaps: dict[tuple[str, str, str], list[tuple[Any, ...]]] = {}
        self._able: dict[tuple[str, str, str], frozenset[UUID]] = {}
        self._by_account: defaultdict[UUID, list[FreeSeat]] = defaultdict(list)
        for one in seats:
            self._by_account[one.account_id].append(one)

    def eligible(self, caller: Caller) -> int:
        """How many seats could have served it at the start of the round, exclusions counted off."""
        self._heap(caller.need)
        able = self._able[_kind(caller.need)]
        return len(able) - sum(1 for seat_id in caller.exclusions if seat_id in able)

    def preferred(self, caller: Caller) -> FreeSeat | None:
        """The free seat of the lawyer who served this resident last."""
        if caller.last_account_id is None:
            return None
        seats = self._by_account.get(caller.last_account_id, ())
        return next((one for one in seats if self._fits(one, caller)), None)

    def take(self, caller: Caller) -> tuple[FreeSeat, str] | None:
        """Takes one slot of the best seat, with what it was chosen for; None where no seat fits."""
        chosen = self.preferred(caller)
        reason = "last_lawyer" if chosen else ""
        if chosen is None:
            chosen = self._best(caller)
            if chosen is None:
                return None
            reason = "specialist" if self._scarce and not chosen.generalist else "longest_idle"
        self._taken[chosen.seat_id] += 1
        return chosen, reason

    def _best(self, caller: Caller) -> FreeSeat | None:
        heap = self._heap(caller.need)
        aside: list[tuple[Any, ...]] = []
        found: FreeSeat | None = None
        while heap and found is None:
            entry = heapq.heappop(heap)
            one: FreeSeat = entry[-1]
            if entry[1] != one.load + self._taken[one.seat_id]:
                heapq.heappush(heap, self._entry(one, caller.need))
                continue
            if self._left(one) <= 0:
                continue
            aside.append(entry)
            found = one if one.seat_id not in caller.exclusions else None
        for entry in aside:
            heapq.heappush(heap, entry)
        return found

    def _heap(self, need: Need) -> list[tuple[Any, ...]]:
        kind = _kind(need)
        if kind not in self._heaps:
            able = [one for one in self.seats if one.can_serve(need)]
            self._able[kind] = frozenset(one.seat_id for one in able)
            self._heaps[kind] = [self._entry(one, need) for one in able]
            heapq.heapify(self._heaps[kind])
        return self._heaps[kind]

    def _entry(self, one: FreeSeat, need: Need) -> tuple[Any, ...]:
        # Scarce generalists are spared; where the matter is unknown, a generalist is the specialist.
        spared = one.generalist if self._scarce else need.matter == GENERAL and not one.generalist
        return (spared, one.load + self._taken[one.seat_id], one.idle_since, one.seat_id, one)

    def _left(self, one: FreeSeat) -> int:
        return one.slots - self._taken[one.seat_id]

    def _fits(self, one: FreeSeat, caller: Caller) -> bool:
        return self._left(one) > 0 and one.can_serve(caller.need) and one.seat_id not in caller.exclusions


def _kind(need: Need) -> tuple[str, str, str]:
    return need.channel, need.matter, need.language


def _generalists_are_scarce(seats: Sequence[FreeSeat], settings: RoutingSettings) -> bool:
    return 0 < sum(one.slots for one in seats if one.generalist) <= settings.generalist_reserve


def _held_until(
    caller: Caller, pool: _Pool, full_accounts: frozenset[UUID], settings: RoutingSettings
) -> datetime | None:
    """Until when to wait for the lawyer who knows the resident; never in danger or before a deadline."""
    if caller.last_account_id not in full_accounts or caller.need.urgency < Urgency.PROTECTED:
        return None
    if pool.preferred(caller) is not None:
        return None
    return caller.waiting_since + timedelta(seconds=settings.preferred_grace_s)


def _explained(caller: Caller, seat: FreeSeat, chosen_for: str, *, place: int, pool: _Pool, now: datetime) -> Match:
    why = {
        "eligible": pool.eligible(caller),
        "excluded": dict(Counter(caller.exclusions.values())),
        "chosen_for": chosen_for,
        "waited_s": round((now - caller.waiting_since).total_seconds(), 1),
        "urgency": int(caller.need.urgency),
        "place": place,
    }
    return Match(caller.interaction_id, seat.seat_id, why)
