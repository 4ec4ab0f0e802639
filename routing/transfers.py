"""Transfers as rows, and their end. The interaction stays with its lawyer until another one has accepted it.

    with_lawyer ─ transfer ─▶ open ──┬─ a seat with room is found ─▶ ringing ──┬─ accept ─▶ accepted: a new segment
         ▲                     ▲     │    (named: in the same moment,          │             at the other seat
         │                     │     │     by matter: in a round)              ├─ decline ─┐
         │ back where it was   │     │                                         ├─ lapse ───┤
         │                     └─────┼── by matter, others are left to ask ◀───┴─ vanished ┤
         ├──── lapsed ◀──────────────┴── by matter, nobody within `find_s`                 │
         ├──── refused, lapsed ◀──────── nobody is left to ask ◀───────────────────────────┘
         ├──── cancelled ◀────────────── the lawyer cancels, open or ringing
         └──── withdrawn ◀────────────── released, the resident leaves, the seat vanishes, taken over

The log's state is `with_lawyer` all along, and the old seat's place stays taken; a ringing one takes a place at the
other seat, too, like any offer. One open transfer and one live offer an interaction: two unique indexes. Everybody
locks the interaction first, then the seats, then reads the transfer again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from interactions.connections import Connection
from interactions.database import Unit
from interactions.locks import lock_heads
from interactions.log import Log
from interactions.model import TALKING, By, OfferState, TransferState
from interactions.record import Bundle, Draft, drafts
from interactions.transfer_events import TransferEnded, TransferOfferEnded

# In the order of the fields of `Transfer`.
COLUMNS = (
    "t.transfer_id, t.interaction_id, t.segment_id, t.seat_id, t.account_id, t.to_seat_id, t.to_matter, t.expires_at"
)
_OPEN = text(f"""
select {COLUMNS}, o.offer_id, o.seat_id from transfer t
left join offer o on o.transfer_id = t.transfer_id and o.state = 'live'
where t.interaction_id = any(:ids) and t.state = 'open' order by t.interaction_id
""")  # noqa: S608 - constants above
_INSERT = text("""
insert into transfer (transfer_id, interaction_id, segment_id, seat_id, account_id, to_seat_id, to_matter, note_seq,
                      asked_at, expires_at)
values (:transfer_id, :interaction_id, :segment_id, :seat_id, :account_id, :to_seat_id, :to_matter, :note_seq,
        :now, :expires_at)
""")
_END = text("""
update transfer set state = :state, ended_at = :now where transfer_id = any(:ids) and state = 'open'
""")
_END_OFFERS = text("""
update offer set state = 'withdrawn', reason = :reason, ended_at = :now
where transfer_id = any(:ids) and state = 'live'
""")


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer as it stood when it was read: whose it is (segment, seat, account), and for whom it is meant."""

    transfer_id: UUID
    interaction_id: UUID
    segment_id: UUID
    seat_id: UUID
    account_id: UUID
    to_seat_id: UUID | None
    to_matter: str | None
    expires_at: datetime

    @property
    def named(self) -> bool:
        """Whether it is meant for one seat; its refusal is the end."""
        return self.to_seat_id is not None


@dataclass(frozen=True, slots=True)
class OpenTransfer:
    """An open transfer, and the live offer of it with the seat where it rings."""

    transfer: Transfer
    offer_id: UUID | None
    rings_at: UUID | None


async def open_transfers(connection: Connection, interaction_ids: Collection[UUID]) -> dict[UUID, OpenTransfer]:
    """The open transfers of these interactions by interaction; read it after their heads were locked."""
    rows = await connection.execute(_OPEN, {"ids": list(interaction_ids)})
    found = (OpenTransfer(Transfer(*row[:8]), row[8], row[9]) for row in rows)
    return {one.transfer.interaction_id: one for one in found}


async def insert_transfer(connection: Connection, made: Transfer, *, note_seq: int | None, now: datetime) -> None:
    """Stores a new transfer, with its events in one transaction."""
    values: dict[str, Any] = {name: getattr(made, name) for name in Transfer.__slots__}
    await connection.execute(_INSERT, {**values, "note_seq": note_seq, "now": now})


async def end_transfers(
    connection: Connection, transfer_ids: Collection[UUID], *, state: TransferState, now: datetime
) -> None:
    """Ends open transfers; the heads' locks make sure that they are still open."""
    if transfer_ids:
        await connection.execute(_END, {"ids": list(transfer_ids), "state": state.value, "now": now})


async def call_off(
    unit: Unit,
    interaction_ids: Collection[UUID],
    *,
    log: Log,
    now: datetime,
    state: TransferState = TransferState.WITHDRAWN,
    by: By = By.SYSTEM,
    by_id: UUID | None = None,
) -> list[Transfer]:
    """Ends the open transfers of these interactions, ringing or not, inside the caller's unit; returns them."""
    if not interaction_ids:
        return []
    await lock_heads(unit, interaction_ids)
    found = list((await open_transfers(unit.connection, interaction_ids)).values())
    if not found:
        return []
    await log.write(unit, [_called_off(one, state=state, by=by, by_id=by_id) for one in found])
    await store_called_off(unit, found, state=state, now=now)
    return [one.transfer for one in found]


async def store_called_off(unit: Unit, found: Sequence[OpenTransfer], *, state: TransferState, now: datetime) -> None:
    """The rows that go with `called_off_drafts`, in the same unit."""
    ids = [one.transfer.transfer_id for one in found]
    await unit.connection.execute(_END_OFFERS, {"ids": ids, "reason": state.value, "now": now})
    await end_transfers(unit.connection, ids, state=state, now=now)
    unit.seats.update(one.transfer.seat_id for one in found)
    # A place is free where it rang.
    unit.wake_router = True


def _called_off(found: OpenTransfer, *, state: TransferState, by: By, by_id: UUID | None) -> Bundle:
    made = called_off_drafts(found, state=state, by=by, by_id=by_id)
    return Bundle(found.transfer.interaction_id, lambda _: made)


def called_off_drafts(found: OpenTransfer, *, state: TransferState, by: By, by_id: UUID | None) -> Sequence[Draft]:
    """The events of a transfer that ends before it was answered."""
    made: list[Draft] = []
    transfer = found.transfer
    if found.offer_id is not None:
        ended = TransferOfferEnded(
            transfer_id=str(transfer.transfer_id),
            offer_id=str(found.offer_id),
            seat_id=str(found.rings_at),
            how=OfferState.WITHDRAWN.value,
            reason=state.value,
        )
        made.append(Draft(ended, by, by_id))
    return [*made, ended_draft(transfer, state=state, by=by, by_id=by_id)]


def ended_draft(transfer: Transfer, *, state: TransferState, by: By = By.SYSTEM, by_id: UUID | None = None) -> Draft:
    """The event that tells the old seat that the interaction stays with it, or why the transfer is over."""
    event = TransferEnded(transfer_id=str(transfer.transfer_id), from_seat_id=str(transfer.seat_id), how=state.value)
    return Draft(event, by, by_id)


def stays(transfers: Sequence[tuple[Transfer, TransferState]]) -> list[Bundle]:
    """The bundles that end transfers of interactions that stay with their lawyer."""
    return [
        Bundle(transfer.interaction_id, drafts(ended_draft(transfer, state=state), only_in=TALKING))
        for transfer, state in transfers
    ]
