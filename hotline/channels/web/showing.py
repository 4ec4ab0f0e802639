"""Frames to a resident as JSON values (PROTOCOL.md). Pure: what a resident may not see never gets this far."""

from __future__ import annotations

from datetime import datetime

from agents.record_form import utc
from agents.showing import Shown, words_of
from interactions.events import TurnSaid
from interactions.head import Head
from interactions.record import Recorded
from interactions.work import Work, masked
from routing.estimate import Place

_BY = {"supervisor": "lawyer"}


def welcome_frame(token: str, head: Head | None, *, last: int, now: datetime, zone: str) -> Shown:
    """The first frame: the browser's token, where its interaction stands, and the clock (`now`, `zone`) of the city."""
    frame: Shown = {"type": "welcome", "token": token, "interaction_id": None, "last": last, "state": None}
    if head is not None:
        frame |= {"interaction_id": str(head.interaction_id), "state": head.state.value, "number": head.number}
    return {**frame, "now": utc(now), "zone": zone}


def turn_frame(record: Recorded, *, prev: int) -> Shown:
    """A turn, with the seq of the one before it that this resident saw."""
    said = record.event
    if not isinstance(said, TurnSaid):
        raise TypeError(f"not a turn: {record.kind}")
    frame: Shown = {
        "type": "turn",
        "interaction_id": str(record.interaction_id),
        "seq": record.seq,
        "by": _BY.get(record.by.value, record.by.value),
        "prev": prev,
        "text": words_of(said),
        "at": utc(record.at),
    }
    return frame | _extra(said)


def state_frame(
    head: Head,
    *,
    seq: int,
    state: str,
    now: datetime,
    place: Place | None = None,
    why: str | None = None,
    lawyer: str | None = None,
    work: Work | None = None,
    zone: str | None = None,
) -> Shown:
    """Where the interaction is; with place and wait while in line, with the lawyer's seat while served.

    `position`, `wait_s`, and `wait_low_s` to `wait_high_s`, which hold the wait four times out of five; no waits where
    nobody on duty could serve. `why` (`arrival_ahead`, `seat_left`, `longer_talks`) where the wait has grown.
    `callback` tells what is owed, whether a callback or an answer to a message; its number is masked, its times are
    promised by the clock of `zone`.
    """
    frame: Shown = {
        "type": "state",
        "interaction_id": str(head.interaction_id),
        "seq": seq,
        "state": state,
        "number": head.number,
        "now": utc(now),
    }
    if place is not None:
        frame |= {"position": place.position, **_waits(place)} | ({} if why is None else {"why": why})
    if work is not None and work.open:
        frame["callback"] = _owed(work) | ({} if zone is None else {"zone": zone})
    return frame | ({} if lawyer is None else {"lawyer": lawyer})


def _waits(place: Place) -> Shown:
    waits = {"wait_s": place.wait_s, "wait_low_s": place.wait_low_s, "wait_high_s": place.wait_high_s}
    return {name: value for name, value in waits.items() if value is not None}


def _owed(work: Work) -> Shown:
    times = {"from_at": utc(work.from_at), "due_at": utc(work.due_at), "until_at": utc(work.until_at)}
    frame: Shown = {"kind": work.kind.value, "how": work.how.value, "soon": work.soon, **times}
    return frame if work.phone is None else {**frame, "phone": masked(work.phone)}


def rate_request_frame(record: Recorded, *, segment_id: str) -> Shown:
    """Asks for a rating of one stretch of service."""
    return {"type": "rate_request", "interaction_id": str(record.interaction_id), "segment_id": segment_id}


def rated_frame(record: Recorded, *, segment_id: str) -> Shown:
    """The stretch was rated, here or in another tab: nobody needs to be asked any more."""
    return {"type": "rated", "interaction_id": str(record.interaction_id), "segment_id": segment_id}


def _extra(said: TurnSaid) -> Shown:
    found: Shown = {name: value for name in ("client_id", "purpose") if (value := getattr(said, name)) is not None}
    if said.answer is not None:
        found["suggestions"] = said.answer.get("suggestions", [])
        shown = ("confidence", "matter", "basis")
        found["answer"] = {name: said.answer[name] for name in shown if name in said.answer}
    return found
