"""From how alike to how likely: a logistic curve fitted on questions the index was not built from.

confidence = 1 / (1 + exp(−(a + b·score + c·lead + d·agreement)))

Positives: each known question, asked with itself left out of the index. Negatives: the same where the best other
entry is the wrong one, and questions of `calibration.yaml` that no entry answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
STEPS = 50
RIDGE = 1e-2


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for the best entry: its score, its lead over the next entry, its mean over its best variants."""

    score: float
    lead: float
    agreement: float

    def row(self) -> tuple[float, float, float, float]:
        """As a row of the design matrix."""
        return (1.0, self.score, self.lead, self.agreement)


@dataclass(frozen=True, slots=True)
class Curve:
    """A fitted curve."""

    weights: tuple[float, ...]

    def confidence(self, evidence: Evidence) -> float:
        """Probability (0–1) that the best entry answers the question."""
        return float(1.0 / (1.0 + np.exp(-np.clip(np.dot(self.weights, evidence.row()), -40.0, 40.0))))


def fit(evidence: Sequence[Evidence], right: Sequence[bool]) -> Curve:
    """The maximum-likelihood curve with a little ridge (Newton's method), so that few data do not make it certain."""
    rows = np.array([one.row() for one in evidence], dtype=float)
    wanted = np.array(right, dtype=float)
    weights: Array = np.zeros(rows.shape[1], dtype=np.float64)
    for _ in range(STEPS):
        step = _newton_step(rows, wanted, weights)
        weights = weights + step
        if np.abs(step).max() < 1e-9:
            break
    return Curve(tuple(float(weight) for weight in weights))


def _newton_step(rows: Array, wanted: Array, weights: Array) -> Array:
    chance = 1.0 / (1.0 + np.exp(-np.clip(rows @ weights, -40.0, 40.0)))
    penalty = RIDGE * np.diag([0.0, *([1.0] * (rows.shape[1] - 1))])
    gradient = rows.T @ (wanted - chance) - penalty @ weights
    curvature = (rows * (chance * (1.0 - chance))[:, None]).T @ rows + penalty + 1e-9 * np.eye(rows.shape[1])
    return np.linalg.solve(curvature, gradient).astype(np.float64)
