"""Those who will come on a simulated day, with all that is theirs: need, patience, how long their talk takes.

What belongs to a visitor is drawn before the day begins, so that every policy and every staffing meets the same people
(common random numbers: Law & Kelton, Simulation Modeling and Analysis, 1982).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import repeat
from typing import TypeVar

import numpy as np

from interactions.model import Need, Urgency
from routing.simulation.scenario import Scenario

HOUR_S, DAY_S = 3_600, 86_400
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Arrival:
    """One visitor. `at_s` since the first midnight; `luck` in [0, 1) decides how the seats they ring at behave."""

    at_s: float
    need: Need
    talk_s: float
    wrap_up_s: float
    patience_s: float
    luck: float


def generated(scenario: Scenario, *, days: int, seed: tuple[int, ...]) -> list[Arrival]:
    """Poisson arrivals of so many days at the scenario's rates an hour, in order."""
    rng = np.random.default_rng(seed)
    times = _times(scenario, days=days, rng=rng)
    count = len(times)
    matters = _picked(scenario.matters, count, rng)
    channels = _picked(scenario.channels, count, rng)
    languages = _picked(scenario.languages, count, rng)
    urgencies = _picked(scenario.urgency, count, rng)
    talks = scenario.talk.draw(count, rng)
    for matter, durations in sorted(scenario.talk_by_matter.items()):
        of_matter = np.array([one == matter for one in matters], dtype=bool)
        talks[of_matter] = durations.draw(int(of_matter.sum()), rng)
    talks *= np.array(scenario.talk_by_hour)[(times % DAY_S // HOUR_S).astype(int)]
    wrap_ups, patience = scenario.wrap_up.draw(count, rng), scenario.patience.draw(count, rng)
    needs = map(Need, channels, matters, languages, (Urgency[one.upper()] for one in urgencies))
    drawn = (times.tolist(), needs, talks.tolist(), wrap_ups.tolist(), patience.tolist(), rng.random(count).tolist())
    return [Arrival(*one) for one in zip(*drawn, strict=True)]


def _times(scenario: Scenario, *, days: int, rng: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Within an hour of constant rate, the instants of a Poisson number of arrivals are uniform."""
    rates = np.array([rate for one in repeat(scenario.rates, days) for rate in one])
    counts = rng.poisson(rates)
    starts = np.repeat(np.arange(len(rates)) * float(HOUR_S), counts)
    return np.sort(starts + rng.random(len(starts)) * HOUR_S)


def _picked(shares: Mapping[T, float], count: int, rng: np.random.Generator) -> list[T]:
    """As many of each as its share, at random."""
    names, weights = list(shares), np.array(list(shares.values()), dtype=float)
    return [names[at] for at in rng.choice(len(names), size=count, p=weights / weights.sum())]
