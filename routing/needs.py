"""The place in line: one indexed instant per interaction, smaller is served first.

rank_at = waiting_since − head start of the urgency class

That is urgency first, then age, with a bound for everybody: whoever has waited longer than the difference of two
head starts is no longer overtaken by new arrivals of the higher class. A changed urgency changes the place, never
the measured wait.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from interactions.head import Head
from interactions.model import State, Urgency
from routing.settings import RoutingSettings


def rank_at(waiting_since: datetime, *, urgency: Urgency, settings: RoutingSettings) -> datetime:
    """The place of somebody waiting since `waiting_since` (UTC)."""
    return waiting_since - settings.head_start_s.of(urgency)


def joining(head: Head, *, now: datetime, settings: RoutingSettings) -> dict[str, object]:
    """The head's changes when it joins the line: a wait that had begun goes on, else it begins now.

    Who left the line a moment ago and is back (opening.py) resumes the old place, and the wait without the gap.
    """
    since = now - _waited_before(head) if head.state is State.WITH_BOT else head.waiting_since or now
    place = _rank(head, since, settings)
    return {"waiting_since": since, "rank_at": place if head.rank_at is None else min(place, head.rank_at)}


def shifted(head: Head, *, by: timedelta) -> dict[str, object]:
    """The head's changes when somebody in line is to be served so much later (or sooner): no moment of it is a wait.

    For somebody in line now that is their due time minus the wait so far (DESIGN §4), also of a resumed place.
    """
    since, place = head.waiting_since, head.rank_at
    return {"waiting_since": since and since + by, "rank_at": place and place + by}


def moved(head: Head, *, urgency: Urgency, settings: RoutingSettings) -> datetime | None:
    """The place after a change of urgency: as far ahead as the classes lie apart, whatever place was resumed."""
    if head.rank_at is None:
        return None
    return head.rank_at + settings.head_start_s.of(head.urgency) - settings.head_start_s.of(urgency)


def _waited_before(head: Head) -> timedelta:
    return head.opened_at - head.waiting_since if head.waiting_since else timedelta()


def _rank(head: Head, since: datetime, settings: RoutingSettings) -> datetime:
    return rank_at(since, urgency=head.urgency, settings=settings)
