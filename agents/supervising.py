"""What a supervisor does by hand, each inside the viewer's scope and audited, in the log and in a table.

    watch     with anybody ─────────────▶ as it was          interaction.watched
    whisper   with_lawyer, wrap_up ─────▶ as it was          a note that the lawyer sees, never the resident
    join      with_lawyer ──────────────▶ as it was          words that the resident sees
    assign    waiting, offered ─────────▶ with_lawyer        at a seat: capacity, presence, conflict as by the router
    take over with_lawyer ──────────────▶ with_lawyer        at the supervisor's desk; the old stretch ends
              waiting, offered ─────────▶ with_lawyer        at the desk
    close     with_bot, with_lawyer, wrap_up ─▶ closed       with a reason; waiting, offered ─▶ abandoned
                                                             never what is owed, nor a running call

By hand goes before by rule: until `held_until` (`agents.supervisor.held_s` from the decision) what was assigned or
taken over is not given back to the line, though its seat vanish. The router matches, lapses and relaxes only what is in
line, and it is not. After that the ordinary rules hold again, so that nobody is lost by a decision somebody forgot.
Nobody overrides a conflict of interest. Locks as everywhere: interaction, then seats in id order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, text

from agents.auditing import write_audit
from agents.by_hand import given, taken_over
from agents.calls import require_none_running
from agents.named_seat import NamedSeats, without
from agents.parting import Parting
from agents.roles import Right, Viewer, scoped
from agents.roster import Sitting
from agents.settings import ServingSettings, SupervisorSettings
from agents.stretch_end import StretchEnd
from agents.talk_end import Segment, live_segment
from interactions.clock import Clock
from interactions.conflicts import conflicts_of
from interactions.database import Database, Unit
from interactions.errors import NotAllowed, NotFound, WrongState
from interactions.events import Abandoned, Closed, NoteWritten, Released, TurnSaid
from interactions.head import Head
from interactions.identity import new_id
from interactions.locks import lock_heads
from interactions.log import Log
from interactions.model import IN_HAND, IN_LINE, OPEN_STATES, TALKING, By, OfferState, State, TransferState
from interactions.record import Bundle, Draft, RepeatKey, Written, require_state
from interactions.seats import lock_seats
from interactions.supervisor_events import CloseOrdered, Watched
from interactions.tables import interaction
from interactions.work_rows import open_work
from routing.beginning import Beginning, begin
from routing.offer_rows import OfferRow, end_offers, live_offers
from routing.transfers import OpenTransfer, call_off, called_off_drafts, open_transfers, store_called_off

BARRED = "按回避规定，您不能承办此服务单"
_RECUSED = text("select from recusal where interaction_id = :interaction_id and account_id = :account_id")


class Supervising:
    """A supervisor's commands. Each returns its place in the log once it is durable."""

    def __init__(
        self,
        database: Database,
        *,
        log: Log,
        clock: Clock,
        seats: NamedSeats,
        parting: Parting,
        settings: SupervisorSettings,
        serving: ServingSettings,
        farewell: Callable[[Head], str],
    ) -> None:
        self._database = database
        self._log = log
        self._clock = clock
        self._seats = seats
        self._parting = parting
        self._settings = settings
        self._stretch_end = StretchEnd(clock=clock, settings=serving)
        self._farewell = farewell

    async def watch(self, viewer: Viewer, *, interaction_id: UUID, repeat_of: RepeatKey | None = None) -> Written:
        """A look at what is said, from its first word; raises `NotFound` out of reach, `WrongState` once it ended."""
        return await self._append(
            viewer, interaction_id, Watched(), only_in=OPEN_STATES, action="watch", repeat_of=repeat_of
        )

    async def whisper(
        self, viewer: Viewer, *, interaction_id: UUID, text: str, repeat_of: RepeatKey | None = None
    ) -> Written:
        """密语: words for the lawyer who serves."""
        event = NoteWritten(text=text, client_id=_client_id(repeat_of), purpose="whisper")
        return await self._append(viewer, interaction_id, event, only_in=IN_HAND, action="whisper", repeat_of=repeat_of)

    async def join(
        self, viewer: Viewer, *, interaction_id: UUID, text: str, repeat_of: RepeatKey | None = None
    ) -> Written:
        """强插: words that the resident and the lawyer see."""
        event = TurnSaid(text=text, client_id=_client_id(repeat_of), purpose="joined")
        return await self._append(viewer, interaction_id, event, only_in=TALKING, action="join", repeat_of=repeat_of)

    async def assign(
        self, viewer: Viewer, *, interaction_id: UUID, seat: str, repeat_of: RepeatKey | None = None
    ) -> Written:
        """指派: somebody in line is with the named seat; raises `SeatCannotTake` like a transfer does."""
        async with self._database.unit() as unit:
            head = await self._reach(unit, viewer, interaction_id, "assign")
            ringing = await live_offers(unit.connection, [interaction_id])
            owed = (await open_work(unit.connection, [interaction_id])).get(interaction_id)
            asked = without(await self._seats.ask(unit, head, seat), ringing)
            made = self._beginning(interaction_id, asked.named.seat_id, asked.named.account_id)

            def decide(at: Head) -> Sequence[Draft]:
                require_state(at, IN_LINE)
                on_seat = self._seats.require_taking(asked, at)
                why = {
                    "chosen_for": "assigned",
                    "load": on_seat.load,
                    "most": on_seat.load + self._seats.slots(on_seat),
                }
                return given(at, made, ringing, viewer, why=why, owed=owed)

            return await self._write_beginning(unit, decide, made, ringing, repeat_of)

    async def take_over(
        self, viewer: Viewer, desk: Sitting, *, interaction_id: UUID, repeat_of: RepeatKey | None = None
    ) -> Written:
        """接管: it is with the supervisor. Raises `NotAllowed` where the supervisor advised the other side."""
        async with self._database.unit() as unit:
            head = await self._reach(unit, viewer, interaction_id, "take_over")
            await self._require_unbarred(unit, viewer, interaction_id)
            made = self._beginning(interaction_id, desk.seat_id, viewer.account_id)
            if head.state in IN_LINE:
                ringing = await live_offers(unit.connection, [interaction_id])
                owed = (await open_work(unit.connection, [interaction_id])).get(interaction_id)
                await lock_seats(unit.connection, [desk.seat_id])
                why = {"chosen_for": "taken_over"}
                return await self._write_beginning(
                    unit, lambda at: given(at, made, ringing, viewer, why=why, owed=owed), made, ringing, repeat_of
                )
            return await self._take_talk(unit, viewer, desk, made, repeat_of)

    async def close(
        self, viewer: Viewer, *, interaction_id: UUID, reason: str, repeat_of: RepeatKey | None = None
    ) -> Written:
        """Ends what would not end by itself; the reason stands sealed in the log.

        Raises `CallRunning` for a call that goes on, `WrongState` where something is owed still.
        """
        async with self._database.unit() as unit:
            await self._reach(unit, viewer, interaction_id, "close")
            segment = await live_segment(unit.connection, interaction_id)
            ringing = await live_offers(unit.connection, [interaction_id])
            owed = (await open_work(unit.connection, [interaction_id])).get(interaction_id)
            under_way = list((await open_transfers(unit.connection, [interaction_id])).values())

            def decide(at: Head) -> Sequence[Draft]:
                require_none_running(at, segment.segment_id if segment else None, owed, now=self._clock.now())
                if owed:
                    raise WrongState("还有未完成的回电或留言，请先处理，不能直接关闭")
                return [*_called_off(under_way, viewer), *self._closing(at, segment, viewer, reason)]

            written = await self._log.write_one(unit, Bundle(interaction_id, decide, repeat_of))
            if not written.repeated:
                await store_called_off(unit, under_way, state=TransferState.WITHDRAWN, now=self._clock.now())
                await self._store_close(unit, written.head, segment, ringing)
            return written

    async def _append(
        self,
        viewer: Viewer,
        interaction_id: UUID,
        event: Watched | NoteWritten | TurnSaid,
        *,
        only_in: frozenset[State],
        action: str,
        repeat_of: RepeatKey | None,
    ) -> Written:
        async with self._database.unit() as unit:
            await self._reach(unit, viewer, interaction_id, action)

            def decide(at: Head) -> Sequence[Draft]:
                require_state(at, only_in)
                return [Draft(event, By.SUPERVISOR, viewer.account_id)]

            return await self._log.write_one(unit, Bundle(interaction_id, decide, repeat_of))

    async def _reach(self, unit: Unit, viewer: Viewer, interaction_id: UUID, action: str) -> Head:
        """The locked head of what lies in the viewer's scope, with the audit of what is done to it."""
        viewer.require(Right.SUPERVISE)
        locked = await lock_heads(unit, [interaction_id])
        named = select(interaction.c.interaction_id).where(interaction.c.interaction_id == interaction_id)
        if interaction_id not in locked or await unit.connection.scalar(scoped(named, viewer)) is None:
            raise NotFound("没有这个服务单")
        audited = f"supervisor.{action}"
        await write_audit(unit, viewer, action=audited, clock=self._clock, interaction_id=interaction_id)
        return locked[interaction_id].head

    async def _require_unbarred(self, unit: Unit, viewer: Viewer, interaction_id: UUID) -> None:
        who = {"interaction_id": interaction_id, "account_id": viewer.account_id}
        recused = (await unit.connection.execute(_RECUSED, who)).first() is not None
        if recused or await conflicts_of(unit.connection, viewer.account_id, among=[interaction_id]):
            raise NotAllowed(BARRED)

    def _beginning(self, interaction_id: UUID, seat_id: UUID, account_id: UUID | None) -> Beginning:
        now = self._clock.now()
        held_until = now + timedelta(seconds=self._settings.held_s)
        # Without an account nobody sits there: refused before anything is written.
        return Beginning(new_id(now), interaction_id, seat_id, account_id or seat_id, now, new_id(now), held_until)

    async def _write_beginning(
        self,
        unit: Unit,
        decide: Callable[[Head], Sequence[Draft]],
        made: Beginning,
        ringing: Sequence[OfferRow],
        repeat_of: RepeatKey | None,
    ) -> Written:
        written = await self._log.write_one(unit, Bundle(made.interaction_id, decide, repeat_of))
        if not written.repeated:
            await end_offers(
                unit.connection, ringing, state=OfferState.WITHDRAWN, reason="by_hand", now=self._clock.now()
            )
            await begin(unit.connection, made)
            unit.seats.update({made.seat_id, *(one.seat_id for one in ringing)})
            unit.wake_router = True
        return written

    async def _take_talk(
        self, unit: Unit, viewer: Viewer, desk: Sitting, made: Beginning, repeat_of: RepeatKey | None
    ) -> Written:
        segment = await live_segment(unit.connection, made.interaction_id)
        await lock_seats(unit.connection, {desk.seat_id, *([segment.seat_id] if segment else [])})

        def decide(at: Head) -> Sequence[Draft]:
            require_state(at, TALKING)
            if segment is None or segment.account_id == viewer.account_id:
                raise WrongState("该服务单已由您承办")
            told = self._parting.drafts(desk.name)
            return [taken_over(segment, made, viewer), *told]

        written = await self._log.write_one(unit, Bundle(made.interaction_id, decide, repeat_of))
        if segment is not None and not written.repeated:
            await call_off(unit, [made.interaction_id], log=self._log, now=made.now)
            await self._parting.store(unit, written.head, segment_id=segment.segment_id, seat_id=segment.seat_id)
            await begin(unit.connection, made)
            unit.seats.update({made.seat_id, segment.seat_id})
            unit.wake_router = True
        return written

    def _closing(self, head: Head, segment: Segment | None, viewer: Viewer, reason: str) -> Sequence[Draft]:
        now, who = self._clock.now(), viewer.account_id
        ordered = Draft(CloseOrdered(reason_given=reason), By.SUPERVISOR, who)
        told = Draft(TurnSaid(text=self._farewell(head), purpose="farewell"), By.SYSTEM)
        ended: dict[str, object] = {"closed_at": now, "unanswered_since": None}
        if head.state in IN_LINE:
            waited_s = (now - head.waiting_since).total_seconds() if head.waiting_since else 0.0
            gone = Abandoned(how="supervisor", waited_s=waited_s)
            return [ordered, told, Draft(gone, By.SUPERVISOR, who, to=State.ABANDONED, changes=ended)]
        require_state(head, IN_HAND | {State.WITH_BOT})
        closed = Draft(Closed(how="supervisor"), By.SUPERVISOR, who, to=State.CLOSED, changes=ended)
        if head.state is not State.WITH_LAWYER or segment is None:
            return [ordered, *([told] if head.state is State.WITH_BOT else []), closed]
        released = Released(segment_id=str(segment.segment_id), how="supervisor")
        return [ordered, Draft(released, By.SUPERVISOR, who, to=State.WRAP_UP), told, closed]

    async def _store_close(self, unit: Unit, head: Head, segment: Segment | None, ringing: Sequence[OfferRow]) -> None:
        now = self._clock.now()
        await end_offers(unit.connection, ringing, state=OfferState.WITHDRAWN, reason="resident_left", now=now)
        unit.seats.update(one.seat_id for one in ringing)
        if segment is not None:
            await self._stretch_end.finish(unit, head, segment_id=segment.segment_id, seat_id=segment.seat_id)
        unit.wake_router = True


def _called_off(under_way: Sequence[OpenTransfer], viewer: Viewer) -> Sequence[Draft]:
    """What is being handed on is over before it is closed: nothing follows the end."""
    ends = [
        called_off_drafts(one, state=TransferState.WITHDRAWN, by=By.SUPERVISOR, by_id=viewer.account_id)
        for one in under_way
    ]
    return [draft for drafts in ends for draft in drafts]


def _client_id(repeat_of: RepeatKey | None) -> str | None:
    return repeat_of.client_id if repeat_of else None
