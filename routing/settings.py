"""What can be set about routing, with the defaults of one city. Durations are seconds (`_s`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

from interactions.model import VOICE, Urgency


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OfferSettings(_Frozen):
    """How long an offer is held for a seat."""

    voice_s: PositiveFloat = 10.0
    chat_s: PositiveFloat = 45.0

    def lease(self, channel: str) -> timedelta:
        """The life of an offer on `channel`."""
        return timedelta(seconds=self.voice_s if channel == VOICE else self.chat_s)


class RampUpSettings(_Frozen):
    """What a seat gets at most after sign-in: `cap` at once, one more every `step_s`."""

    cap: PositiveInt = 1
    step_s: PositiveFloat = 60.0


class HeadStartSettings(_Frozen):
    """How far each class of urgency stands ahead of its arrival in the line.

    The differences bound how often anybody is overtaken: a normal request only by those of a higher class who
    arrive within that class's head start.
    """

    danger: NonNegativeFloat = 14_400.0
    deadline: NonNegativeFloat = 1_800.0
    protected: NonNegativeFloat = 900.0
    normal: NonNegativeFloat = 0.0

    @model_validator(mode="after")
    def _more_urgent_stands_further_ahead(self) -> Self:
        """A class that stood behind a lesser one would be served after it."""
        if not self.danger >= self.deadline >= self.protected >= self.normal:
            raise ValueError("expected danger >= deadline >= protected >= normal")
        return self

    def of(self, urgency: Urgency) -> timedelta:
        """The head start of a class."""
        return timedelta(seconds=float(getattr(self, urgency.name.lower())))


class CallbackSettings(_Frozen):
    """When a callback is offered, what may be promised, and how often it is tried.

    `offer_after_s`: an estimate above it brings the offer; grown by as much again, it is told once more. Every `look_s`
    one of the processes looks whom it concerns.
    `horizon_days`, `shortest_window_s`: how far ahead and how narrow the time asked for may be. `soon_within_s`:
    what is owed where it was “as soon as my turn comes” (urgent work within an hour, Shandong 12348 rules 2017);
    `danger_within_s`: to somebody in danger (15 minutes, also on days off, Tianjin 12345 rules 2025).
    `attempts` that reach nobody are the last; before each next one `retry_s` passes, the last of them repeated.
    """

    offer_after_s: PositiveFloat = 600.0
    look_s: PositiveFloat = 5.0
    horizon_days: PositiveInt = 7
    shortest_window_s: PositiveFloat = 1_800.0
    soon_within_s: PositiveFloat = 3_600.0
    danger_within_s: PositiveFloat = 900.0
    attempts: PositiveInt = 3
    retry_s: Annotated[tuple[PositiveFloat, ...], Field(min_length=1)] = (600.0, 3_600.0)

    def pause(self, attempt: int) -> timedelta:
        """How long to wait after the `attempt`-th try (from 1) that reached nobody."""
        return timedelta(seconds=self.retry_s[min(attempt, len(self.retry_s)) - 1])


class MessageSettings(_Frozen):
    """When a message takes its place in line, and by when it is owed.

    `due_after_s`: those who wait in person come first for so long. `working_days`: a work order is answered within
    one working day (Shandong 12348 rules 2017).
    """

    due_after_s: NonNegativeFloat = 1_800.0
    working_days: PositiveInt = 1


# Matters whose law overlaps in daily practice; a city sets its own.
NEIGHBOURS: dict[str, frozenset[str]] = {
    "labour": frozenset({"injury", "contract"}),
    "injury": frozenset({"tort", "traffic", "medical", "labour"}),
    "traffic": frozenset({"injury", "tort"}),
    "medical": frozenset({"injury", "tort"}),
    "tort": frozenset({"injury", "traffic"}),
    "debt": frozenset({"contract", "guarantee"}),
    "guarantee": frozenset({"debt", "contract"}),
    "contract": frozenset({"debt", "company", "consumer", "construction"}),
    "consumer": frozenset({"contract", "tort"}),
    "housing": frozenset({"contract", "demolition", "construction"}),
    "construction": frozenset({"contract", "housing"}),
    "demolition": frozenset({"housing", "administrative"}),
    "administrative": frozenset({"demolition"}),
    "company": frozenset({"contract"}),
    "ip": frozenset({"company", "contract"}),
    "maritime": frozenset({"contract"}),
    "foreign": frozenset({"contract"}),
}


class RelaxationSettings(_Frozen):
    """After how long in line a neighbouring matter's lawyer may serve, and after how long any lawyer.

    The classes of urgency take each step after their share of that time: in danger at once. `neighbours` names for a
    matter those whose lawyers serve it, too; who has none waits for `any_s`.
    """

    neighbour_s: NonNegativeFloat = 60.0
    any_s: NonNegativeFloat = 180.0
    danger: Annotated[float, Field(ge=0, le=1)] = 0.0
    deadline: Annotated[float, Field(ge=0, le=1)] = 0.25
    protected: Annotated[float, Field(ge=0, le=1)] = 0.5
    neighbours: Mapping[str, frozenset[str]] = Field(default_factory=lambda: NEIGHBOURS)

    @model_validator(mode="after")
    def _widens_and_the_more_urgent_sooner(self) -> Self:
        """A step back would take away a seat that was already allowed."""
        if self.neighbour_s > self.any_s:
            raise ValueError("expected neighbour_s <= any_s")
        if not self.danger <= self.deadline <= self.protected:
            raise ValueError("expected danger <= deadline <= protected")
        return self

    def pace(self, urgency: Urgency) -> float:
        """The share of the steps' time that a class waits."""
        return 1.0 if urgency is Urgency.NORMAL else float(getattr(self, urgency.name.lower()))


class TransferSettings(_Frozen):
    """How long a transfer by matter looks for another lawyer before it is back where it was."""

    find_s: PositiveFloat = 120.0

    @property
    def find(self) -> timedelta:
        """The same as a duration."""
        return timedelta(seconds=self.find_s)


class EstimateSettings(_Frozen):
    """What the told wait looks back on, and how far ahead.

    Talks: the `latest`, and of the last `days` those that ended within half an hour of this time of day, at most
    `per_day` of each. Who hung up: of the last `patience_s`. Read again after `refresh_s`. The roster is followed for
    `horizon_s`. A change smaller than `least_growth_s` is not told as growth.
    """

    latest: PositiveInt = 500
    days: NonNegativeInt = 28
    per_day: PositiveInt = 100
    patience_s: PositiveFloat = 10_800.0
    refresh_s: NonNegativeFloat = 30.0
    horizon_s: PositiveFloat = 14_400.0
    least_growth_s: NonNegativeFloat = 15.0

    @property
    def horizon(self) -> timedelta:
        """How far ahead the roster is followed."""
        return timedelta(seconds=self.horizon_s)


class RoutingSettings(_Frozen):
    """Settings of this room."""

    offer: OfferSettings = OfferSettings()
    ramp_up: RampUpSettings = RampUpSettings()
    transfer: TransferSettings = TransferSettings()
    head_start_s: HeadStartSettings = HeadStartSettings()
    relaxation: RelaxationSettings = RelaxationSettings()
    misses_before_away: PositiveInt = 3
    declined_pause_s: PositiveFloat = 60.0
    preferred_grace_s: NonNegativeFloat = 20.0
    generalist_reserve: NonNegativeInt = 2
    callback: CallbackSettings = CallbackSettings()
    message: MessageSettings = MessageSettings()
    # How long somebody who left the line, or was lost, finds the old place again.
    redial_window_s: NonNegativeFloat = 900.0
    max_sleep_s: PositiveFloat = 0.5
    sweep_s: PositiveFloat = 2.0
    overdue_s: PositiveFloat = 1.0
    grace_s: NonNegativeFloat = 20.0
    # No new offers so long before a shift ends: a talk begun then would run over. One that runs is never cut.
    shift_tail_s: NonNegativeFloat = 300.0
    # Tianjin 12348, one week of July 2018: mean talk 386 s. It weighs as much as `handling_sample` talks of our own.
    handling_default_s: PositiveFloat = 386.0
    handling_sample: PositiveInt = 50
    estimate: EstimateSettings = EstimateSettings()

    @property
    def shift_tail(self) -> timedelta:
        """How long before the end of its shift a seat gets nothing new."""
        return timedelta(seconds=self.shift_tail_s)
