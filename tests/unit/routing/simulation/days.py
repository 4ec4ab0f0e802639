"""Small simulated days, written down by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence

from interactions.model import Need, Urgency
from routing.settings import OfferSettings, RampUpSettings, RoutingSettings
from routing.simulate import Course, simulate
from routing.simulation.arrivals import Arrival, generated
from routing.simulation.posts import Post, posts_of
from routing.simulation.scenario import Answering, Scenario
from routing.simulation.visits import Visit

SETTINGS = RoutingSettings(
    offer=OfferSettings(voice_s=10, chat_s=45), ramp_up=RampUpSettings(cap=1, step_s=60), shift_tail_s=20.0
)
FOREVER = (0.0, math.inf)
# Far from both ends: answers like a median lawyer.
ORDINARY = 0.5


def arrival(at_s: float, **facts: object) -> Arrival:
    """Somebody who asks about labour law, talks for 100 s and never hangs up, unless `facts` say otherwise."""
    matter, urgency = facts.pop("matter", "labour"), facts.pop("urgency", Urgency.NORMAL)
    need = Need("voice", str(matter), "zh", Urgency(urgency))  # type: ignore[arg-type]
    plain = {"talk_s": 100.0, "wrap_up_s": 0.0, "patience_s": math.inf, "luck": ORDINARY}
    return Arrival(at_s=at_s, need=need, **(plain | facts))  # type: ignore[arg-type]


def post(number: int = 1, *matters: str, capacity: int = 1, spans: Sequence[tuple[float, float]] = (FOREVER,)) -> Post:
    """A seat for labour law around the clock, unless said otherwise."""
    skills = frozenset(matters or ("labour",))
    return Post(number, skills, frozenset({"zh"}), frozenset({"voice"}), capacity, tuple(spans))


def day(arrivals: Sequence[Arrival], *posts: Post, **how: object) -> list[Visit]:
    """What became of each of `arrivals`."""
    return [*simulate(arrivals, posts, **({"settings": SETTINGS} | how)).visits]  # type: ignore[arg-type]


def alike(servers: int, *, per_hour: float | Sequence[float], **facts: object) -> Scenario:
    """Erlang's world: one matter, seats alike, exponential talks of 435 s."""
    plain = {"matters": {"labour": 1}, "talk": {"mean_s": 435}, "seats": [{"count": servers}]}
    return Scenario.model_validate({"name": "erlang", "per_hour": per_hour} | plain | facts)


def course(scenario: Scenario, *, days: int, seed: tuple[int, ...], settings: RoutingSettings = SETTINGS) -> Course:
    """A scenario's course."""
    arrivals, posts = generated(scenario, days=days, seed=seed), posts_of(scenario, days=days)
    return simulate(arrivals, posts, settings=settings, answering=scenario.answering)


SLOW = Answering(mean_s=30.0)
