"""What can be set about accounts, seats and the console, with the defaults of one city. Durations are seconds."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveFloat, PositiveInt, model_validator

from agents.coverage_policy import CoverageSettings
from agents.licence import LicenceSettings
from agents.line_settings import LineSettings
from agents.pace import Rate


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PasswordSettings(_Frozen):
    """Cost of one argon2id hash (RFC 9106 §4, second recommended option) and how many run at once."""

    time_cost: PositiveInt = 3
    memory_kib: PositiveInt = 65_536
    lanes: PositiveInt = 4
    at_once: PositiveInt = 2


class LoginSettings(_Frozen):
    """Life of a login, and how many failed tries there are: of one name at one address, of one address, of one name."""

    lifetime_s: PositiveFloat = 12 * 3600.0
    per_username: Rate = Rate(count=10, per_s=300.0)
    per_address: Rate = Rate(count=50, per_s=300.0)
    per_username_everywhere: Rate = Rate(count=200, per_s=300.0)


class PresenceSettings(_Frozen):
    """How often a process renews its lease, and how long the lease holds without."""

    renew_s: PositiveFloat = 2.0
    lease_s: PositiveFloat = 6.0

    @model_validator(mode="after")
    def _a_late_renewal_is_no_death(self) -> Self:
        """One renewal may fail without every seat of the process vanishing."""
        if self.lease_s < 2 * self.renew_s:
            raise ValueError("expected lease_s of at least twice renew_s")
        return self


class ServingSettings(_Frozen):
    """Protected minutes after a danger contact, and how long a rating may be given (DESIGN §5, PROTOCOL)."""

    protected_after_danger_s: PositiveFloat = 300.0
    rating_window_s: PositiveFloat = 72 * 3600.0


class SupervisorSettings(_Frozen):
    """How long what a supervisor gave by hand is kept from our rules; which wrap-up is long."""

    held_s: PositiveFloat = 600.0
    long_wrap_up_s: PositiveFloat = 900.0


class ConsoleSettings(LineSettings):
    """Limits of one console's line; `beat_s` is how long a page may take to answer a beat."""

    pace: Rate = Rate(count=60, per_s=3.0)
    refused_frames: PositiveInt = 100
    heartbeat_s: PositiveFloat = 20.0
    beat_s: PositiveFloat = 10.0


class RosterSettings(_Frozen):
    """`calendars`: the folder with one file of holidays a year. `plan_days`: how far a plan reaches unless told.

    `early_s`: how long before a shift its lawyer may sign in. `after_s`: how long after it an idle seat is kept.
    A wrap-up is closed without its 小结 after `wrap_up_s`, or `wrap_up_absent_s` after its lawyer was last seen.
    """

    early_s: NonNegativeFloat = 900.0
    after_s: NonNegativeFloat = 900.0
    wrap_up_s: PositiveFloat = 7200.0
    wrap_up_absent_s: PositiveFloat = 900.0
    calendars: Path = Path("deploy/calendars")
    plan_days: int = Field(default=56, ge=1, le=366)
    licence: LicenceSettings = LicenceSettings()
    coverage: CoverageSettings = CoverageSettings()


class AgentsSettings(_Frozen):
    """Settings of this room."""

    password: PasswordSettings = PasswordSettings()
    login: LoginSettings = LoginSettings()
    presence: PresenceSettings = PresenceSettings()
    serving: ServingSettings = ServingSettings()
    supervisor: SupervisorSettings = SupervisorSettings()
    console: ConsoleSettings = ConsoleSettings()
    roster: RosterSettings = RosterSettings()
