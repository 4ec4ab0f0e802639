"""What the log says of an offer's end, of a first acceptance and of a transfer's alike. Pure.

an offer from the line          accepted: with_lawyer             ended: back to waiting
an offer of a transfer          transferred: stays with_lawyer    ended: stays with_lawyer; a named seat was all
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from interactions.events import Accepted, OfferEnded
from interactions.head import Head
from interactions.model import TALKING, By, OfferState, State, TransferState
from interactions.record import Draft
from interactions.transfer_events import TransferOfferEnded, Transferred
from routing.offer_rows import OfferRow
from routing.transfers import Transfer, ended_draft

OFFERED = frozenset({State.OFFERED})


def place_of(found: OfferRow) -> frozenset[State]:
    """Where an interaction is while this offer of it is live."""
    return OFFERED if found.transfer is None else TALKING


def accepted(head: Head, found: OfferRow, *, segment_id: UUID, account_id: UUID, now: datetime) -> Draft:
    """The interaction is with the seat that accepted."""
    changes: dict[str, object] = {"seat_id": found.seat_id}
    if found.transfer is not None:
        event = _transferred(head, found, found.transfer, segment_id, account_id)
        matter = found.transfer.to_matter
        return Draft(event, By.LAWYER, account_id, changes=changes | ({"matter": matter} if matter else {}))
    first = Accepted(
        offer_id=str(found.offer_id),
        seat_id=str(found.seat_id),
        account_id=str(account_id),
        segment_id=str(segment_id),
        waited_s=round((now - head.waiting_since).total_seconds(), 3) if head.waiting_since else 0.0,
        work=found.work,
    )
    changes |= {"unanswered_since": None, "last_turn_at": now}
    return Draft(first, By.LAWYER, account_id, to=State.WITH_LAWYER, changes=changes)


def ended(
    found: OfferRow, *, how: str, reason: str | None, by: By = By.SYSTEM, by_id: UUID | None = None
) -> Sequence[Draft]:
    """The offer is over without acceptance, and with it a transfer that was meant for this seat alone."""
    if found.transfer is None:
        event = OfferEnded(offer_id=str(found.offer_id), seat_id=str(found.seat_id), how=how, reason=reason)
        return [Draft(event, by, by_id, to=State.WAITING)]
    over = TransferOfferEnded(
        transfer_id=str(found.transfer.transfer_id),
        offer_id=str(found.offer_id),
        seat_id=str(found.seat_id),
        how=how,
        reason=reason,
    )
    last = [ended_draft(found.transfer, state=outcome(how))] if found.transfer.named else []
    return [Draft(over, by, by_id), *last]


def outcome(how: str) -> TransferState:
    """What a transfer to a named seat ends as."""
    return TransferState.REFUSED if how == OfferState.DECLINED else TransferState.LAPSED


def _transferred(head: Head, found: OfferRow, transfer: Transfer, segment_id: UUID, account_id: UUID) -> Transferred:
    return Transferred(
        transfer_id=str(transfer.transfer_id),
        offer_id=str(found.offer_id),
        seat_id=str(found.seat_id),
        account_id=str(account_id),
        segment_id=str(segment_id),
        from_seat_id=str(transfer.seat_id),
        from_segment_id=str(transfer.segment_id),
        matter_from=head.matter,
    )
