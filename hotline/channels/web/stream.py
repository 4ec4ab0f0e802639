"""What one resident's socket shows: every visible turn once and in order, the state, the place in line.

    change (hint) ─▶ queue ─▶ follow: its events where they join the cursor, else rows ─▶ frames ─▶ Sending
    new interaction of the same resident (another tab, a new first word) ─▶ the stream moves to it from its start

Nothing is shown that is not committed: hints carry committed events, everything else is read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from agents.showing import Shown, typing_frame
from hotline.channels.web.showing import rate_request_frame, rated_frame, state_frame, turn_frame
from interactions.changes import Change
from interactions.clock import Clock
from interactions.events import Opened, RatingAsked, RatingGiven
from interactions.following import Following
from interactions.head import Head
from interactions.model import IN_HAND, IN_LINE, OPEN_STATES, State
from interactions.reading import LogReader
from interactions.record import Recorded
from interactions.supervisor_events import TakenOver
from interactions.transfer_events import Transferred
from interactions.visibility import visible_to_resident
from interactions.work import Work, is_about_work, work_after
from routing.estimate import Place
from routing.telling import why_grown, worth_telling

Put = Callable[[Shown], Awaitable[None]]


class ResidentStream:
    """One socket's view of its resident's interaction."""

    def __init__(
        self,
        *,
        reader: LogReader,
        clock: Clock,
        put: Put,
        seat_name: Callable[[UUID], Awaitable[str | None]],
        place_of: Callable[[UUID], Awaitable[Place | None]],
        rating_window: timedelta,
        zone: str,
        least_growth_s: float,
    ) -> None:
        self._zone = zone
        self._rating_window = rating_window
        self._least_growth_s = least_growth_s
        self._reader = reader
        self._clock = clock
        self._put = put
        self._seat_name = seat_name
        self._place_of = place_of
        self._hints: asyncio.Queue[Change | None] = asyncio.Queue()
        self._busy = False
        self._following: Following | None = None
        self._head: Head | None = None
        self._prev = 0
        self._place: Place | None = None
        self._work: Work | None = None

    @property
    def interaction_id(self) -> UUID | None:
        """The interaction it shows."""
        return self._following.interaction_id if self._following else None

    @property
    def cursor(self) -> int:
        """The seq of the last event it has seen."""
        return self._following.cursor if self._following else 0

    @property
    def settled(self) -> bool:
        """Whether every hint so far was followed."""
        return not self._busy and self._hints.empty()

    @property
    def waits(self) -> bool:
        """Whether its resident is in line."""
        return self._head is not None and self._head.state in IN_LINE

    @property
    def open(self) -> bool:
        """Whether its interaction is open."""
        return self._head is not None and self._head.state in OPEN_STATES

    @property
    def served_by(self) -> tuple[UUID, UUID] | None:
        """The interaction and the seat whose lawyer talks with the resident now."""
        head = self._head
        if head is None or head.state is not State.WITH_LAWYER or head.seat_id is None:
            return None
        return head.interaction_id, head.seat_id

    def hint(self, change: Change) -> None:
        """Takes a hint; returns at once."""
        self._hints.put_nowait(change)

    async def start(self, head: Head, records: list[Recorded], *, after: int) -> None:
        """Shows what follows seq `after` of an interaction read a moment ago, and its state."""
        self._begin(head, after=max((record.seq for record in records), default=head.last_seq))
        self._work = work_after(records)
        self._prev = max((r.seq for r in records if r.seq <= after and visible_to_resident(r)), default=0)
        settled = self._settled(records)
        fresh = [record for record in records if record.seq > after and record not in settled]
        await self._show(fresh, states=False)
        await self._put(await self._state(head, seq=head.last_seq, state=head.state))

    async def run(self) -> None:
        """Follows hints until stopped."""
        while (change := await self._hints.get()) is not None:
            self._busy = True
            try:
                await self._take(change)
            finally:
                self._busy = False

    async def _take(self, change: Change) -> None:
        if change.typed is None:
            await self._follow(change)
        elif change.interaction_id is not None and change.interaction_id == self.interaction_id:
            await self._put(typing_frame(change.interaction_id, by=change.typed.by.value, on=change.typed.on))

    def stop(self) -> None:
        """Ends `run` once it has followed what it was told: a query broken off costs the pool a connection."""
        self._hints.put_nowait(None)

    async def show_place(self, place: Place | None) -> None:
        """Tells the place in line where it changed since it was last told, and why where the wait grew."""
        if self._head is None or place is None or place == self._place or not self.waits:
            return
        if not worth_telling(self._place, place, least_growth_s=self._least_growth_s):
            return
        before, self._place = self._place, place
        now = self._clock.now()
        head = self._head
        why = why_grown(before, place)
        frame = state_frame(
            head, seq=head.last_seq, state=head.state, now=now, place=place, why=why, work=self._work, zone=self._zone
        )
        await self._put(frame)

    def _begin(self, head: Head, *, after: int) -> None:
        self._following = Following(self._reader, interaction_id=head.interaction_id, after=after)
        self._head = head
        self._prev = 0
        self._place = None
        self._work = None

    async def _follow(self, change: Change) -> None:
        if change.interaction_id is None:
            return
        if self._following is None or change.interaction_id != self._following.interaction_id:
            if self.open:
                return
            await self._move_to(change.interaction_id)
        assert self._following is not None  # noqa: S101 - set by the move
        fresh = await self._following.follow(change)
        if fresh:
            # What was read may be newer than the hint: a head from before the acceptance knows no lawyer.
            known = change.head is not None and change.head.last_seq >= fresh[-1].seq
            read = None if known else await self._reader.read(change.interaction_id, after=fresh[-1].seq)
            self._head = change.head if read is None else read[0]
            await self._show(fresh, states=True)

    async def _move_to(self, interaction_id: UUID) -> None:
        self._following = Following(self._reader, interaction_id=interaction_id, after=0)
        self._prev = 0
        self._place = None
        self._work = None

    async def _show(self, records: list[Recorded], *, states: bool) -> None:
        for record in records:
            # As it stands with each state that is shown; what was read at the start is folded already.
            self._work = work_after([record], self._work) if states else self._work
            if visible_to_resident(record):
                await self._put(turn_frame(record, prev=self._prev))
                self._prev = record.seq
            elif isinstance(record.event, RatingAsked):
                await self._put(rate_request_frame(record, segment_id=record.event.segment_id))
            elif isinstance(record.event, RatingGiven):
                await self._put(rated_frame(record, segment_id=record.event.segment_id))
            if states and self._head is not None and (state := _state_after(record, self._head)) is not None:
                await self._put(await self._state(self._head, seq=record.seq, state=state))

    def _settled(self, records: list[Recorded]) -> list[Recorded]:
        """Requests to rate that were answered or are too old: whoever comes back is not asked again."""
        given = {record.event.segment_id for record in records if isinstance(record.event, RatingGiven)}
        oldest = self._clock.now() - self._rating_window
        asked = ((record, record.event.segment_id) for record in records if isinstance(record.event, RatingAsked))
        return [record for record, segment_id in asked if segment_id in given or record.at <= oldest]

    async def _state(self, head: Head, *, seq: int, state: State) -> Shown:
        lawyer = await self._seat_name(head.seat_id) if head.seat_id and state in IN_HAND else None
        before, place = self._place, await self._place_in(state, head.interaction_id)
        self._place = place
        why = None if place is None else why_grown(before, place)
        now: datetime = self._clock.now()
        return state_frame(
            head,
            seq=seq,
            state=state.value,
            now=now,
            place=place,
            why=why,
            lawyer=lawyer,
            work=self._work,
            zone=self._zone,
        )

    async def _place_in(self, state: State, interaction_id: UUID) -> Place | None:
        """The place to tell with a state. An offer changes nobody's place: the one told a moment ago stands."""
        if state not in IN_LINE:
            return None
        if state is State.OFFERED and self._place is not None:
            return self._place
        return await self._place_of(interaction_id)


def _state_after(record: Recorded, head: Head) -> State | None:
    """The state a resident is told with `record`.

    Every move, where a new interaction begins, what is owed anew, another lawyer.
    """
    if isinstance(record.event, Transferred | TakenOver):
        return State.WITH_LAWYER
    if record.to_state is None and is_about_work(record.event):
        return head.state
    return State.WITH_BOT if isinstance(record.event, Opened) else record.to_state
