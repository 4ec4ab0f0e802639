"""What a lawyer left behind: wrap-ups nobody ends, and seats nobody got up from.

    wrap_up ── its time is over, or its lawyer has been gone for a while ──▶ closed, how `overdue`, without a 小结
               (not while a supervisor's hand holds it)
    shift over, hands empty, a while later ──▶ the seat is signed out, how `shift_over`

A wrap-up that stayed open would keep the seat from the next lawyer for ever. The resident was served and the record is
complete but for the registration: nothing is classified by guess, and those without one are counted as such.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from agents.roster import holds_work, locked_seat_of, stand_up
from agents.settings import RosterSettings, ServingSettings
from agents.stretch_end import StretchEnd
from agents.talk_end import live_segment
from interactions.clock import Clock
from interactions.database import Database
from interactions.events import Closed
from interactions.head import Head
from interactions.locks import lock_heads
from interactions.log import Log
from interactions.model import By, State
from interactions.present import seat_present
from interactions.record import Bundle, Draft

MOST = 200
_WRAP_UPS = text(f"""
select a.interaction_id from assignment a join seat s on s.seat_id = a.seat_id
where a.finished_at is null and a.released_at is not null and (a.held_until is null or a.held_until <= :now)
  and (a.released_at <= :late
       or (greatest(a.released_at, s.last_seen_at) <= :absent
           and not {seat_present("s.seat_id")}))
order by a.released_at limit :most
""")  # noqa: S608 - constants above
# A supervisor's desk has no shifts: it is theirs for as long as they are there.
_IDLE = text("""
select s.account_id from seat s join account h on h.account_id = s.account_id and h.role = 'lawyer'
where s.status <> 'signed_out'
  and not exists (select from shift n where n.seat_id = s.seat_id and n.account_id = s.account_id
                  and n.starts_at <= :soon and (n.ends_at is null or n.ends_at > :since))
  and not exists (select from assignment a where a.seat_id = s.seat_id and a.finished_at is null)
""")


class Overdue:
    """Looks for what time alone makes due at seats; each may run on every process at once."""

    def __init__(
        self, database: Database, *, log: Log, clock: Clock, settings: RosterSettings, serving: ServingSettings
    ) -> None:
        self._database = database
        self._log = log
        self._clock = clock
        self._stretch_end = StretchEnd(clock=clock, settings=serving)
        self._wrap_up = timedelta(seconds=settings.wrap_up_s)
        self._absent = timedelta(seconds=settings.wrap_up_absent_s)
        self._early = timedelta(seconds=settings.early_s)
        self._after = timedelta(seconds=settings.after_s)

    async def close_wrap_ups(self) -> int:
        """Closes wrap-ups whose time is over; returns how many."""
        now = self._clock.now()
        values = {"late": now - self._wrap_up, "absent": now - self._absent, "now": now, "most": MOST}
        async with self._database.read() as connection:
            due = list(await connection.scalars(_WRAP_UPS, values))
        return sum([await self._close(interaction_id) for interaction_id in due])

    async def sign_out_idle(self) -> int:
        """Signs out seats whose lawyer's shift has been over for a while, with nothing in hand; returns how many."""
        now = self._clock.now()
        values = {"soon": now + self._early, "since": now - self._after}
        async with self._database.read() as connection:
            idle = list(await connection.scalars(_IDLE, values))
        return sum([await self._sign_out(account_id) for account_id in idle])

    async def _close(self, interaction_id: UUID) -> bool:
        async with self._database.unit() as unit:
            head = (await lock_heads(unit, [interaction_id]))[interaction_id].head
            segment = await live_segment(unit.connection, interaction_id)
            # The lawyer ended it, or the resident came back, between the look and the lock.
            if segment is None or head.state is not State.WRAP_UP:
                return False
            await self._log.write_one(unit, Bundle(interaction_id, self._drafts))
            await self._stretch_end.finish(unit, head, segment_id=segment.segment_id, seat_id=segment.seat_id)
            return True

    def _drafts(self, _: Head) -> Sequence[Draft]:
        return [Draft(Closed("overdue"), By.SYSTEM, to=State.CLOSED, changes={"closed_at": self._clock.now()})]

    async def _sign_out(self, account_id: UUID) -> bool:
        async with self._database.unit() as unit:
            row = await locked_seat_of(unit.connection, account_id)
            if row is None or await holds_work(unit.connection, row.seat_id):
                return False
            await stand_up(unit, row, how="shift_over", now=self._clock.now())
            return True
