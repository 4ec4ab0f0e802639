"""What a supervisor does to an interaction, by hand; `held_until` tells how long no rule of ours undoes it."""

from __future__ import annotations

from interactions.event import Event, event, words


@event("interaction.watched")
class Watched(Event):
    """A supervisor looked at what is said, from here on."""


@event("interaction.taken_over")
class TakenOver(Event):
    """It is with the supervisor: one stretch of service ended, the next began, in one moment."""

    seat_id: str
    account_id: str
    segment_id: str
    from_seat_id: str
    from_segment_id: str
    held_until: str


@event("interaction.close_ordered")
class CloseOrdered(Event):
    """A supervisor closes what would not close by itself, and says why."""

    reason_given: str | None = words(default=None)
