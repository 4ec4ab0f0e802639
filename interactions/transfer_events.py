"""What can happen to a transfer from lawyer to lawyer; its machine is drawn in routing/transfers.py."""

from __future__ import annotations

from typing import Any

from interactions.event import Event, event


@event("interaction.transfer_asked")
class TransferAsked(Event):
    """The lawyer wants to hand it on: to whom serves `matter`, or to the seat `to_seat_id`; nothing moves yet.

    The note to the next lawyer, where there is one, is the `note.written` that follows.
    """

    transfer_id: str
    segment_id: str
    from_seat_id: str
    expires_at: str
    matter: str | None = None
    to_seat_id: str | None = None
    to_seat_name: str | None = None


@event("interaction.transfer_offered")
class TransferOffered(Event):
    """Held for another seat until `expires_at`, while it stays with its lawyer; `why` as of any offer."""

    transfer_id: str
    offer_id: str
    seat_id: str
    expires_at: str
    why: dict[str, Any]


@event("interaction.transfer_offer_ended")
class TransferOfferEnded(Event):
    """The other seat did not take it. `how`: declined, lapsed, vanished, withdrawn, conflicted."""

    transfer_id: str
    offer_id: str
    seat_id: str
    how: str
    reason: str | None = None


@event("interaction.transferred")
class Transferred(Event):
    """It is with another lawyer: one stretch of service ended, the next began, in one moment.

    `matter_from` is what it was registered as until then; the event's own matter is what it is from now on.
    """

    transfer_id: str
    offer_id: str
    seat_id: str
    account_id: str
    segment_id: str
    from_seat_id: str
    from_segment_id: str
    matter_from: str


@event("interaction.transfer_ended")
class TransferEnded(Event):
    """It stays where it is. `how`: refused, lapsed, cancelled, withdrawn (the talk ended)."""

    transfer_id: str
    from_seat_id: str
    how: str
