"""How sure a share is: counts with Wilson's 95 % interval (Wilson 1927), which holds for small counts and for none."""

from __future__ import annotations

import math
from dataclasses import dataclass

# The normal distribution's 97.5 % point.
Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `of`; the interval covers the true share in 95 of 100 such samples."""

    count: int
    of: int

    @property
    def share(self) -> float:
        """The share itself; 0 of nothing."""
        return self.count / self.of if self.of else 0.0

    @property
    def low(self) -> float:
        """The interval's lower bound; of nothing, 0."""
        return max(0.0, self._middle - self._reach) if self.of and self.count else 0.0

    @property
    def high(self) -> float:
        """The interval's upper bound; of nothing, 1."""
        return min(1.0, self._middle + self._reach) if self.of and self.count < self.of else 1.0

    @property
    def _middle(self) -> float:
        return (self.count + Z * Z / 2) / (self.of + Z * Z)

    @property
    def _reach(self) -> float:
        spread = self.count * (self.of - self.count) / self.of + Z * Z / 4
        return Z * math.sqrt(spread) / (self.of + Z * Z)
