"""What the house owes somebody who does not wait in person: a callback or a message, as its log tells it. Pure.

    asked ─▶ scheduled ──due──▶ due ──reached, answered──▶ done        (with the interaction's end)
                 ▲               │ ├── not reached, again ─▶ scheduled
                 └───────────────┘ └── the last time ──────▶ unreachable
    cancelled: by the resident, or replaced by another wish

Scheduled belongs to `callback_due`; due to the line and to the lawyer. The table `work_item` holds the same as rows,
without words; this fold adds what is sealed: the number, and what to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from interactions.event import Event
from interactions.events import Abandoned, Closed, Released
from interactions.model import How, Others, WorkKind, WorkState
from interactions.record import Recorded
from interactions.work_events import (
    CallbackAsked,
    CallbackAttempted,
    CallbackPostponed,
    MessageLeft,
    WorkCancelled,
    WorkDue,
)

REACHED = "reached"
UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Work:
    """One work item. Nobody calls before `from_at`, at `due_at` it is due next, by `until_at` it is owed.

    `phone` and `others_words` are None once erased. `confirmed_in`: the segment in which the resident confirmed to
    be who answers. `attempts` counts those that reached nobody.
    """

    work_item_id: UUID
    kind: WorkKind
    state: WorkState
    how: How
    soon: bool
    from_at: datetime
    due_at: datetime
    until_at: datetime
    others: Others
    phone: str | None
    others_words: str | None
    attempts: int = 0
    confirmed_in: UUID | None = None

    @property
    def open(self) -> bool:
        """Whether it is still owed."""
        return self.state in (WorkState.SCHEDULED, WorkState.DUE)

    def calls(self, now: datetime) -> bool:
        """Whether a lawyer who has it in hand is to dial."""
        return is_to_dial(self.kind, self.how, self.from_at, now=now)


def is_to_dial(kind: WorkKind, how: How, from_at: datetime, *, now: datetime) -> bool:
    """Whether what is owed is a call by now: never before the time the resident gave."""
    return kind is WorkKind.CALLBACK and how is How.PHONE and from_at <= now


def work_after(records: Iterable[Recorded], work: Work | None = None) -> Work | None:
    """The work item as `records` leave it; `work` is how it stood before them."""
    for record in records:
        work = _after(record.event, work)
    return work


def masked(phone: str | None) -> str | None:
    """A number to recognise by whoever knows it: `138****0000`."""
    if phone is None:
        return None
    number, _, extension = phone.partition("转")
    digits = re.sub(r"\D", "", number)
    hidden = f"{digits[:3]}****{digits[-4:]}" if len(digits) > 7 else "****"
    return f"{hidden}转***" if extension else hidden


def is_about_work(event: Event) -> bool:
    """Whether `event` says something new about a work item to those who look at it."""
    return isinstance(
        event, CallbackAsked | MessageLeft | WorkDue | CallbackAttempted | CallbackPostponed | WorkCancelled
    )


def _after(event: Event, work: Work | None) -> Work | None:
    if isinstance(event, CallbackAsked):
        return _callback(event)
    if isinstance(event, MessageLeft):
        return _message(event)
    return None if work is None else _moved(event, _in_new_hands(event, work))


def _in_new_hands(event: Event, work: Work) -> Work:
    """Who takes over has to be told by the resident again: another stretch of service begins unconfirmed."""
    segment = getattr(event, "segment_id", None)
    others = segment is not None and work.confirmed_in is not None and UUID(segment) != work.confirmed_in
    return replace(work, confirmed_in=None) if others else work


def _moved(event: Event, work: Work) -> Work:
    match event:
        case Closed() | Abandoned() if work.open:
            return replace(work, state=WorkState.DONE if isinstance(event, Closed) else WorkState.CANCELLED)
        case WorkDue():
            return replace(work, state=WorkState.DUE)
        case CallbackPostponed():
            return _postponed(event, work)
        case WorkCancelled():
            return replace(work, state=WorkState.CANCELLED)
        case Released(how=how) if how == UNREACHABLE:
            return replace(work, state=WorkState.UNREACHABLE)
    return _tried(event, work) if isinstance(event, CallbackAttempted) else work


def _postponed(event: CallbackPostponed, work: Work) -> Work:
    from_at, due_at, until_at = map(_time, (event.from_at, event.due_at, event.until_at))
    return replace(work, state=WorkState.SCHEDULED, from_at=from_at, due_at=due_at, until_at=until_at)


def _tried(event: CallbackAttempted, work: Work) -> Work:
    if event.result == REACHED:
        return replace(work, confirmed_in=UUID(event.segment_id))
    return replace(work, attempts=max(work.attempts, event.attempt))


def _callback(event: CallbackAsked) -> Work:
    return Work(
        work_item_id=UUID(event.work_item_id),
        kind=WorkKind.CALLBACK,
        state=WorkState.SCHEDULED,
        how=How(event.how),
        soon=event.soon,
        from_at=_time(event.from_at),
        due_at=_time(event.from_at),
        until_at=_time(event.until_at),
        others=Others(event.others),
        phone=event.phone,
        others_words=event.others_words,
    )


def _message(event: MessageLeft) -> Work:
    return Work(
        work_item_id=UUID(event.work_item_id),
        kind=WorkKind.MESSAGE,
        state=WorkState.SCHEDULED,
        how=How.CHAT,
        soon=False,
        from_at=_time(event.from_at),
        due_at=_time(event.from_at),
        until_at=_time(event.until_at),
        others=Others.NOTHING,
        phone=event.phone,
        others_words=None,
    )


def _time(value: str) -> datetime:
    return datetime.fromisoformat(value)
