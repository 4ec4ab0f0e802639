"""The bot's side of a conversation, after the resident's turn is durable and acknowledged.

    resident's turn stored ─▶ what the bot said before (rows) ─▶ ask ─▶ Reply ─────────────────▶ bot turn
                                                                       ToPerson, Unavailable ─▶ the line, and said so

    A bot turn commits only while with_bot, under the head's lock, once per question (in_reply_to unique): once a lawyer
    accepted, an answer in flight is refused and dropped.

A question whose answer got lost with its process is a row (`unanswered_since`); the sweep asks again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import text

from bots.facts import BESIDE
from bots.ports import Context, Unavailable
from bots.replies import Reply, ToPerson
from hotline.care import Care
from hotline.earlier_turns import EarlierTurns
from hotline.metrics import Metrics
from hotline.ports import Talker
from hotline.suggesting import NOTHING, Suggested, Suggesting
from interactions.clock import Clock
from interactions.database import Database
from interactions.errors import Conflict, HotlineError, NotFound, WrongState
from interactions.events import TurnSaid
from interactions.head import Head
from interactions.model import By, State
from interactions.reading import LogReader
from interactions.record import Bundle, Draft, Recorded, require_state
from interactions.shared_commit import SharedCommit

_log = structlog.get_logger(__name__)
WITH_BOT = frozenset({State.WITH_BOT})
DEADLINE_S = 10.0
Said = Reply | ToPerson | Unavailable
_UNANSWERED = text("""
with living as (
    select process_id, row_number() over (order by process_id) - 1 as place, count(*) over () as places
    from process where lease_until > :now)
select i.interaction_id, i.unanswered_since from interaction i, living l
where i.unanswered_since < :older_than and i.state = 'with_bot' and l.process_id = :process_id
  and mod(abs(hashtext(i.interaction_id::text)::bigint), l.places) = l.place
""")


@dataclass(frozen=True, slots=True)
class Question:
    """A resident's turn that wants an answer; `asked_at` is the head's `unanswered_since` it set."""

    interaction_id: UUID
    seq: int
    text: str
    channel: str
    asked_at: datetime | None


class BotTurns:
    """Asks the bot and writes what it says, one question after the other per interaction."""

    def __init__(
        self,
        talker: Talker,
        *,
        database: Database,
        shared_commit: SharedCommit,
        reader: LogReader,
        care: Care,
        suggesting: Suggesting,
        clock: Clock,
        metrics: Metrics,
        process_id: UUID,
    ) -> None:
        self._talker = talker
        self._earlier = EarlierTurns(database)
        self._database = database
        self._shared_commit = shared_commit
        self._reader = reader
        self._care = care
        self._suggesting = suggesting
        self._clock = clock
        self._metrics = metrics
        self._process_id = process_id
        self._tasks: set[asyncio.Task[None]] = set()
        self._last: dict[UUID, asyncio.Task[None]] = {}

    def ask(self, question: Question) -> None:
        """Answers `question` in the background, after earlier questions of the same interaction."""
        before = self._last.get(question.interaction_id)
        task = asyncio.ensure_future(self._answer_after(before, question))
        self._last[question.interaction_id] = task
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._forget(question.interaction_id, done))

    async def drain(self) -> None:
        """Returns when every question asked so far is answered or given up."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def sweep(self, *, older_than: timedelta) -> int:
        """Asks again what nobody answered for `older_than`; returns how many questions that were.

        Living processes share them out, so that each is asked, and counted, once: one that died has no share.
        """
        now = self._clock.now()
        values = {"older_than": now - older_than, "now": now, "process_id": self._process_id}
        rows = (await self._database.run(_UNANSWERED, values)).all()
        lost = [row for row in rows if row.interaction_id not in self._last]
        for row in lost:
            await self._ask_again(row.interaction_id, row.unanswered_since)
        return len(lost)

    async def _ask_again(self, interaction_id: UUID, asked_at: datetime) -> None:
        head, records = await self._reader.read(interaction_id)
        turn = _last_turn_of(records, By.RESIDENT)
        if turn is None or not isinstance(turn.event, TurnSaid):
            return
        self.ask(Question(interaction_id, turn.seq, turn.event.text or "", head.channel, asked_at))

    def _forget(self, interaction_id: UUID, done: asyncio.Task[None]) -> None:
        self._tasks.discard(done)
        if self._last.get(interaction_id) is done:
            del self._last[interaction_id]

    async def _answer_after(self, before: asyncio.Task[None] | None, question: Question) -> None:
        if before is not None:
            await asyncio.wait([before])
        try:
            await self._answer(question)
        except (WrongState, Conflict, NotFound):
            # A lawyer took over, the resident left, or another process answered: the answer is not wanted.
            self._metrics.bot_turns.labels(outcome="superseded").inc()
        except Exception as error:
            # The loop's edge: the question stays a row, the sweep asks again.
            self._metrics.bot_turns.labels(outcome="failed").inc()
            _log.warning("bot.turn_failed", interaction_id=str(question.interaction_id), error=type(error).__name__)

    async def _answer(self, question: Question) -> None:
        said = await self._ask_bot(question)
        self._metrics.bot_turns.labels(outcome=_outcome(said)).inc()
        suggested = self._suggesting.of(question.text)
        bundle = Bundle(question.interaction_id, lambda head: self._drafts(head, question, said, suggested))
        await self._shared_commit.submit(bundle)

    async def _ask_bot(self, question: Question) -> Said:
        earlier = await self._earlier.of(question.interaction_id, asked=question.seq)
        try:
            async with asyncio.timeout(DEADLINE_S):
                return await self._talker.reply(question.text, context=Context(question.channel, earlier))
        except TimeoutError:
            return Unavailable(reason="deadline")
        except HotlineError as error:
            return Unavailable(reason=error.code)

    def _drafts(self, head: Head, question: Question, said: Said, suggested: Suggested) -> Sequence[Draft]:
        require_state(head, WITH_BOT)
        if isinstance(said, Unavailable | ToPerson):
            reason = said.reason if isinstance(said, ToPerson) else "unavailable"
            return self._care.queue(head, reason=reason, now=self._clock.now(), suggested=suggested)
        # A newer question keeps waiting for its own answer.
        settled = head.unanswered_since == question.asked_at
        changes: dict[str, object] = {"unanswered_since": None} if settled else {}
        if said.purpose in BESIDE:
            suggested = NOTHING
        # What the bot answers with tells more than how it was asked.
        matter = said.matter.partition(".")[0] if said.matter else suggested.taken
        changes |= {"matter": matter} if matter else {}
        facts = {**(said.facts or {}), **suggested.facts()} or None
        turn = TurnSaid(text=said.text, purpose=said.purpose, answer=facts)
        return [Draft(turn, By.BOT, changes=changes, in_reply_to=question.seq)]


def _outcome(said: Said) -> str:
    if isinstance(said, Reply):
        return said.purpose
    return "to_person" if isinstance(said, ToPerson) else "unavailable"


def _last_turn_of(records: Sequence[Recorded], by: By) -> Recorded | None:
    turns = [record for record in records if record.kind == TurnSaid.kind and record.by is by]
    return turns[-1] if turns else None
