"""A resident says more during wrap-up: back to that lawyer while the seat is there, else back in line.

wrap_up ─┬─ the seat is signed in ─▶ with_lawyer   (same segment, the talk goes on)
         └─ it is not ─────────────▶ waiting       (segment finished, back in line at the original age)
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update

from agents.settings import ServingSettings
from agents.stretch_end import StretchEnd
from agents.talk_end import Segment, live_segment
from hotline import phrases
from interactions.clock import Clock
from interactions.connections import Connection
from interactions.database import Database, Unit
from interactions.errors import WrongState
from interactions.events import Resumed, TurnSaid
from interactions.head import Head
from interactions.locks import lock_heads
from interactions.log import Log
from interactions.model import WRAPPING_UP, By, SeatStatus, State
from interactions.record import Bundle, Draft, RepeatKey, Written, require_state
from interactions.tables import assignment, seat
from routing.returning import given_back
from routing.settings import RoutingSettings


class Resuming:
    """Carries a turn said in wrap-up."""

    def __init__(
        self, database: Database, *, log: Log, clock: Clock, settings: RoutingSettings, serving: ServingSettings
    ) -> None:
        self._database = database
        self._log = log
        self._clock = clock
        self._settings = settings
        self._stretch_end = StretchEnd(clock=clock, settings=serving)

    async def say(self, interaction_id: UUID, said: Sequence[Draft], *, repeat_of: RepeatKey) -> Written:
        """The turn's place in the log. Raises `WrongState` where wrap-up ended meanwhile."""
        async with self._database.unit() as unit:
            await lock_heads(unit, [interaction_id])
            segment = await live_segment(unit.connection, interaction_id)
            if segment is None:
                raise WrongState("服务已结束")
            there = await _is_there(unit.connection, segment)
            bundle = Bundle(interaction_id, lambda head: self._drafts(head, said, segment, there=there), repeat_of)
            written = await self._log.write_one(unit, bundle)
            if not written.repeated:
                await self._store(unit, written.head, segment, there=there)
            return written

    def _drafts(self, head: Head, said: Sequence[Draft], segment: Segment, *, there: bool) -> Sequence[Draft]:
        require_state(head, WRAPPING_UP)
        if there:
            back = Draft(Resumed(segment_id=str(segment.segment_id)), By.SYSTEM, to=State.WITH_LAWYER)
            return [*said, back, Draft(TurnSaid(text=phrases.RESUMED, purpose="resumed"), By.SYSTEM)]
        # What was said a moment ago may have made it more urgent: the place is that of the head after it.
        after = head.changed({name: value for draft in said for name, value in draft.changes.items()})
        now, settings = self._clock.now(), self._settings
        returned = given_back(after, segment.segment_id, how="seat_gone", now=now, settings=settings)
        told = TurnSaid(text=phrases.queued("asked"), purpose="queued")
        return [*said, returned, Draft(told, By.SYSTEM)]

    async def _store(self, unit: Unit, head: Head, segment: Segment, *, there: bool) -> None:
        if not there:
            await self._stretch_end.finish(unit, head, segment_id=segment.segment_id, seat_id=segment.seat_id)
            return
        goes_on = update(assignment).where(assignment.c.segment_id == segment.segment_id)
        await unit.connection.execute(goes_on.values(released_at=None))
        unit.seats.add(segment.seat_id)


async def _is_there(connection: Connection, segment: Segment) -> bool:
    """Whether the lawyer of the segment still sits at its seat; presence is the router's business."""
    statement = select(seat.c.seat_id).where(
        seat.c.seat_id == segment.seat_id,
        seat.c.account_id == segment.account_id,
        seat.c.status != SeatStatus.SIGNED_OUT.value,
    )
    return await connection.scalar(statement) is not None
