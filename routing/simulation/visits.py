"""What became of each visitor of a simulated day."""

from __future__ import annotations

from enum import Enum, auto
from uuid import UUID

from routing.candidates import Caller
from routing.simulation.arrivals import Arrival


class Fate(Enum):
    """Where a visit is; the last two are ends."""

    COMING = auto()
    WAITING = auto()
    OFFERED = auto()
    SERVED = auto()
    ABANDONED = auto()


class Visit:
    """One visitor from arrival to end; times in seconds since the first midnight.

    `ended_at_s` is when the seat is free again (served) or when they hung up (abandoned). `offer` numbers the offers.
    """

    __slots__ = ("answered_at_s", "arrival", "caller", "ended_at_s", "fate", "offer", "seat_number", "talk_ends_at_s")

    def __init__(self, arrival: Arrival, caller: Caller) -> None:
        self.arrival = arrival
        self.caller = caller
        self.fate = Fate.COMING
        self.offer = 0
        self.seat_number: int | None = None
        self.answered_at_s: float | None = None
        self.talk_ends_at_s: float | None = None
        self.ended_at_s: float | None = None

    @property
    def interaction_id(self) -> UUID:
        """As the policy knows it."""
        return self.caller.interaction_id

    @property
    def served(self) -> bool:
        """Whether a lawyer answered."""
        return self.fate is Fate.SERVED

    @property
    def abandoned(self) -> bool:
        """Whether they hung up before."""
        return self.fate is Fate.ABANDONED

    @property
    def wait_s(self) -> float | None:
        """From arrival to the answer or to hanging up; None for who waits still."""
        until = self.answered_at_s if self.served else self.ended_at_s
        return None if until is None else until - self.arrival.at_s
