"""Offers as rows: found, ended, and the seats they keep from being offered the same again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text

from interactions.conflicts import conflicted
from interactions.connections import Connection
from interactions.model import OfferState
from routing.transfers import COLUMNS, Transfer


@dataclass(frozen=True, slots=True)
class OfferRow:
    """One offer as it stood when it was read.

    `account_id` is who sits at its seat, `work` the kind of what is owed, `transfer` what it is of where another
    lawyer has the interaction.
    """

    offer_id: UUID
    interaction_id: UUID
    seat_id: UUID
    state: OfferState
    account_id: UUID | None
    seat_name: str
    work: str | None = None
    transfer: Transfer | None = None


_OFFERS = f"""
select o.offer_id, o.interaction_id, o.seat_id, o.state, s.account_id, s.name, w.kind, {COLUMNS}
from offer o join seat s on s.seat_id = o.seat_id
left join work_item w on w.interaction_id = o.interaction_id and w.ended_at is null
left join transfer t on t.transfer_id = o.transfer_id where """  # noqa: S608
_FIND = text(_OFFERS + "o.offer_id = :offer_id")
_FIND_AND_LOCK_SEAT = text(_OFFERS + "o.offer_id = :offer_id for no key update of s")
_LIVE = text(_OFFERS + "o.interaction_id = any(:ids) and o.state = 'live'")
_OVERDUE = text(_OFFERS + "o.state = 'live' and o.expires_at <= :now order by o.expires_at limit :most")
_AT_SEATS = text(_OFFERS + "o.seat_id = any(:ids) and o.state = 'live'")
_INSERT = text("""
insert into offer (offer_id, interaction_id, seat_id, expires_at, transfer_id, made_at)
select o.*, cast(:now as timestamptz) from unnest(
    cast(:offers as uuid[]), cast(:interactions as uuid[]), cast(:seats as uuid[]), cast(:expiries as timestamptz[]),
    cast(:transfers as uuid[])
) as o
""")
RINGS_IN_CONFLICT = f"""
select o.offer_id from offer o join seat s on s.seat_id = o.seat_id
where o.state = 'live' and exists (
    select from ({conflicted("o.interaction_id")}) c where c.account_id = s.account_id)"""  # noqa: S608
_CONFLICTED = text(f"{_OFFERS} o.state = 'live' and o.offer_id in ({RINGS_IN_CONFLICT})")
_END = text("""
update offer set state = :state, reason = :reason, ended_at = :now where offer_id = any(:ids) and state = 'live'
""")
_EXCLUDE = text("""
insert into exclusion (interaction_id, seat_id, reason, until)
select i, s, :reason, cast(:until as timestamptz)
from unnest(cast(:interactions as uuid[]), cast(:seats as uuid[])) as n(i, s)
on conflict (interaction_id, seat_id) do update
set reason = excluded.reason, until = greatest(exclusion.until, excluded.until)
""")


class NewRow(NamedTuple):
    """An offer about to be stored; `transfer_id` where another lawyer has the interaction."""

    offer_id: UUID
    interaction_id: UUID
    seat_id: UUID
    expires_at: datetime
    transfer_id: UUID | None = None


async def insert_offers(connection: Connection, made: Sequence[NewRow], *, now: datetime) -> None:
    """Stores live offers, with their events in one transaction."""
    columns = zip(*made, strict=True) if made else ((),) * len(NewRow._fields)
    names = ("offers", "interactions", "seats", "expiries", "transfers")
    await connection.execute(_INSERT, {**dict(zip(names, map(list, columns), strict=True)), "now": now})


async def find_offer(connection: Connection, offer_id: UUID) -> OfferRow | None:
    """The offer as it is now."""
    row = (await connection.execute(_FIND, {"offer_id": offer_id})).first()
    return None if row is None else _offer_row(row)


async def find_offer_and_lock_seat(connection: Connection, offer_id: UUID) -> OfferRow | None:
    """The offer as it is now, its seat locked; read it after its interaction was locked, which settles its state."""
    row = (await connection.execute(_FIND_AND_LOCK_SEAT, {"offer_id": offer_id})).first()
    return None if row is None else _offer_row(row)


async def live_offers(connection: Connection, interaction_ids: Collection[UUID]) -> list[OfferRow]:
    """Live offers of these interactions; read it after their heads were locked."""
    return [_offer_row(row) for row in await connection.execute(_LIVE, {"ids": list(interaction_ids)})]


async def overdue_offers(connection: Connection, *, now: datetime, most: int) -> list[OfferRow]:
    """Live offers whose lease is over, the longest first; not locked."""
    return [_offer_row(row) for row in await connection.execute(_OVERDUE, {"now": now, "most": most})]


async def conflicted_offers(connection: Connection) -> list[OfferRow]:
    """Live offers at a lawyer who may not have them (interactions/conflicts.py); not locked."""
    return [_offer_row(row) for row in await connection.execute(_CONFLICTED)]


async def offers_of_seats(connection: Connection, seat_ids: Collection[UUID]) -> list[OfferRow]:
    """Live offers that ring at these seats."""
    return [_offer_row(row) for row in await connection.execute(_AT_SEATS, {"ids": list(seat_ids)})]


async def end_offers(
    connection: Connection, offers: Sequence[OfferRow], *, state: OfferState, reason: str | None, now: datetime
) -> None:
    """Ends live offers; the heads' locks make sure that they are still live."""
    if not offers:
        return
    values = {"ids": [one.offer_id for one in offers], "state": state.value, "reason": reason, "now": now}
    await connection.execute(_END, values)


async def exclude(connection: Connection, pairs: Sequence[tuple[UUID, UUID]], *, reason: str, until: datetime) -> None:
    """Keeps the seat of each pair (interaction, seat) from it until `until`; the lawyer is another question."""
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
    offer_id, interaction_id, seat_id, state, account_id, seat_name, work, *of_transfer = row
    transfer = Transfer(*of_transfer) if of_transfer[0] is not None else None  # type: ignore[arg-type]
    return OfferRow(offer_id, interaction_id, seat_id, OfferState(state), account_id, seat_name, work, transfer)  # type: ignore[arg-type]
