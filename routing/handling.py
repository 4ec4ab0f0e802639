"""How long talks take and how soon people hang up, from what was observed: few observations count for little. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from routing.candidates import Kind
from routing.estimate import Pace


@dataclass(frozen=True, slots=True)
class Talks:
    """Finished talks of one matter: how many, their mean and their sum of squares, in seconds."""

    count: int
    mean_s: float
    squares: float = 0.0


@dataclass(frozen=True, slots=True)
class Observed:
    """What was observed lately: talks by matter, how many hung up, and for how long all in line stood there."""

    talks: Mapping[str, Talks] = field(default_factory=dict)
    hung_up: int = 0
    in_line_s: float = 0.0


def pace(seen: Observed, kinds: Sequence[Kind], *, default_s: float, weight: int) -> Pace:
    """The pace of a line of `kinds`, numbered in that order.

    A mean is drawn towards what is known otherwise with the weight of so many observations: all matters together
    towards `default_s`, one matter towards all together (an empirical-Bayes mean: Bühlmann 1967).
    """
    count = sum(one.count for one in seen.talks.values())
    total_s = sum(one.count * one.mean_s for one in seen.talks.values())
    talk_s = (total_s + weight * default_s) / (count + weight)
    of_matter = {
        matter: (one.count * one.mean_s + weight * talk_s) / (one.count + weight) for matter, one in seen.talks.items()
    }
    # A sample no larger than the weight leaves open whether the default holds at all.
    spread = _deviation(seen, count, total_s) / math.sqrt(count + weight)
    of_need = {at: of_matter[kind[1]] for at, kind in enumerate(kinds) if kind[1] in of_matter}
    leaving_per_s = seen.hung_up / (seen.in_line_s + weight * default_s)
    return Pace(talk_s, of_need, leaving_per_s, spread)


def _deviation(seen: Observed, count: int, total_s: float) -> float:
    """The talks' standard deviation over their mean; 1, as of exponential ones, until two were seen."""
    if count < 2 or total_s <= 0:
        return 1.0
    mean_s = total_s / count
    variance = max(0.0, sum(one.squares for one in seen.talks.values()) / count - mean_s**2)
    return math.sqrt(variance) / mean_s
