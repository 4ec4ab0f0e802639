"""What everybody would have been told when they began to wait, by the estimate residents are told, and if it held."""

from __future__ import annotations

import math
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from routing.candidates import kind_of
from routing.desks import Change, Skills, by_anybody, desks, kinds_in_the_way, planned
from routing.estimate import Place, Staffing
from routing.handling import Observed, Talks, pace
from routing.relaxation import Reach, opens_after
from routing.settings import EstimateSettings
from routing.simulate import Course, Day
from routing.simulation.visits import Visit

# As many of the latest talks, and of those who left the line, as the estimate looks back on.
LATEST = EstimateSettings().latest


class Announcer:
    """Looks on while people begin to wait, and keeps what they are told."""

    def __init__(self) -> None:
        self.told: dict[UUID, Place] = {}
        self._talks: deque[Visit] = deque(maxlen=LATEST)
        self._left: deque[Visit] = deque(maxlen=LATEST)
        self._seen = [0, 0]
        self._observed_at_s = -math.inf
        self._observation = Observed()

    def __call__(self, visit: Visit, day: Day) -> None:
        """The first announcement."""
        skills = self._skills(day)
        ahead = day.line.before(visit.caller)
        mine = kind_of(visit.caller.need)
        kinds = kinds_in_the_way([mine], day.line.needs, skills)
        settings = day.settings
        seen = self._observed(day)
        moves = pace(seen, kinds, default_s=settings.handling_default_s, weight=settings.handling_sample)
        plan = planned(skills, self._changes(day), kinds)
        staffing = Staffing(desks(skills, kinds), pace=moves, plan=plan, anybody=by_anybody(skills, kinds))
        relaxes_s = opens_after(Reach.ANY, visit.caller.need.urgency, settings).total_seconds()
        before = [ahead.get(kind, 0) for kind in kinds]
        self.told[visit.interaction_id] = staffing.place(kinds.index(mine), before, relaxes_s=relaxes_s)

    def _skills(self, day: Day) -> Counter[Skills]:
        found: Counter[Skills] = Counter()
        for seat in day.seats.values():
            if seat.on_duty:
                found[seat.post.matters, seat.post.languages, seat.post.channels] += seat.post.capacity
        return found

    def _changes(self, day: Day) -> Iterator[Change]:
        """Who will leave by plan, and who will come."""
        horizon_s = day.settings.estimate.horizon_s
        for seat in day.seats.values():
            skills = (seat.post.matters, seat.post.languages, seat.post.channels)
            for start_s, end_s in seat.post.spans:
                if day.now_s < start_s <= day.now_s + horizon_s:
                    yield start_s - day.now_s, skills, seat.post.capacity
                if day.now_s < end_s <= day.now_s + horizon_s and (start_s > day.now_s or seat.on_duty):
                    yield end_s - day.settings.shift_tail_s - day.now_s, skills, -seat.post.capacity

    def _observed(self, day: Day) -> Observed:
        """What the day has shown, looked at as seldom as the router does."""
        if day.now_s >= self._observed_at_s + day.settings.estimate.refresh_s:
            self._observation, self._observed_at_s = self._observe(day), day.now_s
        return self._observation

    def _observe(self, day: Day) -> Observed:
        self._talks.extend(day.finished[self._seen[0] :])
        self._left.extend(day.left[self._seen[1] :])
        self._seen = [len(day.finished), len(day.left)]
        by_matter: defaultdict[str, list[float]] = defaultdict(list)
        for one in self._talks:
            by_matter[one.arrival.need.matter].append(one.arrival.talk_s + one.arrival.wrap_up_s)
        talks = {
            matter: Talks(len(found), sum(found) / len(found), sum(one * one for one in found))
            for matter, found in by_matter.items()
        }
        waits = [one.wait_s for one in self._left if one.wait_s is not None]
        return Observed(talks, sum(one.abandoned for one in self._left), sum(waits))


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many were told an interval, and how many of them waited as long as it said; too short and too long apart.

    Who hung up within the interval or before it is in none of these: nobody knows how long they would have waited.
    """

    told: int
    within: int
    sooner: int
    later: int

    @property
    def share(self) -> float:
        """The share within."""
        return self.within / self.told if self.told else 0.0

    def __add__(self, other: Coverage) -> Coverage:
        """Both together."""
        return Coverage(
            self.told + other.told,
            self.within + other.within,
            self.sooner + other.sooner,
            self.later + other.later,
        )


def coverage(course: Course, announcer: Announcer) -> Coverage:
    """How the announcements of a day turned out."""
    found: Counter[str] = Counter()
    for visit in course.visits:
        place = announcer.told.get(visit.interaction_id)
        if place is None or place.wait_low_s is None or place.wait_high_s is None or visit.wait_s is None:
            continue
        # Told in whole seconds: so are the waits judged.
        waited = round(visit.wait_s)
        if waited > place.wait_high_s:
            found["later"] += 1
        elif visit.served:
            found["sooner" if waited < place.wait_low_s else "within"] += 1
    return Coverage(sum(found.values()), found["within"], found["sooner"], found["later"])
