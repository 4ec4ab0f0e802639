"""Offers for whom a test chooses, and their end without an answer: what a round would do, without its policy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import insert, select, update

from interactions.clock import Clock
from interactions.database import Database, Unit
from interactions.events import Offered, OfferEnded, Queued
from interactions.identity import new_id
from interactions.locks import lock_heads
from interactions.log import Log
from interactions.model import By, OfferState, State
from interactions.record import Bundle, Draft
from interactions.tables import offer

LEASE = timedelta(seconds=45)


@dataclass(frozen=True, slots=True)
class RowOffers:
    """Queues, makes and ends offers."""

    database: Database
    log: Log
    clock: Clock

    async def queue(self, interaction_id: UUID) -> None:
        """Puts the interaction in line."""
        now = self.clock.now()
        queued = Draft(Queued("asked"), By.SYSTEM, to=State.WAITING, changes={"waiting_since": now, "rank_at": now})
        async with self.database.unit() as unit:
            await self.log.write_one(unit, Bundle(interaction_id, lambda _: [queued]))

    async def make(self, interaction_id: UUID, *, seat_id: UUID) -> UUID:
        """The id of a live offer."""
        now = self.clock.now()
        offer_id = new_id(now)
        event = Offered(
            offer_id=str(offer_id), seat_id=str(seat_id), expires_at=(now + LEASE).isoformat(), why={"eligible": 1}
        )
        row = {
            "offer_id": offer_id,
            "interaction_id": interaction_id,
            "seat_id": seat_id,
            "made_at": now,
            "expires_at": now + LEASE,
        }
        async with self.database.unit() as unit:
            await self._write(unit, interaction_id, Draft(event, By.SYSTEM, to=State.OFFERED))
            await unit.connection.execute(insert(offer).values(row))
        return offer_id

    async def finish(
        self,
        offer_id: UUID,
        *,
        seat_id: UUID,
        state: OfferState,
        how: str,
        reason: str | None = None,
    ) -> None:
        """Ends the offer without acceptance: back in line."""
        async with self.database.unit() as unit:
            interaction_id = await self._lock(unit, offer_id, seat_id)
            await self._end(unit, offer_id, state, reason)
            event = OfferEnded(offer_id=str(offer_id), seat_id=str(seat_id), how=how, reason=reason)
            await self._write(unit, interaction_id, Draft(event, By.SYSTEM, to=State.WAITING))

    async def _lock(self, unit: Unit, offer_id: UUID, seat_id: UUID) -> UUID:
        of_seat = (offer.c.offer_id == offer_id, offer.c.seat_id == seat_id)
        interaction_id: UUID = await unit.connection.scalar(select(offer.c.interaction_id).where(*of_seat))
        await lock_heads(unit, [interaction_id])
        return interaction_id

    async def _end(self, unit: Unit, offer_id: UUID, state: OfferState, reason: str | None) -> None:
        ended = {"state": state.value, "ended_at": self.clock.now(), "reason": reason}
        await unit.connection.execute(update(offer).where(offer.c.offer_id == offer_id).values(ended))

    async def _write(self, unit: Unit, interaction_id: UUID, draft: Draft) -> None:
        await self.log.write_one(unit, Bundle(interaction_id, lambda _: [draft]))
