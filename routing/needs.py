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


def at_time(head: Head, *, due_at: datetime, now: datetime, settings: RoutingSettings) -> dict[str, object]:
    """The head's changes when somebody in line is to be served later: due time minus the wait so far (DESIGN §4)."""
    since = due_at - waited(head, now=now)
    return {"waiting_since": since, "rank_at": _rank(head, since, settings)}


def waited(head: Head, *, now: datetime) -> timedelta:
    """The wait so far of somebody in line; of somebody with the bot, what an earlier visit had waited."""
    if head.state is State.WITH_BOT:
        return _waited_before(head)
    return now - head.waiting_since if head.waiting_since else timedelta()


def moved(head: Head, *, urgency: Urgency, settings: RoutingSettings) -> datetime | None:
    """The place after a change of urgency: as far ahead as the classes lie apart, whatever place was resumed."""
    if head.rank_at is None:
        return None
    return head.rank_at + settings.head_start_s.of(head.urgency) - settings.head_start_s.of(urgency)


def _waited_before(head: Head) -> timedelta:
    return head.opened_at - head.waiting_since if head.waiting_since else timedelta()


def _rank(head: Head, since: datetime, settings: RoutingSettings) -> datetime:
    return rank_at(since, urgency=head.urgency, settings=settings)
