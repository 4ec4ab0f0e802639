"""A pace that allows bursts: the generic cell rate algorithm (ITU-T I.371), one time per key and no counter."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, PositiveFloat, PositiveInt


class Rate(BaseModel):
    """`count` at once, refilled evenly over `per_s` seconds; a setting."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    count: PositiveInt
    per_s: PositiveFloat

    @property
    def interval(self) -> timedelta:
        """The time that one of them uses up."""
        return timedelta(seconds=self.per_s / self.count)


class Pace:
    """What one key has used up; `full_at` is when everything is refilled."""

    __slots__ = ("_rate", "full_at")

    def __init__(self, rate: Rate, *, now: datetime) -> None:
        self._rate = rate
        self.full_at = now

    def take(self, now: datetime) -> float:
        """0.0 where one more is allowed (and counted), else the seconds until it would be."""
        used_until = max(self.full_at, now) + self._rate.interval
        over = (used_until - now).total_seconds() - self._rate.per_s
        if over > 1e-6:
            return over
        self.full_at = used_until
        return 0.0

    def forgive(self) -> None:
        """Gives one back."""
        self.full_at -= self._rate.interval
