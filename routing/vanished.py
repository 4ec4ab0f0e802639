"""Seats that vanished: no console on a living process for longer than the grace.

    last seen + grace over ─▶ live offers end (not a miss) ─▶ back in line, original age
                           └▶ talks return to the line, original age; wrap-up stays with its lawyer
                           └▶ the seat is away, reason `vanished`

A reconnect inside the grace finds everything as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text, update

from interactions.clock import Clock
from interactions.database import Database, Unit
from interactions.events import Returned
from interactions.head import Head, lock_heads
from interactions.log import Log
from interactions.model import By, OfferState, State
from interactions.record import Bundle, Draft, require_state
from interactions.seats import lock_seats, set_away
from interactions.tables import assignment
from routing.needs import joining
from routing.offer_rows import offers_of_seats
from routing.offers import Offers
from routing.settings import RoutingSettings

_VANISHED = text("""
select s.seat_id from seat s
where s.status <> 'signed_out' and s.last_seen_at + cast(:grace as interval) <= :now
  and not exists (select from connection c join process p on p.process_id = c.process_id
                  where c.seat_id = s.seat_id and p.lease_until + cast(:grace as interval) > :now)
  and (s.status = 'available'
       or exists (select from offer o where o.seat_id = s.seat_id and o.state = 'live')
       or exists (select from assignment a where a.seat_id = s.seat_id and a.released_at is null))
  and (cast(:ids as uuid[]) is null or s.seat_id = any(:ids))
""")
_TALKS = text("""
select a.segment_id, a.interaction_id, a.seat_id from assignment a
where a.seat_id = any(:ids) and a.finished_at is null and a.released_at is null
""")
TALKING = frozenset({State.WITH_LAWYER})


@dataclass(frozen=True, slots=True)
class _Talk:
    segment_id: UUID
    interaction_id: UUID
    seat_id: UUID


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

    async def give_back(self) -> int:
        """Takes everything from vanished seats; returns how many seats that were."""
        async with self._database.read() as connection:
            found = await self._find(connection, None)
        if not found:
            return 0
        async with self._database.unit() as unit:
            return await self._take_from(unit, found)

    async def _find(self, connection: object, seat_ids: Sequence[UUID] | None) -> list[UUID]:
        values = {
            "grace": timedelta(seconds=self._settings.grace_s),
            "now": self._clock.now(),
            "ids": None if seat_ids is None else list(seat_ids),
        }
        return list((await connection.execute(_VANISHED, values)).scalars())  # type: ignore[attr-defined]

    async def _take_from(self, unit: Unit, seat_ids: Sequence[UUID]) -> int:
        ringing = await offers_of_seats(unit.connection, seat_ids)
        talks = [_Talk(*row) for row in await unit.connection.execute(_TALKS, {"ids": list(seat_ids)})]
        await lock_heads(
            unit.connection, {one.interaction_id for one in ringing} | {one.interaction_id for one in talks}
        )
        await lock_seats(unit.connection, seat_ids)
        # Under the seats' locks: whoever came back meanwhile keeps everything.
        gone = await self._find(unit.connection, seat_ids)
        await self._offers.end_all(
            unit, [one for one in ringing if one.seat_id in gone], state=OfferState.WITHDRAWN, how="vanished"
        )
        await self._return(unit, [one for one in talks if one.seat_id in gone])
        return await set_away(unit, gone, reason="vanished") if gone else 0

    async def _return(self, unit: Unit, talks: Sequence[_Talk]) -> None:
        now = self._clock.now()
        bundles = [_back_in_line(one, now=now, settings=self._settings) for one in talks]
        outcomes = await self._log.write(unit, bundles)
        returned = [one.segment_id for one, outcome in zip(talks, outcomes, strict=True) if not _refused(outcome)]
        ended = update(assignment).where(assignment.c.segment_id.in_(returned))
        await unit.connection.execute(ended.values(released_at=now, finished_at=now))


def _back_in_line(talk: _Talk, *, now: datetime, settings: RoutingSettings) -> Bundle:
    event = Returned(segment_id=str(talk.segment_id), how="vanished")

    def decide(head: Head) -> Sequence[Draft]:
        require_state(head, TALKING)
        # The age is kept; the urgency may have changed while they talked, and with it the place.
        place = {**joining(head, now=now, settings=settings), "seat_id": None}
        return [Draft(event, By.SYSTEM, to=State.WAITING, changes=place)]

    return Bundle(talk.interaction_id, decide)


def _refused(outcome: object) -> bool:
    return isinstance(outcome, Exception)
