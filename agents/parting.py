"""The end of one lawyer's stretch of service when another lawyer goes on with it.

    handling time settled · protected minutes after danger · the right to be rated begins, the resident is not asked now

A request to rate in the middle of a talk would be a burden: the resident is asked once, at the end, about the last
stretch. The stretch before may be rated for as long, by whoever names it (docs/decisions/0014).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from agents.ratings import Ratings
from agents.settings import ServingSettings
from agents.stretch_end import StretchEnd
from interactions.clock import Clock
from interactions.database import Unit
from interactions.events import TurnSaid
from interactions.head import Head
from interactions.model import By
from interactions.record import Draft

Moved = Callable[[str], str]
"""What a resident is told who is served at another seat from now on; called with the seat's name."""


class Parting:
    """What a stretch that was handed on still owes."""

    def __init__(self, *, ratings: Ratings, clock: Clock, settings: ServingSettings, moved: Moved) -> None:
        self._ratings = ratings
        self._clock = clock
        self._stretch_end = StretchEnd(clock=clock, settings=settings)
        self._moved = moved

    def drafts(self, seat_name: str) -> Sequence[Draft]:
        """What the resident is told: at which seat they are served from now on."""
        told = TurnSaid(text=self._moved(seat_name), purpose="transferred")
        return [Draft(told, By.SYSTEM, changes={"last_turn_at": self._clock.now()})]

    async def store(self, unit: Unit, head: Head, *, segment_id: UUID, seat_id: UUID) -> None:
        """Ends the old stretch: handling time, right to be rated, protected minutes. Both seats are locked."""
        await self._stretch_end.finish(unit, head, segment_id=segment_id, seat_id=seat_id)
        if await self._ratings.may_ask(unit, head, segment_id=segment_id):
            await self._ratings.open(unit, interaction_id=head.interaction_id, segment_id=segment_id)
