"""A resident's wishes about what is owed to them: promised, cancelled, or waited for at once after all.

    promise ─▶ repeat? ─▶ open interaction: head locked ─▶ offer, item read ─▶ drafts, rows      one transaction
                              │ none: opened with the promise as its first words
    cancel     callback_due ─▶ waiting ─▶ abandoned          in line: the item goes, the place stays
    hasten     callback_due ─▶ waiting, at the place kept    (said “a person, now”, danger, a deadline)

State, event and item are written together, so a crash leaves either all of a promise or none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from hotline import phrases, work_phrases
from hotline.wishes import Before, Promising, Wish, back_in_line, head_after
from interactions.clock import Clock
from interactions.database import Database, Unit
from interactions.errors import Unavailable, WrongState
from interactions.events import Abandoned, TurnSaid
from interactions.head import Head
from interactions.locks import lock_heads
from interactions.log import Log
from interactions.model import IN_LINE, OPEN_STATES, By, State, WorkState
from interactions.opening import FirstWords, Opening, begins, find_open
from interactions.record import Bundle, Draft, RepeatKey, Written
from interactions.work import Work
from interactions.work_events import WorkCancelled, WorkDue
from interactions.work_rows import end_work, insert_work, make_due, open_work
from routing.offer_rows import live_offers
from routing.offers import Offers

Wished = Callable[[datetime], Wish]
ATTEMPTS = 5


class WorkItems:
    """Promises, cancels and hastens."""

    def __init__(
        self,
        database: Database,
        *,
        log: Log,
        opening: Opening,
        offers: Offers,
        promising: Promising,
        clock: Clock,
    ) -> None:
        self._database = database
        self._log = log
        self._opening = opening
        self._offers = offers
        self._promising = promising
        self._clock = clock

    async def promise(self, resident_id: UUID, *, channel: str, wished: Wished, repeat_of: RepeatKey) -> Written:
        """The promise's place in the log. Raises what `wished` raises, and `WrongState` while a lawyer serves.

        A repeat is found before it is read: its time may have passed since it was promised.
        """
        async with self._database.read() as connection:
            if repeated := await self._log.find_repeat(connection, repeat_of):
                return repeated
        wish = wished(self._clock.now())
        for _ in range(ATTEMPTS):
            try:
                return await self._promise_on(resident_id, channel, wish, repeat_of) or await self._promise_first(
                    resident_id, channel, wish, repeat_of
                )
            except _MovedOn:
                # Between our two looks another socket of the resident opened or ended an interaction.
                continue
        raise Unavailable("服务繁忙，预约没有登记，请再试一次")

    async def cancel(self, resident_id: UUID, *, channel: str, repeat_of: RepeatKey) -> Written:
        """The cancellation's place in the log; raises `WrongState` where nothing is owed or a lawyer is at it."""
        async with self._database.unit() as unit:
            if repeated := await self._log.find_repeat(unit.connection, repeat_of):
                return repeated
            found = await find_open(unit.connection, resident_id, channel=channel)
            if found is None:
                raise WrongState(work_phrases.NOTHING_TO_CANCEL)
            await lock_heads(unit, [found])
            item = (await open_work(unit.connection, [found])).get(found)
            if item is None:
                # Two copies of one cancellation: the other one was faster to the lock.
                if repeated := await self._log.find_repeat(unit.connection, repeat_of):
                    return repeated
                raise WrongState(work_phrases.NOTHING_TO_CANCEL)
            cancelled = WorkCancelled(work_item_id=str(item.work_item_id), how="resident")

            def decide(head: Head) -> Sequence[Draft]:
                if head.state not in IN_LINE | {State.CALLBACK_DUE}:
                    raise WrongState(work_phrases.IN_PROGRESS)
                now = self._clock.now()
                draft = back_in_line(head, item, cancelled, now=now)
                return [draft, *self._after_cancelling(head, head_after(head, [draft]), now=now)]

            written = await self._log.write_one(unit, Bundle(found, decide, repeat_of))
            await end_work(unit.connection, item.work_item_id, state=WorkState.CANCELLED, now=self._clock.now())
            return written

    async def hasten(
        self, interaction_id: UUID, said: Sequence[Draft], *, reason: str, repeat_of: RepeatKey
    ) -> Written:
        """`said`, and back in line now; raises `WrongState` where the time has come meanwhile."""
        async with self._database.unit() as unit:
            await lock_heads(unit, [interaction_id])
            item = (await open_work(unit.connection, [interaction_id])).get(interaction_id)

            def decide(head: Head) -> Sequence[Draft]:
                if head.state is not State.CALLBACK_DUE or item is None:
                    raise WrongState(phrases.NO_QUEUE[State.WAITING])
                due = WorkDue(work_item_id=str(item.work_item_id), how=reason)
                after, now = head_after(head, said), self._clock.now()
                told = Draft(TurnSaid(text=work_phrases.HASTENED, purpose="queued"), By.SYSTEM)
                return [*said, back_in_line(after, item, due, now=now), told]

            written = await self._log.write_one(unit, Bundle(interaction_id, decide, repeat_of))
            if item is not None and not written.repeated:
                await make_due(unit.connection, [item.work_item_id], now=self._clock.now())
            return written

    async def _promise_on(self, resident_id: UUID, channel: str, wish: Wish, repeat_of: RepeatKey) -> Written | None:
        """Promised in the open interaction; None where none is open."""
        async with self._database.unit() as unit:
            found = await find_open(unit.connection, resident_id, channel=channel)
            if found is None:
                return None
            head = (await lock_heads(unit, [found]))[found].head
            if head.state not in OPEN_STATES:
                raise _MovedOn
            offer = next(iter(await live_offers(unit.connection, [found])), None)
            item = (await open_work(unit.connection, [found])).get(found)
            asking = _Asking(self._promising, wish, Before(offer, item), now=self._clock.now())
            written = await self._log.write_one(unit, Bundle(found, asking.decide, repeat_of))
            if offer is not None and not written.repeated:
                await self._offers.withdraw(unit, found, reason="withdrawn")
            await asking.store(unit, written)
            return written

    async def _promise_first(self, resident_id: UUID, channel: str, wish: Wish, repeat_of: RepeatKey) -> Written:
        asking = _Asking(self._promising, wish, Before(), now=self._clock.now(), fresh=True)
        words = FirstWords(resident_id, channel, asking.decide, repeat_of, then=asking.store)
        return await self._opening.open(words)

    def _after_cancelling(self, head: Head, after: Head, *, now: datetime) -> list[Draft]:
        """Who was in line stays there; who was to be called later is done."""
        if head.state in IN_LINE:
            return [Draft(TurnSaid(text=work_phrases.CANCELLED_IN_LINE, purpose="cancelled"), By.SYSTEM)]
        told = TurnSaid(text=work_phrases.CANCELLED.format(number=head.number), purpose="farewell")
        waited_s = (now - after.waiting_since).total_seconds() if after.waiting_since else 0.0
        gone = Abandoned(how="cancelled", waited_s=waited_s)
        ended = {"closed_at": now, "unanswered_since": None}
        return [
            Draft(told, By.SYSTEM),
            Draft(gone, By.RESIDENT, head.resident_id, to=State.ABANDONED, changes=ended),
        ]


class _Asking:
    """One wish under way: decided on the head, then stored as a row in the same transaction."""

    def __init__(self, promising: Promising, wish: Wish, before: Before, *, now: datetime, fresh: bool = False) -> None:
        self._promising = promising
        self._wish = wish
        self._before = before
        self._now = now
        self._fresh = fresh
        self._work: Work | None = None

    def decide(self, head: Head) -> Sequence[Draft]:
        """The drafts; raises `_MovedOn` where a fresh interaction was expected and is not there."""
        if self._fresh and not begins(head):
            raise _MovedOn
        drafts, self._work = self._promising.promise(head, self._wish, self._before, now=self._now)
        return drafts

    async def store(self, unit: Unit, written: Written) -> None:
        """The row that goes with the drafts; an earlier promise is over."""
        if self._work is None:
            return
        if self._before.item is not None:
            old = self._before.item.work_item_id
            await end_work(unit.connection, old, state=WorkState.CANCELLED, now=self._now)
        interaction_id = written.head.interaction_id
        await insert_work(unit.connection, self._work, interaction_id=interaction_id, now=self._now)


class _MovedOn(WrongState):
    """The interaction is not where it was a moment ago: look again."""

    def __init__(self) -> None:
        super().__init__("moved on")
