"""The place in line: one indexed instant per interaction, smaller is served first.

rank_at = waiting_since − head start of the urgency class

That is urgency first, then age, with a bound for everybody: whoever has waited longer than the difference of two
head starts is no longer overtaken by new arrivals of the higher class. A changed urgency changes the place, never
the measured wait.
"""

from __future__ import annotations

from datetime import datetime

from interactions.head import Head
from interactions.model import Urgency
from routing.settings import RoutingSettings


def rank_at(waiting_since: datetime, *, urgency: Urgency, settings: RoutingSettings) -> datetime:
    """The place of somebody waiting since `waiting_since` (UTC)."""
    return waiting_since - settings.head_start_s.of(urgency)


def joining(head: Head, *, now: datetime, settings: RoutingSettings) -> dict[str, object]:
    """The head's changes when it joins the line: a wait that had begun goes on, else it begins now."""
    since = head.waiting_since or now
    return {"waiting_since": since, "rank_at": rank_at(since, urgency=head.urgency, settings=settings)}
