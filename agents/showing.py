"""Frames to the console as JSON values (PROTOCOL.md, lawyers' console). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from agents.discretion import discreet_why
from agents.errors import StillOpen
from agents.owed import owed_fields
from agents.record_form import urgency_name, utc
from agents.roles import Viewer
from agents.seat_view import HandingOn, Held, Ringing, SeatView
from interactions.errors import HotlineError, TooFast
from interactions.events import NoteWritten, TurnSaid
from interactions.record import Recorded
from interactions.transfer_events import TransferAsked
from interactions.work import Work

Shown = dict[str, Any]
ERASED = "（内容已按规定删除）"


def welcome_frame(viewer: Viewer, view: SeatView | None, *, lasts: Mapping[UUID, int], now: datetime) -> Shown:
    """The first frame; `lasts` holds the last visible seq of each interaction in hand."""
    held = view.held.values() if view else ()
    return {
        "type": "welcome",
        "seat": view.code if view else None,
        "seat_name": view.name if view else None,
        "status": view.status if view else None,
        "reason": view.reason if view else None,
        "role": viewer.role,
        "display_name": viewer.display_name,
        "interactions": [{**held_facts(one), "last": lasts[one.interaction_id]} for one in held],
        "now": utc(now),
    }


def held_facts(held: Held) -> Shown:
    """What the console lists about an interaction in hand."""
    facts: Shown = {
        "interaction_id": str(held.interaction_id),
        "number": held.number,
        "state": held.state,
        "channel": held.channel,
        "matter": held.matter,
        "urgency": urgency_name(held.urgency),
        "dangers": list(held.dangers),
    }
    waited_s = None if held.waited_s is None else round(held.waited_s, 3)
    return {**facts, **_given(waited_s=waited_s, transfer=_handing_on(held.handing_on))}


def _handing_on(under_way: HandingOn | None) -> Shown | None:
    if under_way is None:
        return None
    target = _given(matter=under_way.matter, seat_name=under_way.seat_name)
    return {**target, "expires_at": utc(under_way.expires_at)}


def transfer_frame(recorded: Recorded, asked: TransferAsked) -> Shown:
    """A transfer of this interaction is under way, asked for here or in another tab."""
    return {
        "type": "transfer_asked",
        "interaction_id": str(recorded.interaction_id),
        "seq": recorded.seq,
        "expires_at": asked.expires_at,
        **_given(matter=asked.matter, seat_name=asked.to_seat_name),
    }


def conflict_frame(interaction_id: UUID) -> Shown:
    """To the lawyer who serves: a name told that they advised the other side of this dispute. Sent once a page."""
    return {
        "type": "conflict",
        "interaction_id": str(interaction_id),
        "message": "您曾为本纠纷的对方提供过服务，按回避规定不宜继续承办，请转接给其他律师。",
    }


def taken_over_frame(recorded: Recorded) -> Shown:
    """A supervisor has it now; this seat has not."""
    return {"type": "taken_over", "interaction_id": str(recorded.interaction_id), "seq": recorded.seq}


def transfer_result_frame(recorded: Recorded, *, result: str) -> Shown:
    """What became of a transfer, to the seat that asked for it."""
    return {
        "type": "transfer_result",
        "interaction_id": str(recorded.interaction_id),
        "seq": recorded.seq,
        "result": result,
    }


def turn_frame(recorded: Recorded, *, prev: int) -> Shown:
    """A turn or a note, with the seq of the one before it that this receiver saw."""
    said = recorded.event
    frame: Shown = {
        "type": "turn",
        "interaction_id": str(recorded.interaction_id),
        "seq": recorded.seq,
        "prev": prev,
        "by": recorded.by.value,
        "at": utc(recorded.at),
    }
    if isinstance(said, NoteWritten):
        extra = _given(client_id=said.client_id, purpose=said.purpose)
        return {**frame, "text": words_of(said), "note": True, **extra}
    if isinstance(said, TurnSaid):
        extra = _given(client_id=said.client_id, answer=said.answer, file=said.file, purpose=said.purpose)
        return {**frame, "text": words_of(said), **extra}
    return frame


def words_of(said: TurnSaid | NoteWritten) -> str:
    """What was said, or that it was deleted: an empty bubble would look like a defect."""
    if said.text is not None:
        return said.text
    return "" if isinstance(said, TurnSaid) and said.file else ERASED


def state_frame(recorded: Recorded) -> Shown:
    """A move of the interaction's state."""
    return {
        "type": "state",
        "interaction_id": str(recorded.interaction_id),
        "seq": recorded.seq,
        "state": recorded.to_state,
        "at": utc(recorded.at),
    }


def taken_frame(held: Held) -> Shown:
    """The state of an interaction that just came into hand, with the facts the console lists about it."""
    return {"type": "state", "seq": held.last_seq, **held_facts(held)}


def offer_frame(
    ringing: Ringing, *, why: Mapping[str, Any], now: datetime, work: Work | None = None, note: str | None = None
) -> Shown:
    """待接入: what is offered, for how long, and why to this seat. No word of what the resident said.

    `work` tells of a callback or a message, its number masked. From another seat it carries `transfer {from,
    from_name, note}`: the note is that lawyer's to this one.
    """
    owed = {} if work is None else {"work": owed_fields(work)}
    handed_on = ringing.handed_on
    origin = {"from": handed_on.from_code, "from_name": handed_on.from_name, "note": note or ""} if handed_on else None
    return owed | {
        "type": "offer",
        "offer_id": str(ringing.offer_id),
        "interaction_id": str(ringing.interaction_id),
        "number": ringing.number,
        "channel": ringing.channel,
        "matter": ringing.matter,
        "urgency": urgency_name(ringing.urgency),
        "dangers": list(ringing.dangers),
        "waited_s": round(max(0.0, (now - ringing.waiting_since).total_seconds()), 3),
        "expires_at": utc(ringing.expires_at),
        "why": discreet_why(why),
        "now": utc(now),
        **_given(transfer=origin),
    }


def offer_gone_frame(offer_id: UUID, *, interaction_id: UUID, reason: str) -> Shown:
    """The offer is over for this seat."""
    return {
        "type": "offer_gone",
        "offer_id": str(offer_id),
        "interaction_id": str(interaction_id),
        "reason": reason,
    }


def status_frame(status: str, *, reason: str | None) -> Shown:
    """The seat's status, whoever changed it."""
    return {"type": "status", "status": status, "reason": reason}


def typing_frame(interaction_id: UUID, *, by: str, on: bool) -> Shown:
    """The other side types; an `on` that is not told again within some seconds is over."""
    return {"type": "typing", "interaction_id": str(interaction_id), "by": by, "on": on}


def ack_frame(*, client_id: str | None, interaction_id: UUID | None = None, seq: int | None = None) -> Shown:
    """A command was carried out and is durable."""
    named = str(interaction_id) if interaction_id else None
    return {"type": "ack", **_given(client_id=client_id, interaction_id=named, seq=seq)}


def error_frame(error: HotlineError, *, about: Mapping[str, str] | None = None) -> Shown:
    """A command was refused and nothing was done; `about` names the command and what it was about."""
    retry_s = round(error.retry_s, 3) if isinstance(error, TooFast) else None
    still_open = list(error.open) if isinstance(error, StillOpen) else None
    extra = _given(retry_s=retry_s, open=still_open)
    return {"type": "error", "code": error.code, "message": error.message, **extra, **(about or {})}


def _given(**fields: Any) -> Shown:
    return {name: value for name, value in fields.items() if value is not None}
