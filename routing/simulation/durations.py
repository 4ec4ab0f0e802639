"""How long something takes, drawn from a shape with a known mean: talks, wrap-ups, patience."""

from __future__ import annotations

import math
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, NonNegativeFloat, PositiveFloat, model_validator

Shape = Literal["exponential", "lognormal", "fixed", "endless"]


class Durations(BaseModel):
    """A shape with its mean in seconds; `cv` (standard deviation over mean) is the lognormal's second figure.

    `endless` lasts for ever: a patience that never ends.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    shape: Shape = "exponential"
    mean_s: NonNegativeFloat = 0.0
    cv: PositiveFloat = 1.0

    @model_validator(mode="after")
    def _has_a_mean_unless_endless(self) -> Self:
        """A shape that ends needs a mean; `fixed` may be nought."""
        if self.shape in ("exponential", "lognormal") and self.mean_s <= 0:
            raise ValueError("expected mean_s > 0")
        return self

    def draw(self, count: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """`count` durations in seconds."""
        match self.shape:
            case "exponential":
                return rng.exponential(self.mean_s, count)
            case "lognormal":
                # Aitchison & Brown 1957: mean exp(m + s²/2), squared coefficient of variation exp(s²) − 1.
                variance = math.log1p(self.cv**2)
                return rng.lognormal(math.log(self.mean_s) - variance / 2, math.sqrt(variance), count)
            case "fixed":
                return np.full(count, self.mean_s)
            case "endless":
                return np.full(count, math.inf)
