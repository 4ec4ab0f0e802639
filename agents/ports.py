"""What this room needs from the house; the wiring fills it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from agents.pace import Rate
from interactions.head import Head
from interactions.record import RepeatKey, Written

Farewell = Callable[[Head], str]
"""The last words of a service, with its 受理编号, in the resident's language."""

Rescued = Callable[[str], None]
"""Counts what the re-check had to find because a hint was lost; called with what it was."""


class AttemptWords(Protocol):
    """What residents are told in their chat when nobody was reached; neutral, in the city's time."""

    def again(self, due_at: datetime, *, now: datetime) -> str:
        """When it is tried again."""

    def unreachable(self, number: str) -> str:
        """That it is not, and how to come back; `number` is the 受理编号."""


class Offers(Protocol):
    """A seat's answer to an offer; `routing/offers.py` fills it."""

    async def accept(self, offer_id: UUID, *, seat_id: UUID, account_id: UUID, repeat_of: RepeatKey | None) -> Written:
        """The acceptance's place in the log; raises `OfferGone` for everybody but the one winner."""

    async def decline(
        self, offer_id: UUID, *, seat_id: UUID, account_id: UUID, reason: str, repeat_of: RepeatKey | None
    ) -> Written:
        """The refusal's place in the log; raises `OfferGone` where the offer is no longer live."""


class RateLimit(Protocol):
    """Limits tries per key, over all processes where it can. Never raises: while its server is down it falls back."""

    async def take(self, key: str, *, rate: Rate) -> float:
        """0.0 where one more try is allowed (and counted), else the seconds until the next may be."""

    async def forgive(self, key: str, *, rate: Rate) -> None:
        """Gives a try back, because it succeeded."""
