"""What a resident asks for instead of waiting in person, and what the log then says. Pure.

    with_bot ─▶ waiting ─┐
    waiting ─────────────┼─▶ callback_due          the place: due time minus the wait so far
    offered ─▶ waiting ──┤        │ due at once (as soon as the turn comes, danger)
    another wish before ─┘        └─▶ waiting      in line at its place, with what is owed

In danger nobody else is spoken to, whatever was wished, and what is owed is owed sooner (domain facts, danger).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bots.triage import triage
from hotline import working_days
from hotline.care import Care
from hotline.windows import Window
from hotline.work_phrases import Words
from interactions.errors import WrongState
from interactions.events import OfferEnded, Queued, TurnSaid
from interactions.head import Head
from interactions.identity import new_id
from interactions.model import By, How, Others, State, WorkKind, WorkState
from interactions.record import Draft
from interactions.work import Work
from interactions.work_events import CallbackAsked, MessageLeft, WorkCancelled, WorkDue
from interactions.work_rows import WorkRow
from routing.needs import joining, shifted
from routing.offer_rows import OfferRow
from routing.settings import RoutingSettings

TOO_LATE = {
    State.WITH_LAWYER: "律师正在为您服务，请直接输入",
    State.WRAP_UP: "本次服务刚结束；还有问题请直接输入，律师会继续为您解答",
}


@dataclass(frozen=True, slots=True)
class CallbackWish:
    """How, at which number, when, and what to do if somebody else answers."""

    how: How
    phone: str | None
    window: Window
    others: Others
    others_words: str | None = None


@dataclass(frozen=True, slots=True)
class MessageWish:
    """What was written; `client_id` goes with the turn it becomes."""

    text: str
    phone: str | None
    client_id: str


Wish = CallbackWish | MessageWish


@dataclass(frozen=True, slots=True)
class Before:
    """What stood beside the head under its lock: an offer that rings, a work item that is owed already."""

    offer: OfferRow | None = None
    item: WorkRow | None = None


@dataclass(frozen=True, slots=True)
class Promising:
    """Turns a wish into drafts and the work item they promise. `works` tells the city's working days."""

    care: Care
    settings: RoutingSettings
    zone: ZoneInfo
    words: Words
    works: Callable[[date], bool]

    def promise(self, head: Head, wish: Wish, before: Before, *, now: datetime) -> tuple[list[Draft], Work]:
        """The drafts, and the work item as its row is to be. Raises `WrongState` while a lawyer serves."""
        if head.state in TOO_LATE:
            raise WrongState(TOO_LATE[head.state])
        said = self._said(head, wish, now=now)
        after = head_after(head, said)
        line = self._into_line(after, wish, before, now=now)
        after = head_after(after, line)
        work = self._work(after, wish, now=now)
        asked = self._asked(after, work, now=now)
        told = TurnSaid(text=self.words.promised(work, number=head.number, now=now), purpose=work.kind.value)
        return [*said, *line, *asked, Draft(told, By.SYSTEM)], _as_row(work, now=now)

    def _said(self, head: Head, wish: Wish, *, now: datetime) -> list[Draft]:
        """The words of a message are a turn like any other, with the care that follows from them."""
        if isinstance(wish, CallbackWish):
            return []
        turn = TurnSaid(text=wish.text, client_id=wish.client_id, purpose="message")
        said = Draft(turn, By.RESIDENT, head.resident_id, changes={"last_turn_at": now})
        return [said, *self.care.drafts(head, triage(wish.text), now=now)]

    def _into_line(self, head: Head, wish: Wish, before: Before, *, now: datetime) -> list[Draft]:
        made: list[Draft] = []
        if before.item is not None:
            replaced = WorkCancelled(work_item_id=str(before.item.work_item_id), how="replaced")
            made.append(back_in_line(head, before.item, replaced, now=now))
        if head.state is State.WITH_BOT:
            changes = {**joining(head, now=now, settings=self.settings), "unanswered_since": None}
            reason = "callback" if isinstance(wish, CallbackWish) else "message"
            made.append(Draft(Queued(reason), By.RESIDENT, head.resident_id, to=State.WAITING, changes=changes))
        if head.state is State.OFFERED and before.offer is not None:
            ended = OfferEnded(str(before.offer.offer_id), str(before.offer.seat_id), how="withdrawn", reason=None)
            made.append(Draft(ended, By.RESIDENT, head.resident_id, to=State.WAITING))
        return made

    def _asked(self, head: Head, work: Work, *, now: datetime) -> list[Draft]:
        place = shifted(head, by=work.from_at - now)
        event = _event(work, waited_s=round((now - head.waiting_since).total_seconds(), 3) if head.waiting_since else 0)
        asked = Draft(event, By.RESIDENT, head.resident_id, to=State.CALLBACK_DUE, changes=place)
        if work.from_at > now:
            return [asked]
        due = WorkDue(work_item_id=str(work.work_item_id), how="time")
        return [asked, Draft(due, By.SYSTEM, to=State.WAITING)]

    def _work(self, head: Head, wish: Wish, *, now: datetime) -> Work:
        made = self._callback(wish, now=now) if isinstance(wish, CallbackWish) else self._message(wish, now=now)
        if not head.in_danger:
            return made
        made = replace(made, others=Others.HANG_UP, others_words=None)
        if made.kind is WorkKind.MESSAGE or made.soon:
            within = timedelta(seconds=self.settings.callback.danger_within_s)
            made = replace(made, from_at=now, due_at=now, until_at=min(made.until_at, now + within))
        return made

    def _callback(self, wish: CallbackWish, *, now: datetime) -> Work:
        window = wish.window
        soon_until = now + timedelta(seconds=self.settings.callback.soon_within_s)
        return Work(
            work_item_id=new_id(now),
            kind=WorkKind.CALLBACK,
            state=WorkState.SCHEDULED,
            how=wish.how,
            soon=window.soon,
            from_at=window.from_at,
            due_at=window.from_at,
            until_at=soon_until if window.soon else window.until_at,
            others=wish.others,
            phone=wish.phone,
            others_words=wish.others_words,
        )

    def _message(self, wish: MessageWish, *, now: datetime) -> Work:
        settings = self.settings.message
        due_at = now + timedelta(seconds=settings.due_after_s)
        return Work(
            work_item_id=new_id(now),
            kind=WorkKind.MESSAGE,
            state=WorkState.SCHEDULED,
            how=How.CHAT,
            soon=False,
            from_at=due_at,
            due_at=due_at,
            until_at=working_days.later(now, days=settings.working_days, zone=self.zone, works=self.works),
            others=Others.NOTHING,
            phone=wish.phone,
            others_words=None,
        )


def back_in_line(head: Head, item: WorkRow, event: WorkCancelled | WorkDue, *, now: datetime) -> Draft:
    """`event` as a draft; out of `callback_due` it leads back in line, with the wait that the item has kept."""
    if head.state is not State.CALLBACK_DUE:
        return Draft(event, By.RESIDENT, head.resident_id)
    place = shifted(head, by=now - item.due_at)
    return Draft(event, By.RESIDENT, head.resident_id, to=State.WAITING, changes=place)


def head_after(head: Head, drafts: Sequence[Draft]) -> Head:
    """The head as `drafts` will leave it, as far as decisions look at it."""
    changes: dict[str, object] = {}
    for draft in drafts:
        changes |= draft.changes
        if draft.to is not None:
            changes["state"] = draft.to
    return head.changed(changes)


def _as_row(work: Work, *, now: datetime) -> Work:
    return work if work.from_at > now else replace(work, state=WorkState.DUE)


def _event(work: Work, *, waited_s: float) -> CallbackAsked | MessageLeft:
    common: dict[str, str] = {"work_item_id": str(work.work_item_id), "from_at": _iso(work.from_at)}
    if work.kind is WorkKind.MESSAGE:
        return MessageLeft(**common, until_at=_iso(work.until_at), waited_s=waited_s, phone=work.phone)
    return CallbackAsked(
        **common,
        until_at=_iso(work.until_at),
        how=work.how.value,
        soon=work.soon,
        others=work.others.value,
        waited_s=waited_s,
        phone=work.phone,
        others_words=work.others_words,
    )


def _iso(at: datetime) -> str:
    return at.isoformat()
