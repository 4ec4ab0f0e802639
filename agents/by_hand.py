"""The events of a decision by hand: given to a seat, taken over. Pure; whose the interaction is changes with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from agents.roles import Viewer
from agents.talk_end import Segment
from interactions.events import Accepted, Offered
from interactions.head import Head
from interactions.model import IN_LINE, By, State
from interactions.record import Draft, require_state
from interactions.supervisor_events import TakenOver
from interactions.work_rows import WorkRow
from routing.answers import ended
from routing.beginning import Beginning
from routing.offer_rows import OfferRow


def given(
    head: Head,
    made: Beginning,
    ringing: Sequence[OfferRow],
    viewer: Viewer,
    *,
    why: Mapping[str, object],
    owed: WorkRow | None,
) -> Sequence[Draft]:
    """Offered and accepted in one moment, by hand; what rang elsewhere ends before. `owed` goes with it."""
    require_state(head, IN_LINE)
    work = owed.kind.value if owed else None
    who = (By.SUPERVISOR, viewer.account_id)
    offered = Offered(
        offer_id=str(made.offer_id),
        seat_id=str(made.seat_id),
        expires_at=made.now.isoformat(),
        why={**why, "held_until": made.held_until.isoformat() if made.held_until else None}
        | ({"work": work} if work else {}),
    )
    waited = (made.now - head.waiting_since).total_seconds() if head.waiting_since else 0.0
    accepted = Accepted(
        offer_id=str(made.offer_id),
        seat_id=str(made.seat_id),
        account_id=str(made.account_id),
        segment_id=str(made.segment_id),
        waited_s=round(waited, 3),
        work=work,
    )
    ends = [ended(one, how="withdrawn", reason="by_hand", by=By.SUPERVISOR, by_id=viewer.account_id) for one in ringing]
    changes = {"seat_id": made.seat_id, "unanswered_since": None, "last_turn_at": made.now}
    return [
        *(draft for drafts in ends for draft in drafts),
        Draft(offered, *who, to=State.OFFERED),
        Draft(accepted, *who, to=State.WITH_LAWYER, changes=changes),
    ]


def taken_over(segment: Segment, made: Beginning, viewer: Viewer) -> Draft:
    """It goes on at the supervisor's desk."""
    event = TakenOver(
        seat_id=str(made.seat_id),
        account_id=str(viewer.account_id),
        segment_id=str(made.segment_id),
        from_seat_id=str(segment.seat_id),
        from_segment_id=str(segment.segment_id),
        held_until=_iso(made.held_until),
    )
    return Draft(event, By.SUPERVISOR, viewer.account_id, changes={"seat_id": made.seat_id})


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""
