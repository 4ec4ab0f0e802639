"""How many seats the policy asks for at each hour of each kind of day, as it is set and as it is asked."""

from __future__ import annotations

import re
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator

from agents.calendar import DayKind

HOURS = 24
# The founding opinion on the public legal-service system (Tianjin, 2015): not fewer than 15 full-time lawyers, 7×24.
LEAST_SEATS = 15
_RANGE = re.compile(r"(\d\d)-(\d\d)")
# 15 employed lawyers around the clock are three or four seats a shift; by night the line is never left alone.
_DEFAULT = {"00-08": 1, "08-22": 3, "22-24": 1}


class CoverageSettings(BaseModel):
    """Seats at the least by hour of the day: `{"00-08": 1, "08-24": 3}` tells every hour once, and never none.

    `seats_total`: seats with shifts within `horizon_days`, which is how far ahead the check looks.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    horizon_days: int = Field(default=14, ge=1, le=92)
    seats_total: int = Field(default=LEAST_SEATS, ge=LEAST_SEATS)
    workday: dict[str, PositiveInt] = Field(default_factory=lambda: dict(_DEFAULT))
    weekend: dict[str, PositiveInt] = Field(default_factory=lambda: dict(_DEFAULT))
    holiday: dict[str, PositiveInt] = Field(default_factory=lambda: dict(_DEFAULT))

    @model_validator(mode="after")
    def _every_hour_once(self) -> Self:
        for kind in DayKind:
            told = sorted(hour for span in getattr(self, kind.value) for hour in _hours(span))
            if told != [*range(HOURS)]:
                raise ValueError(f"expected in {kind.value} every hour of the day once, as 00-08: 1, 08-24: 3")
        return self

    def least(self, kind: DayKind, hour: int) -> int:
        """How many seats are asked for in this hour (0–23, the city's time)."""
        spans: dict[str, int] = getattr(self, kind.value)
        return next(seats for span, seats in spans.items() if hour in _hours(span))


def _hours(span: str) -> range:
    found = _RANGE.fullmatch(span)
    if found is None:
        return range(0)
    return range(int(found[1]), min(int(found[2]), HOURS))
