"""Our policy against others on the same simulated days: the same people, the same seats, several loads.

Arrivals of the city scenario with four classes of urgency, seats with two matters each and three generalists. Each day
is drawn once and met by every policy (common random numbers), so that differences are of the policy and not of the day.
`ours, no …` is our policy without one of its parts: by how much a figure is better without it is what the part costs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.progress import Step
from bench.rival_policies import EVEN, NEVER, PLAIN, at_random, longest_idle, polled, round_robin, unreserved
from hotline.scenario_file import read_scenario
from routing import policy
from routing.settings import RoutingSettings
from routing.simulate import Course, Policy, simulate
from routing.simulation.arrivals import Arrival, generated
from routing.simulation.measures import groups, measured
from routing.simulation.posts import Post, posts_of
from routing.simulation.replications import Interval, interval

OURS = "ours"
# Ours without one of its parts, and what that part is.
WITHOUT: Mapping[str, str] = {
    "ours, no urgency": "urgency first",
    "ours, no reserve": "sparing scarce generalists",
    "ours, no relaxation": "skills that relax",
}
LOADS = (90, 110, 130)
DAYS = 12
SEED = 2_026
# Assumed: no figures of how urgent a city's contacts are were found.
URGENCY = {"danger": 2, "deadline": 8, "protected": 20, "normal": 70}
FULL_DAY = 3_000
POLICIES: Mapping[str, tuple[Callable[[], Policy], RoutingSettings]] = {
    OURS: (lambda: policy.match, RoutingSettings()),
    "ours, no urgency": (lambda: policy.match, RoutingSettings(head_start_s=EVEN)),
    "ours, no reserve": (lambda: unreserved, RoutingSettings()),
    "ours, no relaxation": (lambda: policy.match, RoutingSettings(relaxation=NEVER)),
    "round-robin": (round_robin, PLAIN),
    "longest idle": (longest_idle, PLAIN),
    "random": (lambda: at_random(SEED), PLAIN),
    "polled, 60 s": (lambda: polled(60.0), PLAIN),
}
MEASURED = ("mean_s", "p95_s", "hung_up", "worst_s")


@dataclass(frozen=True, slots=True)
class Day:
    """A day under one policy: time in line of all (mean, p95), who hung up, p95 of the worst group and of danger."""

    mean_s: float
    p95_s: float
    hung_up: float
    worst_s: float
    danger_s: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Every day under one policy at one load."""

    policy: str
    per_hour: int
    days: Sequence[Day]

    def of(self, name: str) -> Interval:
        """A figure over the days."""
        return interval([getattr(one, name) for one in self.days])

    def less(self, other: Figures, name: str) -> Interval:
        """This policy's figure less the other's, day by day."""
        pairs = zip(self.days, other.days, strict=True)
        return interval([getattr(mine, name) - getattr(theirs, name) for mine, theirs in pairs])

    def row(self) -> dict[str, object]:
        """As JSON."""
        told = {name: asdict(self.of(name)) for name in (*MEASURED, "danger_s")}
        return {"policy": self.policy, "per_hour": self.per_hour, "days": len(self.days), **told}


def run(*, step: Step, days: int = DAYS, loads: Sequence[int] = LOADS) -> list[Figures]:
    """Every policy at every load."""
    scenario = read_scenario(Path("city")).model_copy(update={"urgency": URGENCY})
    posts = posts_of(scenario, days=1)
    found: list[Figures] = []
    for per_hour in loads:
        people = [
            generated(scenario.model_copy(update={"per_hour": per_hour}), days=1, seed=(SEED, per_hour, day))
            for day in range(days)
        ]
        for name, (make, settings) in POLICIES.items():
            met = []
            for done, arrivals in enumerate(people):
                step(f"{per_hour} an hour, {name}", done, days)
                played = simulate(arrivals, posts, settings=settings, answering=scenario.answering, match=make())
                met.append(_day(played))
            found.append(Figures(name, per_hour, met))
    return found


def full_day_s() -> tuple[int, float]:
    """How many visitors a day of about `FULL_DAY` had, and the seconds that simulating it took."""
    scenario = read_scenario(Path("city")).model_copy(update={"per_hour": FULL_DAY / 24})
    arrivals: Sequence[Arrival] = generated(scenario, days=1, seed=(SEED,))
    posts: Sequence[Post] = posts_of(scenario, days=1)
    started = time.perf_counter()
    simulate(arrivals, posts, settings=RoutingSettings(), answering=scenario.answering)
    return len(arrivals), time.perf_counter() - started


def _day(course: Course) -> Day:
    found = measured(course)
    danger = next(one for one in groups(course.visits) if (one.by, one.name) == ("urgency", "danger"))
    return Day(found.line_mean_s, found.line_p95_s, found.abandoned, found.worst_group_s, danger.p95_s)
