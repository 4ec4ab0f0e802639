"""What can happen to what is owed: a callback or a message, from the offer of one to its end (work.py)."""

from __future__ import annotations

from interactions.event import Event, event, words


@event("callback.offered")
class CallbackOffered(Event):
    """Who waits was told how long it will be, and that a callback or a message keeps the place.

    `reason`: no_seat, long_wait. `wait_s` is the estimate that was told, None without one.
    """

    reason: str
    position: int
    wait_s: int | None = None


@event("callback.asked")
class CallbackAsked(Event):
    """A callback instead of waiting in person: between `from_at` and `until_at`, the promise.

    `how`: phone, chat. `others`: what to do if somebody else answers. `waited_s`: the wait so far, which the place
    keeps. `soon`: as soon as the turn comes.
    """

    work_item_id: str
    how: str
    from_at: str
    until_at: str
    soon: bool
    others: str
    waited_s: float
    phone: str | None = words(default=None, indexed="phone")
    others_words: str | None = words(default=None)


@event("message.left")
class MessageLeft(Event):
    """A message instead of waiting: its words are the turn beside it. Due at `from_at`, owed by `until_at`."""

    work_item_id: str
    from_at: str
    until_at: str
    waited_s: float
    phone: str | None = words(default=None, indexed="phone")


@event("work.due")
class WorkDue(Event):
    """Back in line at its place. `how`: time; or before its time: asked, danger, deadline."""

    work_item_id: str
    how: str


@event("callback.attempted")
class CallbackAttempted(Event):
    """A lawyer tried. `result`: reached (the resident confirmed), no_answer, other_person, wrong_number.

    `attempt` counts those that were not reached, from 1; 0 where it is none of them.
    """

    work_item_id: str
    segment_id: str
    result: str
    attempt: int = 0


@event("callback.postponed")
class CallbackPostponed(Event):
    """Not reached: due again at `due_at`, not before `from_at`, owed by `until_at`."""

    work_item_id: str
    from_at: str
    due_at: str
    until_at: str


@event("work.cancelled")
class WorkCancelled(Event):
    """The resident wants no callback or answer any more, or another one. `how`: resident, replaced."""

    work_item_id: str
    how: str
