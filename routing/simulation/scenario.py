"""A scenario as a city writes it down: who comes, how often, for how long, and who sits there when.

per_hour ───────▶ Poisson arrivals      seats: [{count, matters | skills, shifts}] ─▶ posts
matters, channels, languages, urgency ─▶ shares      talk, wrap_up, patience ─▶ shapes with a mean
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

from interactions.model import Urgency
from routing.simulation.durations import Durations

HOURS = 24
_SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
Share = Annotated[float, Field(ge=0, le=1)]
Span = tuple[float, float]


def span(written: str) -> Span:
    """Seconds since midnight of `HH:MM-HH:MM`; an end at or before the start is on the next day."""
    found = _SPAN.fullmatch(written)
    if found is None:
        raise ValueError("expected HH:MM-HH:MM")
    start_h, start_m, end_h, end_m = map(int, found.groups())
    if max(start_h, end_h) > HOURS or max(start_m, end_m) > 59:
        raise ValueError("expected HH:MM-HH:MM within a day")
    start, end = start_h * 3_600.0 + start_m * 60, end_h * 3_600.0 + end_m * 60
    return start, end if end > start else end + HOURS * 3_600


def _is_span(written: str) -> str:
    span(written)
    return written


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SeatGroup(_Frozen):
    """Some seats alike: what they serve, or how many matters each, and their shifts of the day."""

    count: PositiveInt
    matters: Sequence[str] = ()
    skills: PositiveInt | Literal["all"] = "all"
    shifts: Sequence[Annotated[str, AfterValidator(_is_span)]] = ("00:00-24:00",)


class Answering(_Frozen):
    """How lawyers answer what rings: after a while, sometimes not at all, sometimes with a refusal.

    `away_s`: how long one who missed too many stays away.
    """

    mean_s: NonNegativeFloat = 0.0
    missed: Share = 0.0
    declined: Share = 0.0
    away_s: NonNegativeFloat = 300.0


class Scenario(_Frozen):
    """Arrivals an hour (one figure or 24), shares, durations and seats. `assumptions` are printed with every result.

    `talk_by_hour`: how much longer or shorter than usual the talks of those are who come in each of the 24 hours.
    """

    name: str
    assumptions: Sequence[str] = ()
    per_hour: NonNegativeFloat | Sequence[NonNegativeFloat]
    matters: Mapping[str, NonNegativeFloat]
    channels: Mapping[str, NonNegativeFloat] = Field(default_factory=lambda: {"voice": 1.0})
    languages: Mapping[str, NonNegativeFloat] = Field(default_factory=lambda: {"zh": 1.0})
    urgency: Mapping[str, NonNegativeFloat] = Field(default_factory=lambda: {"normal": 1.0})
    talk: Durations
    talk_by_matter: Mapping[str, Durations] = Field(default_factory=dict)
    talk_by_hour: Annotated[Sequence[PositiveFloat], Field(min_length=HOURS, max_length=HOURS)] = (1.0,) * HOURS
    wrap_up: Durations = Durations(shape="fixed")
    patience: Durations = Durations(shape="endless")
    answering: Answering = Answering()
    capacity: PositiveInt = 1
    seats: Annotated[Sequence[SeatGroup], Field(min_length=1)]

    @property
    def rates(self) -> Sequence[float]:
        """Arrivals of each hour of the day."""
        return self.per_hour if isinstance(self.per_hour, Sequence) else [self.per_hour] * HOURS

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        """A rate for every hour, shares of something, and only matters and urgencies that there are."""
        if len(self.rates) != HOURS:
            raise ValueError(f"per_hour: expected one figure or {HOURS}, got {len(self.rates)}")
        for name in ("matters", "channels", "languages", "urgency"):
            if sum(getattr(self, name).values()) <= 0:
                raise ValueError(f"{name}: expected shares of which one is above 0")
        known = {one.name.lower() for one in Urgency}
        if strange := set(self.urgency) - known:
            raise ValueError(f"urgency: expected {', '.join(sorted(known))}, got {', '.join(sorted(strange))}")
        if strange := set(self.talk_by_matter) - set(self.matters):
            raise ValueError(f"talk_by_matter: not among matters: {', '.join(sorted(strange))}")
        return self
