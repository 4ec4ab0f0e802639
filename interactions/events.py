"""What can happen to an interaction, as frozen classes. Kinds are past tense and dotted; words are marked sealed."""

from __future__ import annotations

from typing import Any

from interactions.event import Event, event, words


@event("interaction.opened")
class Opened(Event):
    """The first event of every interaction."""

    number: str
    channel: str
    language: str


@event("turn.said")
class TurnSaid(Event):
    """One utterance. `answer` carries the bot's plain facts, which explain it: entry and its version, confidence, how.

    `purpose` of the bot's: answer, unsure, greeting, thanks, goodbye, warning (bots/replies.py tells their facts).

    `file` (id, name, type, size) is sealed: people name files after themselves.
    """

    text: str | None = words(default=None)
    client_id: str | None = None
    answer: dict[str, Any] | None = None
    file: dict[str, Any] | None = words(default=None)
    purpose: str | None = None


@event("note.written")
class NoteWritten(Event):
    """A lawyer's note; never shown to the resident. `purpose`: transfer, for the next lawyer."""

    text: str | None = words(default=None)
    client_id: str | None = None
    purpose: str | None = None


@event("interaction.flagged")
class Flagged(Event):
    """Triage added care: dangers, a near deadline, a protected group, a minor, a matter it is likely about."""

    dangers: tuple[str, ...] = ()
    minor: bool = False
    urgency_from: int = 3
    urgency_to: int = 3
    matter: str | None = None


@event("interaction.queued")
class Queued(Event):
    """The interaction joined the line. `reason`: asked, danger, deadline, unsure, unavailable, abuse, callback,
    message.

    `why` holds the matters its words were likely about (`suggested`) and the one it is routed by (`taken`), if any.
    """

    reason: str
    why: dict[str, Any] | None = None


@event("interaction.offered")
class Offered(Event):
    """Held for one seat until `expires_at`; `why` explains who was eligible, excluded and chosen.

    `seen` is PostgreSQL's snapshot as the round began: from the log alone it can be proved whom the round could see
    in line, and so that nobody of the same need was passed over.
    """

    offer_id: str
    seat_id: str
    expires_at: str
    why: dict[str, Any]
    seen: str | None = None


@event("interaction.offer_ended")
class OfferEnded(Event):
    """Back in line with its original age. `how`: declined, lapsed, vanished, withdrawn, conflicted."""

    offer_id: str
    seat_id: str
    how: str
    reason: str | None = None


@event("interaction.accepted")
class Accepted(Event):
    """A lawyer took it; `segment_id` is the stretch of service that a rating belongs to."""

    offer_id: str
    seat_id: str
    account_id: str
    segment_id: str
    waited_s: float
    # The kind of the work item that was due; None for somebody who waits in person.
    work: str | None = None


@event("interaction.released")
class Released(Event):
    """Talk ended. `how`: lawyer, resident, unreachable."""

    segment_id: str
    how: str


@event("interaction.resumed")
class Resumed(Event):
    """The resident said more during wrap-up and is back with the same seat."""

    segment_id: str


@event("interaction.returned")
class Returned(Event):
    """Back in line, age kept. `how`: vanished, seat_gone (said more in wrap-up), handed_over (the lawyer went)."""

    segment_id: str
    how: str


@event("interaction.classified")
class Classified(Event):
    """The 分类登记 of wrap-up. `street` is sealed: it may hold a whole address."""

    segment_id: str | None
    matter: str
    district: str
    request_kind: str
    outcome: str
    kinds: tuple[str, ...] = ()
    caller_groups: tuple[str, ...] = ()
    street: str | None = words(default=None)
    place_district: str | None = None
    aid_informed: bool | None = None
    summary: str | None = words(default=None)
    other_party: str | None = words(default=None, indexed="other_party")


@event("interaction.closed")
class Closed(Event):
    """Served and complete. `how`: wrapped_up, left, idle; overdue and handed_over: nobody registered it."""

    how: str


@event("interaction.abandoned")
class Abandoned(Event):
    """The resident left before a lawyer came: a full record all the same. `how`: left, absent, cancelled."""

    how: str
    waited_s: float


@event("rating.asked")
class RatingAsked(Event):
    """The resident was asked to rate this segment."""

    segment_id: str


@event("rating.given")
class RatingGiven(Event):
    """Service (1–5) and whether it was solved, apart."""

    segment_id: str
    score: int
    solved: bool | None = None
    comment: str | None = words(default=None)


@event("interaction.place_resumed")
class PlaceResumed(Event):
    """Somebody who left the line a moment ago is back: urgency and place are those of the visit before.

    `waited_s`: how long that visit had waited.
    """

    before_id: str
    waited_s: float
    dangers: tuple[str, ...] = ()
    minor: bool = False
    urgency: int = 3


@event("interaction.erased")
class ErasedForGood(Event):
    """The key is gone; the chain stands, the words do not. `reason` is a code, not a sentence."""

    reason: str
