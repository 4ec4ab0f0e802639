"""A lawyer who goes hands over what is still open, each with a note for whoever comes next.

with_lawyer ── note, back in line at the original age ──▶ waiting     a running call is never cut, a transfer is over
wrap_up ────── note, nothing registered by guess ───────▶ closed      how `handed_over`
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from agents.calls import require_none_running
from agents.errors import NotServing
from agents.serving import Server
from agents.settings import ServingSettings
from agents.stretch_end import StretchEnd
from agents.talk_end import Segment, live_segment
from interactions.clock import Clock
from interactions.database import Database, Unit
from interactions.errors import NotFound
from interactions.events import Closed, NoteWritten, TurnSaid
from interactions.head import Head
from interactions.locks import lock_heads
from interactions.log import Log
from interactions.model import IN_HAND, By, State
from interactions.record import Bundle, Draft, RepeatKey, Written, require_state
from interactions.work_rows import open_work
from routing.offer_rows import exclude
from routing.returning import given_back
from routing.settings import RoutingSettings
from routing.transfers import call_off


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose hand gives it back: the lawyer's own, or a supervisor's for a lawyer at `seat_id`."""

    by: By
    account_id: UUID
    seat_id: UUID


class HandingBack:
    """Gives back what a lawyer has in hand. Each command returns its place in the log once it is durable."""

    def __init__(
        self,
        database: Database,
        *,
        log: Log,
        clock: Clock,
        serving: ServingSettings,
        routing: RoutingSettings,
        told: str,
    ) -> None:
        self._database = database
        self._log = log
        self._clock = clock
        self._stretch_end = StretchEnd(clock=clock, settings=serving)
        self._routing = routing
        self._told = told

    async def hand_back(
        self, server: Server, *, interaction_id: UUID, note: str, repeat_of: RepeatKey | None = None
    ) -> Written:
        """By the lawyer who has it; raises `CallRunning` for a call that goes on, `NotServing` for another's."""
        hand = Hand(By.LAWYER, server.account_id, server.seat_id)
        return await self.give_back(hand, interaction_id=interaction_id, note=note, repeat_of=repeat_of)

    async def give_back(
        self, hand: Hand, *, interaction_id: UUID, note: str, repeat_of: RepeatKey | None = None
    ) -> Written:
        """By `hand`: a talk goes back in line, a wrap-up is closed."""
        async with self._database.unit() as unit:
            locked = await lock_heads(unit, [interaction_id])
            if interaction_id not in locked:
                raise NotFound("没有这个服务单，或它不在您的坐席")
            segment = await live_segment(unit.connection, interaction_id)
            owed = (await open_work(unit.connection, [interaction_id])).get(interaction_id)

            def decide(head: Head) -> Sequence[Draft]:
                held = _require_in_hand(head, segment, hand)
                require_none_running(head, held.segment_id, owed, now=self._clock.now())
                return self._drafts(head, held, hand, note)

            written = await self._log.write_one(unit, Bundle(interaction_id, decide, repeat_of))
            if segment is not None and not written.repeated:
                await self._store(unit, segment, written.head)
            return written

    def _drafts(self, head: Head, segment: Segment, hand: Hand, note: str) -> Sequence[Draft]:
        now = self._clock.now()
        written = Draft(NoteWritten(text=note), hand.by, hand.account_id)
        if head.state is State.WRAP_UP:
            closed = Draft(Closed("handed_over"), hand.by, hand.account_id, to=State.CLOSED, changes={"closed_at": now})
            return [written, closed]
        back = given_back(
            head,
            segment.segment_id,
            how="handed_over",
            now=now,
            settings=self._routing,
            by=hand.by,
            by_id=hand.account_id,
        )
        told = Draft(TurnSaid(text=self._told, purpose="handed_over"), By.SYSTEM, changes={"last_turn_at": now})
        return [written, back, told]

    async def _store(self, unit: Unit, segment: Segment, head: Head) -> None:
        now = self._clock.now()
        await self._stretch_end.finish(unit, head, segment_id=segment.segment_id, seat_id=segment.seat_id)
        pause = now + timedelta(seconds=self._routing.declined_pause_s)
        if head.state is State.WAITING:
            pair = (segment.interaction_id, segment.seat_id)
            await exclude(unit.connection, [pair], reason="handed_over", until=pause)
        await call_off(unit, [segment.interaction_id], log=self._log, now=now)


def _require_in_hand(head: Head, segment: Segment | None, hand: Hand) -> Segment:
    if head.seat_id != hand.seat_id:
        raise NotFound("没有这个服务单，或它不在您的坐席")
    require_state(head, IN_HAND)
    if segment is None or (hand.by is By.LAWYER and segment.account_id != hand.account_id):
        raise NotServing("该服务单由其他律师承办")
    return segment
