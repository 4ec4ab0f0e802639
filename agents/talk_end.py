"""The end of a talk, whoever ends it: released, the number told, a rating asked for where care allows.

with_lawyer ── the lawyer releases, the resident leaves ──▶ wrap_up     the segment lives on until the 小结,
                                                                        a transfer under way is over
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from agents.ports import Farewell
from agents.ratings import Ratings, asking_draft
from interactions.clock import Clock
from interactions.connections import Connection
from interactions.database import Unit
from interactions.events import Released, TurnSaid
from interactions.head import Head
from interactions.log import Log
from interactions.model import By, State
from interactions.record import Draft
from routing.transfers import call_off


@dataclass(frozen=True, slots=True)
class Segment:
    """A live stretch of service: which lawyer at which seat, since when; `asked` for a rating before, or not."""

    segment_id: UUID
    interaction_id: UUID
    seat_id: UUID
    account_id: UUID
    started_at: datetime
    asked: bool


_LIVE = text("""
select a.segment_id, a.interaction_id, a.seat_id, a.account_id, a.started_at,
       exists (select from rating r where r.segment_id = a.segment_id) as asked
from assignment a where a.interaction_id = :interaction_id and a.finished_at is null
""")
_RELEASED = text("""
with asked as (
    insert into rating (segment_id, interaction_id, asked_at, expires_at)
    select :segment_id, :interaction_id, :now, :expires_at where :ask
)
update assignment set released_at = :now where segment_id = :segment_id
""")


async def live_segment(connection: Connection, interaction_id: UUID) -> Segment | None:
    """The segment that is not finished; read it under the head's lock, in a later statement."""
    row = (await connection.execute(_LIVE, {"interaction_id": interaction_id})).first()
    return None if row is None else Segment(*row)


class TalkEnd:
    """What ending a talk writes: drafts for the log, and the rows that go with them."""

    def __init__(self, *, log: Log, ratings: Ratings, clock: Clock, farewell: Farewell) -> None:
        self._log = log
        self._ratings = ratings
        self._clock = clock
        self._farewell = farewell

    def drafts(self, head: Head, segment: Segment, *, by: By, by_id: UUID | None, ask: bool) -> Sequence[Draft]:
        """Released into wrap-up, the farewell with the 受理编号 and, with `ask`, the request to rate."""
        released = Released(segment_id=str(segment.segment_id), how=by.value)
        farewell = TurnSaid(text=self._farewell(head), purpose="farewell")
        drafts = [
            Draft(released, by, by_id, to=State.WRAP_UP),
            Draft(farewell, By.SYSTEM, changes={"last_turn_at": self._clock.now()}),
        ]
        return [*drafts, asking_draft(segment.segment_id)] if ask else drafts

    async def store(self, unit: Unit, segment: Segment, *, ask: bool) -> None:
        """The rows that go with `drafts`, in the same unit; not for a repeat."""
        now = self._clock.now()
        values = {
            "segment_id": segment.segment_id,
            "interaction_id": segment.interaction_id,
            "now": now,
            "ask": ask,
            "expires_at": self._ratings.expiry(now),
        }
        await unit.connection.execute(_RELEASED, values)
        await call_off(unit, [segment.interaction_id], log=self._log, now=now)
