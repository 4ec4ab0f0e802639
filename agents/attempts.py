"""What came of a lawyer's try to reach somebody, by phone or in the chat.

    with_lawyer ─┬─ reached: the resident confirmed ─▶ the talk goes on as any other
                 ├─ not reached ─▶ waiting ─▶ callback_due      (due again: routing/retries.py; the seat is free)
                 └─ the last time ─▶ wrap_up                    (unreachable; told neutrally in the resident's chat)

There is no telephone channel yet: the lawyer dials by hand on the service's line and records what came of it. Head
first, then segment and item under its lock, then rows of the seat (DESIGN §4).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from agents.ports import AttemptWords
from agents.serving import Server, require_served
from agents.settings import ServingSettings
from agents.stretch_end import StretchEnd
from agents.talk_end import Segment, live_segment
from interactions.clock import Clock
from interactions.database import Database, Unit
from interactions.errors import Invalid, NotFound, WrongState
from interactions.events import Released, TurnSaid
from interactions.head import Head
from interactions.locks import lock_heads
from interactions.log import Log
from interactions.model import TALKING, By, State, WorkKind, WorkState
from interactions.record import Bundle, Draft, RepeatKey, Written
from interactions.work import REACHED, UNREACHABLE
from interactions.work_events import CallbackAttempted, CallbackPostponed
from interactions.work_rows import WorkRow, confirm, end_work, open_work, postpone
from routing.needs import shifted
from routing.retries import Retry, retry
from routing.settings import RoutingSettings
from routing.transfers import call_off

RESULTS = frozenset({REACHED, "no_answer", "other_person", "wrong_number"})
IN_WRITING = frozenset({REACHED, "no_answer"})
_RELEASED = text("update assignment set released_at = :now where segment_id = :segment_id")


class Attempts:
    """Records tries."""

    def __init__(
        self,
        database: Database,
        *,
        log: Log,
        clock: Clock,
        settings: RoutingSettings,
        serving: ServingSettings,
        words: AttemptWords,
    ) -> None:
        self._database = database
        self._log = log
        self._clock = clock
        self._settings = settings
        self._words = words
        self._stretch_end = StretchEnd(clock=clock, settings=serving)

    async def record(
        self, server: Server, *, interaction_id: UUID, result: str, repeat_of: RepeatKey | None = None
    ) -> Written:
        """The try's place in the log; raises `WrongState` where no callback is in hand."""
        async with self._database.unit() as unit:
            if interaction_id not in await lock_heads(unit, [interaction_id]):
                raise NotFound("没有这个服务单")
            segment = await live_segment(unit.connection, interaction_id)
            item = (await open_work(unit.connection, [interaction_id])).get(interaction_id)
            trying = _Trying(self._words, self._settings, result, item, now=self._clock.now())
            bundle = Bundle(interaction_id, lambda head: trying.decide(head, segment, server), repeat_of)
            written = await self._log.write_one(unit, bundle)
            if segment is not None and not written.repeated:
                if written.head.state is not State.WITH_LAWYER:
                    # Nobody is there to be handed on.
                    await call_off(unit, [interaction_id], log=self._log, now=self._clock.now())
                await trying.store(unit, segment)
                if trying.given_back:
                    ended, at = segment.segment_id, segment.seat_id
                    await self._stretch_end.finish(unit, written.head, segment_id=ended, seat_id=at)
            return written


class _Trying:
    """One try under way: decided on the head, then stored in the same transaction."""

    def __init__(
        self, words: AttemptWords, settings: RoutingSettings, result: str, item: WorkRow | None, *, now: datetime
    ) -> None:
        self._words = words
        self._settings = settings
        self._result = result
        self._item = item
        self._now = now
        self._attempts = 0
        self._next: Retry | None = None

    def decide(self, head: Head, segment: Segment | None, server: Server) -> Sequence[Draft]:
        """The drafts, by whoever the segment is with."""
        held = require_served(head, segment, server, only_in=TALKING)
        item = _require_callback(self._item, self._result, now=self._now)
        if self._result == REACHED:
            return [Draft(self._attempted(item, held, 0), By.LAWYER, server.account_id)]
        callback = self._settings.callback
        self._attempts, self._next = retry(
            item, result=self._result, in_danger=head.in_danger, now=self._now, settings=callback
        )
        tried = self._attempted(item, held, 0 if self._now < item.from_at else self._attempts)
        if self._next is None:
            return self._last(head, held, tried, server)
        return self._again(head, held, tried, self._next, server)

    @property
    def given_back(self) -> bool:
        """Whether it is due again, and no longer with its lawyer."""
        return self._next is not None

    async def store(self, unit: Unit, segment: Segment) -> None:
        """The rows that go with the drafts."""
        if self._item is None:
            return
        item_id = self._item.work_item_id
        if self._result == REACHED:
            await confirm(unit.connection, item_id, segment_id=segment.segment_id)
        elif self._next is None:
            ended = {"state": WorkState.UNREACHABLE, "now": self._now, "attempts": self._attempts}
            await end_work(unit.connection, item_id, **ended)  # type: ignore[arg-type]
            await unit.connection.execute(_RELEASED, {"segment_id": segment.segment_id, "now": self._now})
        else:
            again = self._next
            await postpone(
                unit.connection,
                item_id,
                from_at=again.from_at,
                due_at=again.due_at,
                until_at=again.until_at,
                attempts=again.attempt,
            )

    def _attempted(self, item: WorkRow, held: Segment, attempt: int) -> CallbackAttempted:
        return CallbackAttempted(str(item.work_item_id), str(held.segment_id), self._result, attempt)

    def _again(
        self, head: Head, held: Segment, tried: CallbackAttempted, again: Retry, server: Server
    ) -> Sequence[Draft]:
        """Back to being due later; the time with this lawyer was no wait."""
        place = shifted(head, by=again.due_at - held.started_at)
        postponed = CallbackPostponed(
            work_item_id=tried.work_item_id,
            from_at=again.from_at.isoformat(),
            due_at=again.due_at.isoformat(),
            until_at=again.until_at.isoformat(),
        )
        told = TurnSaid(text=self._words.again(again.due_at, now=self._now), purpose="callback")
        return [
            Draft(tried, By.LAWYER, server.account_id, to=State.WAITING, changes={"seat_id": None}),
            Draft(postponed, By.SYSTEM, to=State.CALLBACK_DUE, changes=place),
            Draft(told, By.SYSTEM),
        ]

    def _last(self, head: Head, held: Segment, tried: CallbackAttempted, server: Server) -> Sequence[Draft]:
        released = Released(segment_id=str(held.segment_id), how=UNREACHABLE)
        told = TurnSaid(text=self._words.unreachable(head.number), purpose="farewell")
        return [
            Draft(tried, By.LAWYER, server.account_id),
            Draft(released, By.LAWYER, server.account_id, to=State.WRAP_UP),
            Draft(told, By.SYSTEM, changes={"last_turn_at": self._now}),
        ]


def _require_callback(item: WorkRow | None, result: str, *, now: datetime) -> WorkRow:
    """The callback in hand; before its time, and where it is one in the chat, nobody else can have answered."""
    if item is None or item.kind is not WorkKind.CALLBACK:
        raise WrongState("该服务单没有预约回电")
    if result not in (RESULTS if item.calls(now) else IN_WRITING):
        raise Invalid("result：没有拨打电话，只能登记“已联系上”或“无人回应”")
    return item
