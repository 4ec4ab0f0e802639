"""Offers on rows, as plain as a test needs: the port `Offers` without the router's policy around it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import insert, select, update

from interactions.clock import Clock
from interactions.database import Database, Unit
from interactions.errors import OfferGone
from interactions.events import Accepted, Offered, OfferEnded, Queued
from interactions.head import lock_heads
from interactions.identity import new_id
from interactions.log import Log
from interactions.model import By, OfferState, State
from interactions.record import Bundle, Draft, RepeatKey, Written
from interactions.tables import assignment, offer

LEASE = timedelta(seconds=45)


@dataclass(frozen=True, slots=True)
class RowOffers:
    """Makes, accepts, declines and ends offers."""

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

    async def accept(
        self, offer_id: UUID, *, seat_id: UUID, account_id: UUID, repeat_of: RepeatKey | None = None
    ) -> Written:
        """The acceptance; one winner."""
        now = self.clock.now()
        async with self.database.unit() as unit:
            interaction_id = await self._lock(unit, offer_id, seat_id)
            segment_id = new_id(now)
            live = await self._end(unit, offer_id, OfferState.ACCEPTED)
            event = Accepted(
                offer_id=str(offer_id),
                seat_id=str(seat_id),
                account_id=str(account_id),
                segment_id=str(segment_id),
                waited_s=0.0,
            )
            draft = Draft(event, By.LAWYER, account_id, to=State.WITH_LAWYER, changes={"seat_id": seat_id})
            written = await self._write(unit, interaction_id, draft, repeat_of, live=live)
            if not written.repeated:
                row = {
                    "segment_id": segment_id,
                    "interaction_id": interaction_id,
                    "seat_id": seat_id,
                    "account_id": account_id,
                    "started_at": now,
                }
                await unit.connection.execute(insert(assignment).values(row))
            return written

    async def decline(
        self, offer_id: UUID, *, seat_id: UUID, account_id: UUID, reason: str, repeat_of: RepeatKey | None = None
    ) -> Written:
        """The refusal."""
        return await self.finish(
            offer_id, seat_id=seat_id, state=OfferState.DECLINED, how="declined", reason=reason, repeat_of=repeat_of
        )

    async def finish(
        self,
        offer_id: UUID,
        *,
        seat_id: UUID,
        state: OfferState,
        how: str,
        reason: str | None = None,
        repeat_of: RepeatKey | None = None,
    ) -> Written:
        """Ends the offer without acceptance: back in line."""
        async with self.database.unit() as unit:
            interaction_id = await self._lock(unit, offer_id, seat_id)
            live = await self._end(unit, offer_id, state, reason)
            event = OfferEnded(offer_id=str(offer_id), seat_id=str(seat_id), how=how, reason=reason)
            draft = Draft(event, By.SYSTEM, to=State.WAITING)
            return await self._write(unit, interaction_id, draft, repeat_of, live=live)

    async def _lock(self, unit: Unit, offer_id: UUID, seat_id: UUID) -> UUID:
        of_seat = (offer.c.offer_id == offer_id, offer.c.seat_id == seat_id)
        interaction_id: UUID | None = await unit.connection.scalar(select(offer.c.interaction_id).where(*of_seat))
        if interaction_id is None:
            raise OfferGone("没有这个待接入")
        await lock_heads(unit.connection, [interaction_id])
        return interaction_id

    async def _end(self, unit: Unit, offer_id: UUID, state: OfferState, reason: str | None = None) -> bool:
        live = (offer.c.offer_id == offer_id, offer.c.state == OfferState.LIVE.value)
        ended = {"state": state.value, "ended_at": self.clock.now(), "reason": reason}
        return (await unit.connection.execute(update(offer).where(*live).values(ended))).rowcount == 1

    async def _write(
        self,
        unit: Unit,
        interaction_id: UUID,
        draft: Draft,
        repeat_of: RepeatKey | None = None,
        *,
        live: bool = True,
    ) -> Written:
        def decide(_: object) -> list[Draft]:
            if not live:
                raise OfferGone("已被接听或已超时")
            return [draft]

        return await self.log.write_one(unit, Bundle(interaction_id, decide, repeat_of))
