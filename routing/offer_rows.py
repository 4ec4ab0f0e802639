"""Offers as rows: found, ended, and the seats they keep from being offered the same again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text, update

from interactions.connections import Connection
from interactions.model import OfferState
from interactions.tables import offer, seat


@dataclass(frozen=True, slots=True)
class OfferRow:
    """One offer as it stood when it was read; `account_id` is who sits at its seat."""

    offer_id: UUID
    interaction_id: UUID
    seat_id: UUID
    state: OfferState
    account_id: UUID | None


_OFFERS = select(offer.c.offer_id, offer.c.interaction_id, offer.c.seat_id, offer.c.state, seat.c.account_id).join(
    seat, seat.c.seat_id == offer.c.seat_id
)
_EXCLUDE = text("""
insert into exclusion (interaction_id, seat_id, reason, until)
select i, s, :reason, cast(:until as timestamptz)
from unnest(cast(:interactions as uuid[]), cast(:seats as uuid[])) as n(i, s)
on conflict (interaction_id, seat_id) do update
set reason = case when exclusion.until is null then exclusion.reason else excluded.reason end,
    until = case when exclusion.until is null then null else excluded.until end
""")


async def find_offer(connection: Connection, offer_id: UUID) -> OfferRow | None:
    """The offer as it is now."""
    row = (await connection.execute(_OFFERS.where(offer.c.offer_id == offer_id))).first()
    return None if row is None else _offer_row(row)


async def live_offers(connection: Connection, interaction_ids: Collection[UUID]) -> list[OfferRow]:
    """Live offers of these interactions; read it after their heads were locked."""
    statement = _OFFERS.where(offer.c.interaction_id.in_(interaction_ids), offer.c.state == OfferState.LIVE.value)
    return [_offer_row(row) for row in await connection.execute(statement)]


async def overdue_offers(connection: Connection, *, now: datetime, most: int) -> list[OfferRow]:
    """Live offers whose lease is over, the longest first; not locked."""
    statement = (
        _OFFERS.where(offer.c.state == OfferState.LIVE.value, offer.c.expires_at <= now)
        .order_by(offer.c.expires_at)
        .limit(most)
    )
    return [_offer_row(row) for row in await connection.execute(statement)]


async def offers_of_seats(connection: Connection, seat_ids: Collection[UUID]) -> list[OfferRow]:
    """Live offers that ring at these seats."""
    statement = _OFFERS.where(offer.c.seat_id.in_(seat_ids), offer.c.state == OfferState.LIVE.value)
    return [_offer_row(row) for row in await connection.execute(statement)]


async def end_offers(
    connection: Connection, offers: Sequence[OfferRow], *, state: OfferState, reason: str | None, now: datetime
) -> None:
    """Ends live offers; the heads' locks make sure that they are still live."""
    ids = [one.offer_id for one in offers]
    ended = update(offer).where(offer.c.offer_id.in_(ids), offer.c.state == OfferState.LIVE.value)
    await connection.execute(ended.values(state=state.value, reason=reason, ended_at=now))


async def exclude(
    connection: Connection, pairs: Sequence[tuple[UUID, UUID]], *, reason: str, until: datetime | None
) -> None:
    """Keeps the seat of each pair (interaction, seat) from it until `until`, or for good; for good stays so."""
    if not pairs:
        return
    values = {
        "interactions": [interaction_id for interaction_id, _ in pairs],
        "seats": [seat_id for _, seat_id in pairs],
        "reason": reason,
        "until": until,
    }
    await connection.execute(_EXCLUDE, values)


def _offer_row(row: Sequence[object]) -> OfferRow:
    offer_id, interaction_id, seat_id, state, account_id = row
    return OfferRow(offer_id, interaction_id, seat_id, OfferState(state), account_id)  # type: ignore[arg-type]
