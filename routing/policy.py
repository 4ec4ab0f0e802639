"""Who gets whom: pure, no I/O, no clock of its own (DESIGN §5).

    line (best place first) × seats on duty ─▶ for each caller: last lawyer, if there is room
                                                                (hands full, within the grace: wait for them a little)
                                                                else specialist before a scarce generalist,
                                                                then the less loaded, then the longest idle
    Who waited for a while may have a lawyer of another matter (relaxation.py), but one who knows theirs goes first.

A generalist is scarce where few of their places are left, or no more than there are callers whom nobody else serves.

Every choice leaves its explanation; every hold leaves the instant at which to look again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from routing.candidates import Caller, Candidate, Seats, kind_of
from routing.pool import Pool
from routing.relaxation import Reach, reach_of
from routing.settings import RoutingSettings


@dataclass(frozen=True, slots=True)
class Match:
    """This interaction for this seat, and why; `calls`: the seat takes nothing beside it."""

    interaction_id: UUID
    seat_id: UUID
    why: dict[str, Any]
    calls: bool = False


@dataclass(frozen=True, slots=True)
class Matching:
    """The matches of a round, who waits for a lawyer they know, and when the first of these stops waiting.

    `room`: places are left, so that those behind whoever is held could be served.
    """

    matches: tuple[Match, ...]
    held: frozenset[UUID]
    due_at: datetime | None
    room: bool

    def reads_on(self, held: frozenset[UUID]) -> bool:
        """Whether to look beyond those who wait for a lawyer they know, where `held` were known to do so before."""
        return self.room and not self.held <= held


def match(line: Sequence[Caller], seats: Seats, *, now: datetime, settings: RoutingSettings) -> Matching:
    """Matches callers to seats with room, best place first; no seat beyond its slots, no excluded pair."""
    pool = Pool(seats, scarce=_generalists_are_scarce(line, seats, settings), settings=settings)
    matches: list[Match] = []
    held: dict[UUID, datetime] = {}
    for place, caller in enumerate(sorted(line, key=lambda one: (one.rank_at, one.interaction_id)), start=1):
        until = pool.held_until(caller)
        if until is not None and now < until:
            held[caller.interaction_id] = until
            continue
        reach = reach_of(caller.need, caller.waiting_since, now=now, settings=settings)
        chosen = pool.take(caller, reach)
        if chosen is not None:
            matches.append(_explained(caller, *chosen, reach=reach, place=place, pool=pool, now=now))
    return Matching(tuple(matches), frozenset(held), min(held.values(), default=None), pool.room)


def _generalists_are_scarce(line: Sequence[Caller], seats: Seats, settings: RoutingSettings) -> bool:
    places = sum(one.slots for one in seats.generalists())
    callers = Counter(kind_of(one.need) for one in line)
    needs = {kind_of(one.need): one.need for one in line}
    only_theirs = sum(callers[kind] for kind, need in needs.items() if not seats.specialist_serves(need))
    return 0 < places <= max(settings.generalist_reserve, only_theirs)


def _explained(
    caller: Caller, seat: Candidate, chosen_for: str, *, reach: Reach, place: int, pool: Pool, now: datetime
) -> Match:
    """`eligible` had room, `full` had none, `excluded` may not: together all on duty who could serve the need by now.

    `load` is what the seat had in hand, `most` how much it may have at once, now. `relaxed_to` is there where the seat
    does not know the matter: how far from it the skill lies.
    """
    able = pool.able(caller.need, reach)
    distance = pool.distance(seat, caller.need)
    excluded = {seat_id: reason for seat_id, reason in caller.exclusions.items() if seat_id in able.had_room}
    spared = Counter(able.had_room[seat_id] for seat_id in excluded)
    why: dict[str, Any] = {
        "eligible": able.counts[True] - spared[True],
        "full": able.counts[False] - spared[False],
        "excluded": dict(Counter(excluded.values())),
        "chosen_for": chosen_for,
        "load": pool.load(seat) - 1,
        "most": seat.load + seat.slots,
        "idle_s": round((now - seat.idle_since).total_seconds(), 1),
        "waited_s": round((now - caller.waiting_since).total_seconds(), 1),
        "urgency": int(caller.need.urgency),
        "place": place,
    }
    if distance is not Reach.OWN:
        why["relaxed_to"] = distance.name.lower()
    owed = {} if caller.work is None else {"work": caller.work}
    return Match(caller.interaction_id, seat.seat_id, why | owed, caller.calls)
