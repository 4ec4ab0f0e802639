"""From evidence to how likely: a logistic curve that can only rise with the evidence.

confidence = 1 / (1 + exp(−(a + b·odds + c·lead + d·size + e·lean + f·likeness)))     b … f ≥ 0

Fitted on questions the index was not built from (bots/lessons.py). Evidence of one kind overlaps with that of another;
a free fit may then give one of them a negative weight and so doubt a question because it is known too well. Hence
none may be negative: whatever would be, is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from typing import Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
STEPS = 50
RIDGE = 1e-2


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for the best entry: the more of any, the likelier it is right.

    `odds`: log odds of it among all entries; `lead`: how much more of the question it covers than the next, in units
    of rarity; `size`: log of the question's length, up to a full sentence; `lean`: whether the question is worded like
    the content at all; `likeness`: cosine with its nearest wording.
    """

    odds: float
    lead: float
    size: float
    lean: float
    likeness: float

    def row(self) -> tuple[float, ...]:
        """As a row of the design matrix."""
        return (1.0, *astuple(self))


CONSTANT_AND_EVIDENCE = 1 + len(fields(Evidence))


class Row(Protocol):
    """Evidence of any engine: a constant, then what makes being right the likelier the more there is of it."""

    def row(self) -> tuple[float, ...]:
        """As a row of the design matrix."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A fitted curve; every weight but the first (the constant) is ≥ 0."""

    weights: tuple[float, ...]

    def confidence(self, evidence: Row) -> float:
        """Probability (0–1) that the best entry answers the question."""
        return float(_chance(np.array([evidence.row()]), np.array(self.weights))[0])


def fit(evidence: Sequence[Row], right: Sequence[bool]) -> Curve:
    """The likeliest curve with a little ridge, so that few data do not make it certain, and no negative weight."""
    rows = np.array([one.row() for one in evidence], dtype=float)
    wanted = np.array(right, dtype=float)
    used = list(range(rows.shape[1]))
    weights = _newton(rows[:, used], wanted)
    while weights[1:].min(initial=0.0) < 0.0:
        del used[1 + int(np.argmin(weights[1:]))]
        weights = _newton(rows[:, used], wanted)
    full = np.zeros(rows.shape[1])
    full[used] = weights
    return Curve(tuple(float(weight) for weight in full))


def _newton(rows: Array, wanted: Array) -> Array:
    weights: Array = np.zeros(rows.shape[1])
    for _ in range(STEPS):
        step = _newton_step(rows, wanted, weights)
        weights = weights + step
        if np.abs(step).max() < 1e-9:
            break
    return weights


def _newton_step(rows: Array, wanted: Array, weights: Array) -> Array:
    chance = _chance(rows, weights)
    penalty = RIDGE * np.diag([0.0, *([1.0] * (rows.shape[1] - 1))])
    gradient = rows.T @ (wanted - chance) - penalty @ weights
    curvature = (rows * (chance * (1.0 - chance))[:, None]).T @ rows + penalty + 1e-9 * np.eye(rows.shape[1])
    return np.linalg.solve(curvature, gradient).astype(np.float64)


def _chance(rows: Array, weights: Array) -> Array:
    return (1.0 / (1.0 + np.exp(-np.clip(rows @ weights, -40.0, 40.0)))).astype(np.float64)
