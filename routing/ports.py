"""What routing needs from the house; the wiring fills it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol
from uuid import UUID

from interactions.database import Unit
from interactions.head import Head
from interactions.record import Draft

Rescued = Callable[[str], None]
"""Counts what only the safety poll found, because a wake-up was lost; zero without faults."""


class Parting(Protocol):
    """What the end of one lawyer's stretch owes when the interaction moves on; `agents/parting.py` fills it."""

    def drafts(self, seat_name: str) -> Sequence[Draft]:
        """What the resident is told: at which seat they are served from now on."""

    async def store(self, unit: Unit, head: Head, *, segment_id: UUID, seat_id: UUID) -> None:
        """Ends the old stretch: handling time, right to be rated, protected minutes. Both seats are locked."""
