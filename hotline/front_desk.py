"""The front desk: carries a resident's turn from any channel through triage, bot or router, and back.

    say ─▶ triage (pure) ─▶ one bundle: turn + flag + emergency text + place in line ─▶ durable ─▶ acknowledged
                                                         │
                                     still with the bot ─┴─▶ BotTurns answers after the acknowledgement

A channel calls these methods with what its resident did; nothing here knows which channel it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from agents.parties import named
from agents.ratings import Ratings
from bots.triage import Triage, triage
from hotline import phrases, work_phrases
from hotline.bot_turns import BotTurns, Question
from hotline.care import Care, reason_for_a_person
from hotline.leaving import Leaving
from hotline.resuming import Resuming
from hotline.suggesting import Suggested, Suggesting
from hotline.wishes import head_after
from hotline.work_items import Wished, WorkItems
from interactions.clock import Clock
from interactions.database import Database
from interactions.errors import Unavailable, WrongState
from interactions.events import TurnSaid
from interactions.head import Head
from interactions.model import OPEN_STATES, By, State
from interactions.opening import FirstWords, Opening, find_open, is_resumed
from interactions.record import Bundle, Draft, RepeatKey, Written, require_state
from interactions.shared_commit import SharedCommit

Decide = Callable[[Head], Sequence[Draft]]
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who speaks: the resident behind a channel's identity, and the channel they came by."""

    resident_id: UUID
    channel: str


class FrontDesk:
    """What a resident can do, whatever the channel."""

    def __init__(
        self,
        *,
        database: Database,
        shared_commit: SharedCommit,
        opening: Opening,
        care: Care,
        suggesting: Suggesting,
        bot_turns: BotTurns,
        leaving: Leaving,
        work_items: WorkItems,
        resuming: Resuming,
        ratings: Ratings,
        clock: Clock,
    ) -> None:
        self._database = database
        self._shared_commit = shared_commit
        self._opening = opening
        self._care = care
        self._suggesting = suggesting
        self._bot_turns = bot_turns
        self._leaving = leaving
        self._work_items = work_items
        self._resuming = resuming
        self._ratings = ratings
        self._clock = clock

    async def say(
        self, visitor: Visitor, *, text: str, repeat_of: RepeatKey, interaction_id: UUID | None = None
    ) -> Written:
        """The turn's place in the log, once durable.

        `interaction_id` is the one the channel believes to be open; where it is none or has ended, the turn joins
        the resident's open interaction or opens a new one.
        """
        saying = _Saying(text, triage(text), repeat_of, self._suggesting.of(text))
        written = await self._say_somewhere(visitor, saying, interaction_id)
        self._hand_to_bot(written, text)
        return written

    async def ask_lawyer(self, visitor: Visitor, *, repeat_of: RepeatKey) -> Written:
        """Puts the resident in line for a person; opens an interaction where none is open."""
        found = await self._open_interaction(visitor)
        try:
            if found is None:
                return await self._open(visitor, self._queue_drafts, repeat_of)
            return await self._shared_commit.submit(Bundle(found, self._queue_drafts, repeat_of))
        except _IsOwed as owed:
            # Also where another socket was promised a callback between the look and the lock.
            found = found or await self._open_interaction(visitor)
            if found is None:
                raise
            return await self._work_items.hasten(found, owed.said, reason=owed.reason, repeat_of=repeat_of)

    async def promise(self, visitor: Visitor, *, wished: Wished, repeat_of: RepeatKey) -> Written:
        """A callback or a message instead of waiting; `wished` reads the wish, as of now."""
        return await self._work_items.promise(
            visitor.resident_id, channel=visitor.channel, wished=wished, repeat_of=repeat_of
        )

    async def cancel_promise(self, visitor: Visitor, *, repeat_of: RepeatKey) -> Written:
        """Nothing more is owed to the resident; raises `WrongState` where nothing was."""
        return await self._work_items.cancel(visitor.resident_id, channel=visitor.channel, repeat_of=repeat_of)

    async def name_parties(
        self, visitor: Visitor, *, own: str | None, other: str | None, repeat_of: RepeatKey
    ) -> Written:
        """Who is in dispute, as far as the resident wishes to tell; raises `WrongState` where nothing is open."""
        event = named(own, other)
        found = await self._open_interaction(visitor)
        if found is None:
            raise WrongState("没有进行中的服务")

        def decide(head: Head) -> Sequence[Draft]:
            require_state(head, OPEN_STATES)
            return [Draft(event, By.RESIDENT, head.resident_id)]

        return await self._shared_commit.submit(Bundle(found, decide, repeat_of))

    async def rate(self, visitor: Visitor, *, score: int, **rest: Any) -> Written:
        """The rating's place in the log; what may be rated, and once, is `agents.ratings`' business."""
        return await self._ratings.give(resident_id=visitor.resident_id, score=score, **rest)

    async def leave(self, visitor: Visitor, *, repeat_of: RepeatKey) -> Written:
        """Ends the resident's open interaction, wherever it is; raises `WrongState` where none is open."""
        return await self._leaving.leave(visitor.resident_id, channel=visitor.channel, repeat_of=repeat_of)

    async def _say_somewhere(self, visitor: Visitor, saying: _Saying, interaction_id: UUID | None) -> Written:
        """In the interaction at hand, else in whichever is open, else in a new one.

        Between our look and the lock a callback falls due, a wrap-up ends, another socket opens or leaves. What was
        said is said all the same: it may be that somebody is being hurt.
        """
        found = interaction_id
        for _ in range(ATTEMPTS):
            if found is not None and (written := await self._say_on(found, saying)):
                return written
            try:
                # First words: opening looks for the open interaction itself, in the transaction that would open one.
                return await self._open(visitor, self._decision(saying), saying.repeat_of)
            except (_InWrapUp, _IsOwed):
                found = await self._open_interaction(visitor)
        raise Unavailable("服务繁忙，这句话没有发出，请再发一次")

    async def _say_on(self, found: UUID, saying: _Saying) -> Written | None:
        """Says it there; None where it is no longer what it was a moment ago."""
        try:
            return await self._shared_commit.submit(Bundle(found, self._decision(saying), saying.repeat_of))
        except _InWrapUp as wrapping_up:
            longer = self._resuming.say(found, wrapping_up.said, repeat_of=saying.repeat_of)
        except _IsOwed as owed:
            longer = self._work_items.hasten(found, owed.said, reason=owed.reason, repeat_of=saying.repeat_of)
        except WrongState:
            return None
        try:
            return await longer
        except WrongState:
            return None

    async def _open(self, visitor: Visitor, decide: Decide, repeat_of: RepeatKey) -> Written:
        return await self._opening.open(FirstWords(visitor.resident_id, visitor.channel, decide, repeat_of))

    async def _open_interaction(self, visitor: Visitor) -> UUID | None:
        async with self._database.read() as connection:
            return await find_open(connection, visitor.resident_id, channel=visitor.channel)

    def _decision(self, saying: _Saying) -> Decide:
        return lambda head: self._say_drafts(head, saying)

    def _say_drafts(self, head: Head, saying: _Saying) -> Sequence[Draft]:
        require_state(head, OPEN_STATES)
        now = self._clock.now()
        changes: dict[str, object] = {"last_turn_at": now}
        if head.state is State.WITH_BOT:
            changes["unanswered_since"] = now
        turn = TurnSaid(text=saying.text, client_id=saying.repeat_of.client_id)
        said = Draft(turn, By.RESIDENT, head.resident_id, changes=changes)
        drafts = [said, *self._care.drafts(head, saying.triage, now=now, suggested=saying.suggested)]
        if head.state is State.WRAP_UP:
            raise _InWrapUp(drafts)
        if head.state is State.CALLBACK_DUE and (reason := reason_for_a_person(saying.triage)):
            raise _IsOwed(drafts, reason)
        if is_resumed(head):
            drafts += self._resumed_drafts(head_after(head, drafts), now=now)
        return drafts

    def _resumed_drafts(self, head: Head, *, now: datetime) -> Sequence[Draft]:
        """Whose place was kept is told so; who was in danger a moment ago does not go through the bot again."""
        if head.state is not State.WITH_BOT:
            return []
        if head.dangers:
            return self._care.queue(head, reason="danger", now=now)
        return [Draft(TurnSaid(text=work_phrases.RESUMED, purpose="place_resumed"), By.SYSTEM)]

    def _queue_drafts(self, head: Head) -> Sequence[Draft]:
        if head.state is State.CALLBACK_DUE:
            raise _IsOwed([], "asked")
        if head.state is not State.WITH_BOT:
            raise WrongState(phrases.NO_QUEUE.get(head.state, phrases.NO_QUEUE[State.WAITING]))
        return self._care.queue(head, reason="asked", now=self._clock.now())

    def _hand_to_bot(self, written: Written, text: str) -> None:
        head = written.head
        if written.repeated or head.state is not State.WITH_BOT:
            return
        question = Question(head.interaction_id, written.seq, text, head.channel, head.unanswered_since)
        self._bot_turns.ask(question)


@dataclass(frozen=True, slots=True)
class _Saying:
    text: str
    triage: Triage
    repeat_of: RepeatKey
    suggested: Suggested


class _IsOwed(WrongState):
    """Said while something is owed later: a person is needed now, and the work item is concerned, too."""

    def __init__(self, said: Sequence[Draft], reason: str) -> None:
        super().__init__("您的预约刚刚有变化，请再试一次")
        self.said = said
        self.reason = reason


class _InWrapUp(WrongState):
    """Said during wrap-up: seat and segment are concerned, too, so it takes the longer way."""

    def __init__(self, said: Sequence[Draft]) -> None:
        super().__init__("服务刚刚结束，请再发一次")
        self.said = said
