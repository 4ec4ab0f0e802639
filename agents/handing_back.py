"""A lawyer who goes hands over what is still open, each with a note for whoever comes next.

with_lawyer ── note, back in line at the original age ──▶ waiting     a running call is never cut, a transfer is over
wrap_up ────── note, nothing registered by guess ───────▶ closed      how `handed_over`
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from agents.errors import CallRunning, NotServing
from agents.protection import protect
from agents.serving import Server
from agents.settings import ServingSettings
from agents.stretch_end import protected_until
from agents.talk_end import Segment, live_segment
from interactions.clock import Clock
from interactions.database import Database, Unit
from interactions.errors import NotFound
from interactions.events import Closed, NoteWritten, Returned, TurnSaid
from interactions.head import Head
from interactions.locks import lock_heads
from interactions.log import Log
from interactions.model import IN_HAND, By, State
from interactions.record import Bundle, Draft, RepeatKey, Written, require_state
from interactions.work_rows import WorkRow, open_work
from routing.needs import joining
from routing.offer_rows import exclude
from routing.settings import RoutingSettings
from routing.transfers import call_off

VOICE = "voice"
_ENDED = text("""
update assignment set released_at = coalesce(released_at, :now), finished_at = :now,
    handling_s = coalesce(handling_s, extract(epoch from cast(:now as timestamptz) - started_at))
where segment_id = :segment_id
""")
_FREED = text("""
update seat set idle_since = :now, protected_until = coalesce(:protected_until, protected_until)
where seat_id = :seat_id
""")


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
        self._serving = serving
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
                if head.state is State.WITH_LAWYER:
                    _require_no_call(head, held, owed, now=self._clock.now())
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
        # The age is kept; the urgency may have changed while they talked, and with it the place.
        place = {**joining(head, now=now, settings=self._routing), "seat_id": None}
        back = Returned(segment_id=str(segment.segment_id), how="handed_over")
        told = Draft(TurnSaid(text=self._told, purpose="handed_over"), By.SYSTEM, changes={"last_turn_at": now})
        return [written, Draft(back, hand.by, hand.account_id, to=State.WAITING, changes=place), told]

    async def _store(self, unit: Unit, segment: Segment, head: Head) -> None:
        now = self._clock.now()
        until = protected_until(head, now=now, settings=self._serving)
        await unit.connection.execute(_ENDED, {"segment_id": segment.segment_id, "now": now})
        values = {"seat_id": segment.seat_id, "now": now, "protected_until": until}
        await unit.connection.execute(_FREED, values)
        await protect(unit.connection, segment.segment_id, now=now, until=until)
        pause = now + timedelta(seconds=self._routing.declined_pause_s)
        if head.state is State.WAITING:
            pair = (segment.interaction_id, segment.seat_id)
            await exclude(unit.connection, [pair], reason="handed_over", until=pause)
        await call_off(unit, [segment.interaction_id], log=self._log, now=now)
        unit.seats.add(segment.seat_id)
        unit.wake_router = True


def _require_no_call(head: Head, segment: Segment, owed: WorkRow | None, *, now: datetime) -> None:
    """Nobody cuts a call: neither one that came in, nor a callback whose resident has answered."""
    calling = owed is not None and owed.calls(now) and owed.confirmed_in == segment.segment_id
    if head.channel == VOICE or calling:
        raise CallRunning("通话还没有结束，不能中断；请在通话结束后再办理")


def _require_in_hand(head: Head, segment: Segment | None, hand: Hand) -> Segment:
    if head.seat_id != hand.seat_id:
        raise NotFound("没有这个服务单，或它不在您的坐席")
    require_state(head, IN_HAND)
    if segment is None or (hand.by is By.LAWYER and segment.account_id != hand.account_id):
        raise NotServing("该服务单由其他律师承办")
    return segment
