"""A resident leaves, wherever they are: the record is complete all the same.

with_bot ─▶ closed      waiting ─▶ abandoned      offered ─▶ offer withdrawn, abandoned
with_lawyer ─▶ wrap_up (the lawyer still has to register it)      wrap_up: already over, said again
what is owed (a callback, a message) is not given up by closing a page: that takes a cancellation
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from agents.ratings import Ratings, asking_draft, may_ask_rating
from agents.talk_end import Segment, TalkEnd, live_segment
from hotline import phrases, work_phrases
from interactions.clock import Clock
from interactions.database import Database, Unit
from interactions.errors import WrongState
from interactions.events import Abandoned, Closed, TurnSaid
from interactions.head import Head
from interactions.locks import lock_heads
from interactions.log import Log
from interactions.model import By, State
from interactions.opening import find_open
from interactions.record import Bundle, Draft, RepeatKey, Written
from interactions.work_rows import open_work
from routing.offers import Offers

OWED = frozenset({State.CALLBACK_DUE, State.WAITING, State.OFFERED})


class Leaving:
    """Ends interactions from the resident's side, by their word or by their silence."""

    def __init__(
        self, database: Database, *, log: Log, offers: Offers, ratings: Ratings, talk_end: TalkEnd, clock: Clock
    ) -> None:
        self._database = database
        self._log = log
        self._offers = offers
        self._ratings = ratings
        self._talk_end = talk_end
        self._clock = clock

    async def leave(self, resident_id: UUID, *, channel: str, repeat_of: RepeatKey, how: str = "left") -> Written:
        """The end's place in the log. Raises `WrongState` where the resident has nothing open on `channel`."""
        async with self._database.unit() as unit:
            # Before anything is looked for: what is open now may be a later visit, and no offer of it may end.
            if repeated := await self._log.find_repeat(unit.connection, repeat_of):
                return repeated
            found = await find_open(unit.connection, resident_id, channel=channel)
            if found is None:
                raise WrongState("没有进行中的服务")
            return await self._end(unit, found, repeat_of=repeat_of, how=how)

    async def end_silent(self, interaction_id: UUID, *, silent_since: datetime, how: str) -> bool:
        """Ends an interaction whose resident fell silent; False where they came back before the lock was ours."""
        async with self._database.unit() as unit:
            locked = await lock_heads(unit, [interaction_id])
            head = locked[interaction_id].head
            if head.last_turn_at > silent_since or head.state not in {State.WITH_BOT, State.WAITING}:
                return False
            if await _is_owed(unit, head):
                return False
            await self._end(unit, interaction_id, repeat_of=None, how=how)
            return True

    async def _end(self, unit: Unit, interaction_id: UUID, *, repeat_of: RepeatKey | None, how: str) -> Written:
        head = (await lock_heads(unit, [interaction_id]))[interaction_id].head
        if await _is_owed(unit, head):
            raise WrongState(work_phrases.KEPT)
        if head.state is State.WITH_LAWYER:
            return await self._end_talk(unit, head, repeat_of=repeat_of)
        ask = head.state is State.WITH_BOT and how == "left" and await self._may_ask(unit, head)
        bundle = Bundle(interaction_id, lambda at: self._last_drafts(at, how=how, ask=ask), repeat_of)
        written = await self._log.write_one(unit, bundle)
        # A repeat may be about an earlier visit: what belongs to this one stays as it is.
        if not written.repeated:
            await self._store(unit, head, ask=ask)
        return written

    async def _store(self, unit: Unit, head: Head, *, ask: bool) -> None:
        """The rows that go with the end of what no lawyer has in hand."""
        if head.state is State.OFFERED:
            await self._offers.withdraw(unit, head.interaction_id, reason="resident_left")
        if ask:
            await self._ratings.open(unit, interaction_id=head.interaction_id, segment_id=head.interaction_id)

    async def _may_ask(self, unit: Unit, head: Head) -> bool:
        return await self._ratings.may_ask(unit, head, segment_id=head.interaction_id)

    async def _end_talk(self, unit: Unit, head: Head, *, repeat_of: RepeatKey | None) -> Written:
        segment = await live_segment(unit.connection, head.interaction_id)
        if segment is None:
            raise WrongState("没有进行中的服务")
        ask = not segment.asked and may_ask_rating(head)
        bundle = Bundle(head.interaction_id, lambda at: self._talk_drafts(at, segment, ask=ask), repeat_of)
        written = await self._log.write_one(unit, bundle)
        if not written.repeated:
            await self._talk_end.store(unit, segment, ask=ask)
        return written

    def _talk_drafts(self, head: Head, segment: Segment, *, ask: bool) -> Sequence[Draft]:
        return self._talk_end.drafts(head, segment, by=By.RESIDENT, by_id=head.resident_id, ask=ask)

    def _last_drafts(self, head: Head, *, how: str, ask: bool) -> Sequence[Draft]:
        now = self._clock.now()
        told = Draft(TurnSaid(text=phrases.farewell(head.number), purpose="farewell"), By.SYSTEM)
        ended = {"closed_at": now, "unanswered_since": None}
        if head.state is State.WITH_BOT:
            by, by_id = (By.RESIDENT, head.resident_id) if how == "left" else (By.SYSTEM, None)
            made = [told, Draft(Closed(how=how), by, by_id, to=State.CLOSED, changes=ended)]
            return [*made, asking_draft(head.interaction_id)] if ask else made
        if head.state not in {State.WAITING, State.OFFERED}:
            raise WrongState("服务已结束")
        gone = Abandoned(how=how, waited_s=_waited_s(head, now=now))
        return [told, Draft(gone, By.RESIDENT, head.resident_id, to=State.ABANDONED, changes=ended)]


async def _is_owed(unit: Unit, head: Head) -> bool:
    """Whether the house will come back to the resident, present or not."""
    if head.state not in OWED:
        return False
    return bool(await open_work(unit.connection, [head.interaction_id]))


def _waited_s(head: Head, *, now: datetime) -> float:
    return (now - head.waiting_since).total_seconds() if head.waiting_since else 0.0
