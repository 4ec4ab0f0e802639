"""Seats that vanished: no console on a living process for longer than the grace.

    last seen + grace over ─▶ live offers end (not a miss) ─▶ back in line, original age
                           └▶ talks return to the line, original age, whether being handed on or not;
                           │  wrap-up stays with its lawyer; what a supervisor gave by hand stays while it is held
                           └▶ the seat is away, reason `vanished`

A reconnect inside the grace finds everything as it was. One who comes back later gets a returned resident again if
nobody was faster, but after a second time at the same seat the others come first: nobody is passed to and fro.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text, update

from interactions.clock import Clock
from interactions.connections import Connection
from interactions.database import Database, Unit
from interactions.head import Head
from interactions.locks import lock_heads
from interactions.log import Log
from interactions.model import TALKING, OfferState
from interactions.record import Bundle, Draft, require_state
from interactions.seats import lock_seats, set_away
from interactions.tables import assignment
from routing.offer_rows import exclude, offers_of_seats
from routing.offers import Offers
from routing.returning import given_back
from routing.settings import RoutingSettings
from routing.transfers import call_off
from routing.watch import Watch

# Seats that would have something to give back, and until when each is given the benefit of the doubt.
_HOLDING = text("""
select s.seat_id, greatest(s.last_seen_at, s.signed_in_at, max(p.lease_until)) + cast(:grace as interval) as gone_at
from seat s left join connection c on c.seat_id = s.seat_id left join process p on p.process_id = c.process_id
where s.status <> 'signed_out' and (cast(:ids as uuid[]) is null or s.seat_id = any(:ids))
  and (s.status = 'available'
       or exists (select from offer o where o.seat_id = s.seat_id and o.state = 'live')
       or exists (select from assignment a where a.seat_id = s.seat_id and a.finished_at is null
                  and a.released_at is null and (a.held_until is null or a.held_until <= :now)))
group by s.seat_id
""")
_TALKS = text("""
select a.segment_id, a.interaction_id, a.seat_id,
       exists (select from assignment b where b.interaction_id = a.interaction_id and b.seat_id = a.seat_id
               and b.finished_at is not null) as again
from assignment a where a.seat_id = any(:ids) and a.finished_at is null and a.released_at is null
  and (a.held_until is null or a.held_until <= :now)
""")
# A router looks once a sweep at least; this many missed in a row, and it was not looking.
SWEEPS_MISSED = 3


@dataclass(frozen=True, slots=True)
class GivenBack:
    """How many seats were found vanished, and when the next one may be."""

    seats: int
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Talk:
    segment_id: UUID
    interaction_id: UUID
    seat_id: UUID
    again: bool


class Vanished:
    """Finds vanished seats and gives their people back to the line."""

    def __init__(
        self, database: Database, *, log: Log, offers: Offers, clock: Clock, settings: RoutingSettings
    ) -> None:
        self._database = database
        self._log = log
        self._offers = offers
        self._clock = clock
        self._settings = settings
        self._grace = timedelta(seconds=settings.grace_s)
        self._watch = Watch(gap=timedelta(seconds=SWEEPS_MISSED * settings.sweep_s))

    async def give_back(self) -> GivenBack:
        """Takes everything from vanished seats."""
        async with self._database.read() as connection:
            holding = await self._holding(connection, None)
        now = self._clock.now()
        judged_from = self._watch.look(now) + self._grace
        gone_at = {seat_id: max(at, judged_from) for seat_id, at in holding.items()}
        gone = [seat_id for seat_id, at in gone_at.items() if at <= now]
        due_at = min((at for at in gone_at.values() if at > now), default=None)
        return GivenBack(await self._take_from(gone) if gone else 0, due_at)

    async def _holding(self, connection: Connection, seat_ids: Collection[UUID] | None) -> dict[UUID, datetime]:
        ids = None if seat_ids is None else list(seat_ids)
        rows = await connection.execute(_HOLDING, {"grace": self._grace, "ids": ids, "now": self._clock.now()})
        return {row.seat_id: row.gone_at for row in rows}

    async def _take_from(self, seat_ids: Sequence[UUID]) -> int:
        async with self._database.unit() as unit:
            ringing = await offers_of_seats(unit.connection, seat_ids)
            talking = {one.interaction_id for one in await _talks(unit.connection, seat_ids, now=self._clock.now())}
            await lock_heads(unit, talking | {one.interaction_id for one in ringing})
            await lock_seats(unit.connection, seat_ids)
            # Under the locks: whoever came back meanwhile keeps everything, and what began meanwhile is left for
            # the next look, because its head is not ours.
            gone = await self._still_gone(unit.connection, seat_ids)
            talks = [
                one
                for one in await _talks(unit.connection, gone, now=self._clock.now())
                if one.interaction_id in talking
            ]
            rung = [one for one in ringing if one.seat_id in gone]
            await self._offers.end_all(unit, rung, state=OfferState.WITHDRAWN, how="vanished")
            await self._return(unit, talks)
            await set_away(unit, gone, reason="vanished")
            return len(gone)

    async def _still_gone(self, connection: Connection, seat_ids: Collection[UUID]) -> list[UUID]:
        now = self._clock.now()
        return [seat_id for seat_id, at in (await self._holding(connection, seat_ids)).items() if at <= now]

    async def _return(self, unit: Unit, talks: Sequence[_Talk]) -> None:
        if not talks:
            return
        now = self._clock.now()
        bundles = [_given_back(one, now=now, settings=self._settings) for one in talks]
        outcomes = await self._log.write(unit, bundles)
        returned = [one for one, outcome in zip(talks, outcomes, strict=True) if not isinstance(outcome, Exception)]
        ended = update(assignment).where(assignment.c.segment_id.in_([one.segment_id for one in returned]))
        await unit.connection.execute(ended.values(released_at=now, finished_at=now))
        pause = now + timedelta(seconds=self._settings.declined_pause_s)
        again = [(one.interaction_id, one.seat_id) for one in returned if one.again]
        await exclude(unit.connection, again, reason="vanished", until=pause)
        await call_off(unit, [one.interaction_id for one in returned], log=self._log, now=now)


async def _talks(connection: Connection, seat_ids: Collection[UUID], *, now: datetime) -> list[_Talk]:
    return [_Talk(*row) for row in await connection.execute(_TALKS, {"ids": list(seat_ids), "now": now})]


def _given_back(talk: _Talk, *, now: datetime, settings: RoutingSettings) -> Bundle:
    def decide(head: Head) -> Sequence[Draft]:
        require_state(head, TALKING)
        return [given_back(head, talk.segment_id, how="vanished", now=now, settings=settings)]

    return Bundle(talk.interaction_id, decide)
