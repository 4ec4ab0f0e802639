"""Other ways to hand out the line, to measure ours against: they live here and nowhere in the product.

All of them know skills, languages, channels and capacity; none knows urgency, a scarce generalist or relaxation. First
come, first served; they differ in which of the free seats that fit is taken, the last one in when.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from routing import policy
from routing.candidates import Caller, Candidate, Seats
from routing.policy import Match, Matching
from routing.settings import HeadStartSettings, RelaxationSettings, RoutingSettings
from routing.simulate import MIDNIGHT, Policy

NEVER_S = 1e8
EVEN = HeadStartSettings(danger=0.0, deadline=0.0, protected=0.0)
NEVER = RelaxationSettings(neighbour_s=NEVER_S, any_s=NEVER_S, danger=1.0, deadline=1.0, protected=1.0)
PLAIN = RoutingSettings(head_start_s=EVEN, relaxation=NEVER)
Choose = Callable[[Sequence[Candidate]], Candidate]


def longest_idle() -> Policy:
    """The seat that has been idle for longest."""
    return _each(lambda fitting: min(fitting, key=lambda one: (one.idle_since, one.seat_id)))


def round_robin() -> Policy:
    """The seat after the one served last, in a circle."""
    last = UUID(int=0)

    def next_one(fitting: Sequence[Candidate]) -> Candidate:
        nonlocal last
        chosen = min(fitting, key=lambda one: (one.seat_id <= last, one.seat_id))
        last = chosen.seat_id
        return chosen

    return _each(next_one)


def at_random(seed: int) -> Policy:
    """Any seat."""
    chance = random.Random(seed)
    return _each(lambda fitting: chance.choice(sorted(fitting, key=lambda one: one.seat_id)))


def polled(every_s: float) -> Policy:
    """The longest idle seat, but the line is looked at only so often: a batch job."""
    assign = longest_idle()

    def match(line: Sequence[Caller], seats: Seats, *, now: datetime, settings: RoutingSettings) -> Matching:
        since_s = (now - MIDNIGHT).total_seconds()
        if since_s % every_s == 0:
            return assign(line, seats, now=now, settings=settings)
        next_at = MIDNIGHT + timedelta(seconds=(since_s // every_s + 1) * every_s)
        return Matching((), frozenset(), next_at, False)

    return match


class _NoneReserved(Seats):
    """Seats of which no generalist is ever scarce."""

    def generalists(self) -> list[Candidate]:
        """None to spare."""
        return []


def unreserved(line: Sequence[Caller], seats: Seats, *, now: datetime, settings: RoutingSettings) -> Matching:
    """Ours, but generalists are taken like anybody else."""
    return policy.match(line, _NoneReserved([*seats]), now=now, settings=settings)


def _each(choose: Choose) -> Policy:
    def match(line: Sequence[Caller], seats: Seats, *, now: datetime, settings: RoutingSettings) -> Matching:
        left = Counter({one.seat_id: one.slots for one in seats})
        matches = []
        for caller in sorted(line, key=lambda one: (one.rank_at, one.interaction_id)):
            able = (one for one in seats.who_serve(caller.need) if left[one.seat_id] > 0)
            fitting = [one for one in able if one.seat_id not in caller.exclusions]
            if fitting:
                chosen = choose(fitting)
                left[chosen.seat_id] -= 1
                matches.append(Match(caller.interaction_id, chosen.seat_id, {}))
        return Matching(tuple(matches), frozenset(), None, any(count > 0 for count in left.values()))

    return match
