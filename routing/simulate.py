"""A day of the hotline on a virtual clock, decided by the router's own policy.

    arrivals ──▶ line ──▶ round: the same window, the same `match` ──▶ offer ─┬─ answered ──▶ talk ─▶ wrap-up ─▶ free
                 ▲ │                                                          ├─ missed ────▶ away after several
                 │ └─▶ hung up: patience ends, also while it rings            └─ declined
                 └────────────────── the old place; a pause for the pair ◀──────┘

    A heap of instants takes the place of wakes and due times: each change that may free somebody runs a round at once,
    and what the policy says is due by time alone is looked at then.

Nothing about who gets whom is decided here: lines, ramp-up, leases and pauses are those of `routing/`, and so are the
settings. What is of the simulation: who comes (arrivals), who sits there (posts), how they answer (Answering).
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

from routing import policy
from routing.candidates import Caller, Candidate, Seats
from routing.needs import rank_at
from routing.policy import Matching
from routing.settings import RoutingSettings
from routing.simulation.arrivals import Arrival
from routing.simulation.line import VirtualLine
from routing.simulation.posts import Post
from routing.simulation.scenario import Answering
from routing.simulation.seats import VirtualSeat
from routing.simulation.visits import Fate, Visit

# Any Monday's midnight: the policy works with instants, a simulated day with seconds since then.
MIDNIGHT = datetime(2001, 1, 1, tzinfo=UTC)
# Fractions of its multiples fill [0, 1) evenly: each further seat a visitor rings at behaves as if drawn anew.
_GOLDEN = (math.sqrt(5) - 1) / 2


class Policy(Protocol):
    """Who gets whom: `routing.policy.match`, or what it is compared with."""

    def __call__(
        self, line: Sequence[Caller], seats: Seats, *, now: datetime, settings: RoutingSettings
    ) -> Matching: ...


class Watcher(Protocol):
    """Looks on while somebody begins to wait; it changes nothing."""

    def __call__(self, visit: Visit, day: Day) -> None: ...


@dataclass(frozen=True, slots=True)
class Course:
    """How it went: every visit in order of arrival, over whose posts."""

    visits: Sequence[Visit]
    posts: Sequence[Post]


def simulate(
    arrivals: Iterable[Arrival],
    posts: Sequence[Post],
    *,
    settings: RoutingSettings,
    answering: Answering | None = None,
    match: Policy = policy.match,
    watcher: Watcher | None = None,
) -> Course:
    """The course of a day; it ends when the last who will be served is, so that no wait is cut off."""
    day = Day(posts, settings=settings, answering=answering or Answering(), match=match, watcher=watcher)
    return Course(day.run(arrivals), posts)


class Day:
    """The line, the seats and the heap of what will happen."""

    def __init__(
        self,
        posts: Sequence[Post],
        *,
        settings: RoutingSettings,
        answering: Answering,
        match: Policy,
        watcher: Watcher | None,
    ) -> None:
        self.line = VirtualLine()
        self.seats = {post.seat_id: VirtualSeat(post, now=MIDNIGHT) for post in posts}
        self.settings = settings
        # In order: who left the line, answered or hung up, and whose seat is free again.
        self.left: list[Visit] = []
        self.finished: list[Visit] = []
        self.now_s = 0.0
        self.now = MIDNIGHT
        self._answering = answering
        self._match = match
        self._watcher = watcher
        self._heap: list[tuple[float, int, Callable[..., None], tuple[object, ...]]] = []
        self._scheduled = 0
        self._look_at_s = math.inf
        self._visits: dict[UUID, Visit] = {}

    def run(self, arrivals: Iterable[Arrival]) -> list[Visit]:
        """Runs until nothing more happens."""
        for seat in self.seats.values():
            for start_s, end_s in seat.post.spans:
                self._at(start_s, self._sign_in, seat)
                if end_s < math.inf:
                    self._at(max(start_s, end_s - self.settings.shift_tail_s), self._sign_out, seat)
        self._visits = {one.interaction_id: one for one in map(self._visit, range(1, 1 << 62), arrivals)}
        for visit in self._visits.values():
            self._at(visit.arrival.at_s, self._arrive, visit)
        while self._heap:
            self.now_s, _, happen, to = heapq.heappop(self._heap)
            self.now = _instant(self.now_s)
            happen(*to)
        return [*self._visits.values()]

    def _visit(self, number: int, arrival: Arrival) -> Visit:
        since = _instant(arrival.at_s)
        place = rank_at(since, urgency=arrival.need.urgency, settings=self.settings)
        return Visit(arrival, Caller(UUID(int=number), arrival.need, since, place))

    def _at(self, at_s: float, happen: Callable[..., None], *to: object) -> None:
        self._scheduled += 1
        heapq.heappush(self._heap, (at_s, self._scheduled, happen, to))

    def _sign_in(self, seat: VirtualSeat) -> None:
        seat.signed_in = True
        seat.misses = 0
        seat.change(signed_in_at=self.now, idle_since=self.now)
        self._round()

    def _sign_out(self, seat: VirtualSeat) -> None:
        """Gets nothing more, a while before the shift is over; what is in hand is finished."""
        seat.signed_in = False

    def _arrive(self, visit: Visit) -> None:
        visit.fate = Fate.WAITING
        self.line.join(visit.caller)
        if visit.arrival.patience_s < math.inf:
            self._at(self.now_s + visit.arrival.patience_s, self._hang_up, visit)
        self._round()
        if self._watcher is not None and visit.fate is Fate.WAITING:
            self._watcher(visit, self)

    def _hang_up(self, visit: Visit) -> None:
        if visit.fate is Fate.WAITING:
            self.line.leave(visit.caller)
            visit.fate = Fate.ABANDONED
        elif visit.fate is Fate.OFFERED:
            visit.fate = Fate.ABANDONED
            self._put_down(visit)
            self._round()
        else:
            return
        visit.ended_at_s = self.now_s
        self.left.append(visit)

    def _look(self) -> None:
        if self.now_s >= self._look_at_s:
            self._look_at_s = math.inf
            self._round()

    def _round(self) -> None:
        """A matching round, and another for as long as it made offers and somebody waits."""
        while len(self.line):
            ramp_up = self.settings.ramp_up
            duty = [one for one in self.seats.values() if one.on_duty]
            candidates = [one.candidate(self.now, ramp_up) for one in duty]
            free = any(one.slots > 0 for one in candidates)
            matching = self._matching(Seats(candidates)) if free else None
            for found in matching.matches if matching else ():
                self._offer(self._visits[found.interaction_id], self.seats[found.seat_id])
            if matching is None or not matching.matches:
                due = [*self._due(matching, candidates), *(one.changes_at for one in duty)]
                self._look_by(min((at for at in due if at is not None), default=None))
                return

    def _due(self, matching: Matching | None, candidates: Sequence[Candidate]) -> tuple[datetime | None, ...]:
        """What the policy waits for, and when next somebody may have a lawyer of another matter."""
        if matching is None:
            return ()
        return matching.due_at, self.line.next_step(Seats(candidates), now=self.now, settings=self.settings)

    def _matching(self, seats: Seats) -> Matching:
        held: frozenset[UUID] = frozenset()
        while True:
            line = self.line.window(seats, now=self.now, settings=self.settings, beyond=2 * len(held))
            matching = self._match(line, seats, now=self.now, settings=self.settings)
            if not matching.reads_on(held):
                return matching
            held = matching.held

    def _look_by(self, due_at: datetime | None) -> None:
        if due_at is not None and (due_s := (due_at - MIDNIGHT).total_seconds()) < self._look_at_s:
            self._look_at_s = due_s
            self._at(due_s, self._look)

    def _offer(self, visit: Visit, seat: VirtualSeat) -> None:
        self.line.leave(visit.caller)
        visit.fate = Fate.OFFERED
        visit.offer += 1
        visit.seat_number = seat.post.number
        seat.load(+1)
        lease_s = self.settings.offer.lease(visit.arrival.need.channel).total_seconds()
        answer, after_s = self._answer(visit)
        if answer is None or after_s > lease_s:
            self._at(self.now_s + lease_s, self._lapse, visit, visit.offer)
        else:
            self._at(self.now_s + after_s, answer, visit, visit.offer)

    def _answer(self, visit: Visit) -> tuple[Callable[[Visit, int], None] | None, float]:
        """What the seat does about the visitor's ring, and after how long; None does nothing."""
        luck = (visit.arrival.luck + visit.offer * _GOLDEN) % 1.0
        behaves = self._answering
        if luck < behaves.missed:
            return None, math.inf
        luck = (luck - behaves.missed) / (1.0 - behaves.missed)
        if luck < behaves.declined:
            return self._decline, -behaves.mean_s * math.log1p(-luck / behaves.declined)
        luck = (luck - behaves.declined) / (1.0 - behaves.declined)
        return self._accept, -behaves.mean_s * math.log1p(-luck)

    def _accept(self, visit: Visit, offer: int) -> None:
        if visit.fate is not Fate.OFFERED or visit.offer != offer:
            return
        visit.fate = Fate.SERVED
        self._seat_of(visit).misses = 0
        visit.answered_at_s = self.now_s
        visit.talk_ends_at_s = self.now_s + visit.arrival.talk_s
        visit.ended_at_s = visit.talk_ends_at_s + visit.arrival.wrap_up_s
        self.left.append(visit)
        self._at(visit.ended_at_s, self._finish, visit)

    def _decline(self, visit: Visit, offer: int) -> None:
        if visit.fate is Fate.OFFERED and visit.offer == offer:
            self._seat_of(visit).misses = 0
            self._back_in_line(visit, reason="declined")
            self._round()

    def _lapse(self, visit: Visit, offer: int) -> None:
        if visit.fate is not Fate.OFFERED or visit.offer != offer:
            return
        seat = self._seat_of(visit)
        seat.misses += 1
        if seat.misses >= self.settings.misses_before_away:
            seat.away, seat.misses = True, 0
            self._at(self.now_s + self._answering.away_s, self._come_back, seat)
        self._back_in_line(visit, reason="lapsed")
        self._round()

    def _back_in_line(self, visit: Visit, *, reason: str) -> None:
        """At its old place; the same seat is not asked again for a while."""
        until = self.now + timedelta(seconds=self.settings.declined_pause_s)
        self.line.bar(visit.interaction_id, self._seat_of(visit).post.seat_id, reason=reason, until=until)
        self._put_down(visit)
        visit.fate = Fate.WAITING
        self.line.join(visit.caller)
        self._at((until - MIDNIGHT).total_seconds(), self._round)

    def _come_back(self, seat: VirtualSeat) -> None:
        seat.away = False
        seat.change(idle_since=self.now)
        self._round()

    def _finish(self, visit: Visit) -> None:
        seat = self._seat_of(visit)
        seat.change(load=seat.duty.load - 1, idle_since=self.now)
        self.finished.append(visit)
        self._round()

    def _put_down(self, visit: Visit) -> None:
        self._seat_of(visit).load(-1)

    def _seat_of(self, visit: Visit) -> VirtualSeat:
        assert visit.seat_number is not None  # noqa: S101 - an offer names its seat
        return self.seats[UUID(int=visit.seat_number)]


def _instant(at_s: float) -> datetime:
    return MIDNIGHT + timedelta(seconds=at_s)
