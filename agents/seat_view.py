"""What a seat's console should show now, read from rows: its status, what it holds, what is offered to it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import Row, func, select, text

from interactions.conflicts import conflicted
from interactions.connections import Connection
from interactions.events import Offered
from interactions.model import OfferState, State
from interactions.tables import event, interaction, offer
from interactions.transfer_events import TransferOffered
from interactions.visibility import STAFF_KINDS

IN_HAND = (State.WITH_LAWYER.value, State.WRAP_UP.value)
OFFERING = (Offered.kind, TransferOffered.kind)
LEFT = (State.ABANDONED.value, State.CLOSED.value)
# Asked for every offer, acceptance and end of a talk: as text, which goes straight to the driver.
_SEATS = text("select seat_id, code, name, status, status_reason, account_id from seat where seat_id = any(:ids)")
_RINGING = text("""
select o.offer_id, o.interaction_id, o.seat_id, o.expires_at, i.number, i.channel,
       coalesce(t.to_matter, i.matter) as matter, i.urgency, i.dangers, i.waiting_since, w.kind as work,
       t.transfer_id, t.note_seq, f.code as from_code, f.name as from_name
from offer o join interaction i on i.interaction_id = o.interaction_id
left join work_item w on w.interaction_id = o.interaction_id and w.ended_at is null
left join transfer t on t.transfer_id = o.transfer_id left join seat f on f.seat_id = t.seat_id
where o.seat_id = any(:ids) and o.state = 'live' order by o.made_at
""")
_HELD = text(f"""
select i.interaction_id, i.seat_id, a.started_at, i.resident_id, i.number, i.state, i.channel, i.matter, i.urgency,
       i.dangers, i.last_seq, i.waiting_since, w.kind as work, t.transfer_id, t.to_matter, n.name as to_name,
       t.expires_at, exists (select from ({conflicted("i.interaction_id")}) c
                             where c.account_id = a.account_id) as conflict
from interaction i left join work_item w on w.interaction_id = i.interaction_id and w.ended_at is null
left join assignment a on a.interaction_id = i.interaction_id and a.finished_at is null
left join transfer t on t.interaction_id = i.interaction_id and t.state = 'open'
left join seat n on n.seat_id = t.to_seat_id
where i.seat_id = any(:ids) and i.state in ('with_lawyer', 'wrap_up') order by i.interaction_id
""")  # noqa: S608 - constants above


class HandingOn(NamedTuple):
    """A transfer under way: for whoever serves `matter`, or the seat named `seat_name`, until about when."""

    matter: str | None
    seat_name: str | None
    expires_at: datetime


class HandedOn(NamedTuple):
    """An offer that comes from another seat; its note stands in the log at `note_seq`."""

    transfer_id: UUID
    from_code: str
    from_name: str
    note_seq: int | None


@dataclass(frozen=True, slots=True)
class Held:
    """An interaction in the seat's hands.

    `waited_s` is how long its resident waited for this lawyer, `work` the kind of what is owed to the resident: a
    callback, a message. `handing_on`: the transfer that is under way. `conflict`: its lawyer advised the other side.
    """

    interaction_id: UUID
    resident_id: UUID
    number: str
    state: str
    channel: str
    matter: str
    urgency: int
    dangers: tuple[str, ...]
    last_seq: int
    waited_s: float | None
    work: str | None = None
    handing_on: HandingOn | None = None
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class Ringing:
    """A live offer to the seat; `work` as in `Held`."""

    offer_id: UUID
    interaction_id: UUID
    number: str
    channel: str
    matter: str
    urgency: int
    dangers: tuple[str, ...]
    waiting_since: datetime
    expires_at: datetime
    work: str | None = None
    handed_on: HandedOn | None = None


@dataclass(frozen=True, slots=True)
class SeatView:
    """A seat as its console should show it."""

    seat_id: UUID
    code: str
    name: str
    status: str
    reason: str | None
    account_id: UUID | None
    held: dict[UUID, Held] = field(default_factory=dict)
    offers: dict[UUID, Ringing] = field(default_factory=dict)


async def read_view(connection: Connection, seat_id: UUID) -> SeatView:
    """The view of one seat."""
    return (await read_views(connection, [seat_id]))[seat_id]


async def read_views(connection: Connection, seat_ids: Collection[UUID]) -> dict[UUID, SeatView]:
    """The views of several seats, in three statements whatever their number."""
    ids = {"ids": list(seat_ids)}
    seats = (await connection.execute(_SEATS, ids)).all()
    # Offers before what is held: an accept in between shows as held and still ringing, never as neither.
    ringing = (await connection.execute(_RINGING, ids)).all()
    held = (await connection.execute(_HELD, ids)).all()
    views = {row.seat_id: _view(row) for row in seats}
    for one in held:
        views[one.seat_id].held[one.interaction_id] = _held_in(one)
    for one in ringing:
        views[one.seat_id].offers[one.offer_id] = _ringing_in(one)
    return views


async def last_visible(connection: Connection, interaction_id: UUID, *, upto: int) -> int:
    """The seq of the last turn or note at or before `upto`; 0 where there is none."""
    statement = select(func.max(event.c.seq)).where(
        event.c.interaction_id == interaction_id, event.c.seq <= upto, event.c.kind.in_(STAFF_KINDS)
    )
    return (await connection.scalar(statement)) or 0


async def explanation(connection: Connection, ringing: Ringing) -> dict[str, Any]:
    """Why the router offered this to this seat, from the decision's event."""
    statement = (
        select(event.c.body)
        .where(event.c.interaction_id == ringing.interaction_id, event.c.kind.in_(OFFERING))
        .order_by(event.c.seq.desc())
        .limit(1)
    )
    body = await connection.scalar(statement)
    stored = orjson.loads(body) if body else {}
    matches = stored.get("offer_id") == str(ringing.offer_id)
    why: dict[str, Any] = stored.get("why", {}) if matches else {}
    return why


async def why_gone(connection: Connection, offer_id: UUID) -> str:
    """Why an offer is no longer live, as a reason of PROTOCOL.md."""
    statement = (
        select(offer.c.state, offer.c.reason, interaction.c.state.label("now"))
        .join(interaction, interaction.c.interaction_id == offer.c.interaction_id)
        .where(offer.c.offer_id == offer_id)
    )
    row = (await connection.execute(statement)).one()
    if row.state == OfferState.ACCEPTED:
        return "accepted_elsewhere"
    if row.state == OfferState.LAPSED:
        return "lapsed"
    left = row.state == OfferState.WITHDRAWN and (row.reason == "resident_left" or row.now in LEFT)
    return "resident_left" if left else "withdrawn"


def _view(row: Row[Any]) -> SeatView:
    return SeatView(row.seat_id, row.code, row.name, row.status, row.status_reason, row.account_id)


def _held_in(row: Row[Any]) -> Held:
    waited = (row.started_at - row.waiting_since).total_seconds() if row.started_at and row.waiting_since else None
    return Held(
        row.interaction_id,
        row.resident_id,
        row.number,
        row.state,
        row.channel,
        row.matter,
        row.urgency,
        tuple(row.dangers),
        row.last_seq,
        waited,
        row.work,
        HandingOn(row.to_matter, row.to_name, row.expires_at) if row.transfer_id else None,
        row.conflict,
    )


def _ringing_in(row: Row[Any]) -> Ringing:
    return Ringing(
        row.offer_id,
        row.interaction_id,
        row.number,
        row.channel,
        row.matter,
        row.urgency,
        tuple(row.dangers),
        row.waiting_since,
        row.expires_at,
        row.work,
        HandedOn(row.transfer_id, row.from_code, row.from_name, row.note_seq) if row.transfer_id else None,
    )
