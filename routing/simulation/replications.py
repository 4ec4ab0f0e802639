"""Several independent days and what they tell together: a mean and how far it may be off."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from statistics import NormalDist, mean, stdev

from routing.simulation.measures import Measures

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over replications and the half width of its confidence interval; None of a single one."""

    mean: float
    half: float | None

    @property
    def low(self) -> float:
        """The lower end."""
        return self.mean - (self.half or 0.0)

    @property
    def high(self) -> float:
        """The upper end."""
        return self.mean + (self.half or 0.0)


def interval(found: Sequence[float], *, confidence: float = CONFIDENCE) -> Interval:
    """Student's t interval of a mean."""
    if len(found) < 2:
        return Interval(found[0] if found else 0.0, None)
    spread = student_t(len(found) - 1, (1 + confidence) / 2) * stdev(found) / math.sqrt(len(found))
    return Interval(mean(found), spread)


def together(found: Sequence[Measures]) -> dict[str, Interval]:
    """Every figure over the replications, by its name."""
    return {one.name: interval([getattr(each, one.name) for each in found]) for one in fields(Measures)}


def student_t(freedom: int, share: float) -> float:
    """The quantile of Student's t: exact for one and two degrees, else Abramowitz & Stegun 26.7.5."""
    if freedom == 1:
        return math.tan(math.pi * (share - 0.5))
    if freedom == 2:
        return (2 * share - 1) / math.sqrt(2 * share * (1 - share))
    z, n = NormalDist().inv_cdf(share), freedom
    terms = (
        z,
        (z**3 + z) / 4 / n,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96 / n**2,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384 / n**3,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92_160 / n**4,
    )
    return sum(terms)
