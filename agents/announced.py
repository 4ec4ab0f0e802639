"""What a change made by this process says about a seat by itself, so that no row need be read.

    offered to the seat ─▶ what rings, and why          accepted by it ─▶ what it holds now, and the offer this ends

Only the last event of a change counts: what something came after is for the rows to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from agents.seat_view import Held, Ringing
from interactions.changes import Change
from interactions.events import Accepted, Offered
from interactions.head import Head
from interactions.model import State


class Rung(NamedTuple):
    """An offer that rings now, and why at this seat."""

    ringing: Ringing
    why: Mapping[str, Any]


class Taken(NamedTuple):
    """An interaction that came into hand by the acceptance of `offer_id`."""

    held: Held
    offer_id: UUID


def announced(change: Change, seat_id: UUID) -> Rung | Taken | None:
    """What `change` alone says about the seat; None where rows must be read."""
    if change.head is None or not change.recorded:
        return None
    head, event = change.head, change.recorded[-1].event
    if isinstance(event, Offered) and head.state is State.OFFERED and event.seat_id == str(seat_id):
        return Rung(_ringing(head, event), event.why)
    if isinstance(event, Accepted) and head.state is State.WITH_LAWYER and head.seat_id == seat_id:
        return Taken(_held(head, event), UUID(event.offer_id))
    return None


def _ringing(head: Head, event: Offered) -> Ringing:
    assert head.waiting_since is not None  # noqa: S101 - a row constraint: who is offered has waited
    return Ringing(
        UUID(event.offer_id),
        head.interaction_id,
        head.number,
        head.channel,
        head.matter,
        head.urgency,
        head.dangers,
        head.waiting_since,
        datetime.fromisoformat(event.expires_at),
        event.why.get("work"),
    )


def _held(head: Head, event: Accepted) -> Held:
    return Held(
        head.interaction_id,
        head.resident_id,
        head.number,
        head.state.value,
        head.channel,
        head.matter,
        head.urgency,
        head.dangers,
        head.last_seq,
        event.waited_s if head.waiting_since else None,
        event.work,
    )
