"""What everybody would have been told when they began to wait, by the estimate residents are told, and if it held."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from routing.candidates import kind_of
from routing.desks import Change, Skills, kinds_in_the_way
from routing.estimate import Place
from routing.relaxation import Reach, opens_after
from routing.simulate import Course, Day
from routing.simulation.arrivals import DAY_S, HOUR_S
from routing.simulation.looking_back import LookingBack
from routing.simulation.visits import Visit
from routing.staffing import staffing


class Announcer:
    """Looks on while people begin to wait, and keeps what they are told."""

    def __init__(self) -> None:
        self.told: dict[UUID, Place] = {}
        self._looking_back = LookingBack()

    def __call__(self, visit: Visit, day: Day) -> None:
        """The first announcement."""
        skills = self._skills(day)
        ahead = day.line.before(visit.caller)
        mine = kind_of(visit.caller.need)
        kinds = kinds_in_the_way([mine], day.line.needs, skills)
        settings = day.settings
        seen = self._looking_back.look(day)
        found = staffing(kinds, skills=skills, changes=self._changes(day), seen=seen, settings=settings)
        relaxes_s = opens_after(Reach.ANY, visit.caller.need.urgency, settings).total_seconds()
        before = [ahead.get(kind, 0) for kind in kinds]
        self.told[visit.interaction_id] = found.place(kinds.index(mine), before, relaxes_s=relaxes_s)

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


NOBODY = Coverage(0, 0, 0, 0)


def coverage(course: Course, announcer: Announcer) -> Mapping[int, Coverage]:
    """How the announcements turned out, by the hour of the day at which they were made."""
    found: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for visit in course.visits:
        if (how := _turned_out(visit, announcer.told.get(visit.interaction_id))) is not None:
            found[int(visit.arrival.at_s % DAY_S // HOUR_S)][how] += 1
    return {
        hour: Coverage(sum(of.values()), of["within"], of["sooner"], of["later"]) for hour, of in sorted(found.items())
    }


def together(found: Sequence[Mapping[int, Coverage]]) -> Mapping[int, Coverage]:
    """Of several courses, hour by hour."""
    hours = sorted({hour for one in found for hour in one})
    return {hour: sum((one.get(hour, NOBODY) for one in found), NOBODY) for hour in hours}


def parts_of_day(found: Mapping[int, Coverage], *, hours: int) -> Mapping[tuple[int, int], Coverage]:
    """So many hours together, from midnight on; parts in which nobody was told anything are left out."""
    parts = {
        (start, start + hours): sum((found.get(hour, NOBODY) for hour in range(start, start + hours)), NOBODY)
        for start in range(0, 24, hours)
    }
    return {part: one for part, one in parts.items() if one.told}


def _turned_out(visit: Visit, place: Place | None) -> str | None:
    """`within`, `sooner` or `later`; None where nothing was told or nobody knows."""
    if place is None or place.wait_low_s is None or place.wait_high_s is None or visit.wait_s is None:
        return None
    # Told in whole seconds: so are the waits judged.
    waited = round(visit.wait_s)
    if waited > place.wait_high_s:
        return "later"
    return None if not visit.served else "sooner" if waited < place.wait_low_s else "within"
