"""A seat's answer to an offer, and the end of offers nobody answers.

    live ──┬─ accept ───▶ accepted    with_lawyer, a segment begins, the bot's unsent messages are withdrawn
           ├─ decline ──▶ declined    back in line; conflict or competence: never this seat again
           ├─ lapse ────▶ lapsed      back in line; a miss for the seat, away after several
           └─ withdraw ─▶ withdrawn   the resident left

An offer lives until its end commits, not until somebody's clock says so: accepting a moment late wins if nobody
else was faster. Everybody locks the interaction first, then the seat, then reads the offer again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from interactions.clock import Clock
from interactions.database import Database, Unit
from interactions.errors import OfferGone
from interactions.events import Accepted, OfferEnded
from interactions.head import Head
from interactions.identity import new_id
from interactions.locks import lock_heads
from interactions.log import Log
from interactions.model import By, OfferState, State
from interactions.record import Bundle, Draft, RepeatKey, Written, drafts
from interactions.seats import lock_seats, set_away
from routing.offer_rows import (
    OfferRow,
    end_offers,
    exclude,
    find_offer,
    find_offer_and_lock_seat,
    live_offers,
    overdue_offers,
)
from routing.settings import RoutingSettings

OFFERED = frozenset({State.OFFERED})
FOR_GOOD = frozenset({"conflict", "competence"})
GONE = "该待接入服务已失效"
BATCH = 500
# Misses count in a row: any answer, a refusal too, says that somebody is at the seat.
_IS_THERE = "update seat set misses = 0 where seat_id = :seat_id and misses > 0"
_ANSWERED = text(_IS_THERE)
# No word of the bot after a person took over, not even one that waits to be sent.
_BEGUN = text(f"""
with taken as (
    update offer set state = 'accepted', ended_at = :now where offer_id = :offer_id and state = 'live'
), silenced as (
    update outbox set state = 'withdrawn', ended_at = :now
    where interaction_id = :interaction_id and by = 'bot' and state = 'pending'
), there as ({_IS_THERE})
insert into assignment (segment_id, interaction_id, seat_id, account_id, started_at)
values (:segment_id, :interaction_id, :seat_id, :account_id, :now)
""")  # noqa: S608 - constants above
_MISSED = text("""
update seat s set misses = s.misses + n.missed
from (select seat_id, count(*) as missed from unnest(cast(:ids as uuid[])) as u(seat_id) group by seat_id) n
where s.seat_id = n.seat_id returning s.seat_id, s.misses
""")


class Offers:
    """What can become of offers."""

    def __init__(self, database: Database, *, log: Log, clock: Clock, settings: RoutingSettings) -> None:
        self._database = database
        self._log = log
        self._clock = clock
        self._settings = settings

    async def accept(
        self, offer_id: UUID, *, seat_id: UUID, account_id: UUID, repeat_of: RepeatKey | None = None
    ) -> Written:
        """The acceptance's place in the log; exactly one of several gets it, the others `OfferGone`."""
        async with self._database.unit() as unit:
            found = await self._lock(unit, offer_id, seat_id)
            now = self._clock.now()
            segment_id = new_id(now)

            def decide(head: Head) -> Sequence[Draft]:
                _require_live(found, seat_id, account_id)
                return [self._accepted(head, found, segment_id, account_id, now=now)]

            written = await self._log.write_one(unit, Bundle(found.interaction_id, decide, repeat_of))
            if not written.repeated:
                await self._begin(unit, found, segment_id, account_id, now=now)
            return written

    async def decline(
        self,
        offer_id: UUID,
        *,
        seat_id: UUID,
        account_id: UUID,
        reason: str,
        repeat_of: RepeatKey | None = None,
    ) -> Written:
        """The refusal's place in the log; never a miss. Raises `OfferGone` where the offer is no longer live."""
        async with self._database.unit() as unit:
            found = await self._lock(unit, offer_id, seat_id)

            def decide(_: Head) -> Sequence[Draft]:
                _require_live(found, seat_id, account_id)
                return [_ended(found, how="declined", reason=reason, by=By.LAWYER, by_id=account_id)]

            written = await self._log.write_one(unit, Bundle(found.interaction_id, decide, repeat_of))
            if not written.repeated:
                await self._end(unit, [found], state=OfferState.DECLINED, reason=reason)
                await unit.connection.execute(_ANSWERED, {"seat_id": seat_id})
            return written

    async def withdraw(self, unit: Unit, interaction_id: UUID, *, reason: str) -> None:
        """Ends the live offer inside the caller's unit, which holds the head's lock and writes what follows."""
        found = await live_offers(unit.connection, [interaction_id])
        await end_offers(unit.connection, found, state=OfferState.WITHDRAWN, reason=reason, now=self._clock.now())
        unit.seats.update(one.seat_id for one in found)

    async def lapse_due(self) -> int:
        """Ends offers past their lease: back in line at their original age; returns how many."""
        async with self._database.read() as connection:
            due = await overdue_offers(connection, now=self._clock.now(), most=BATCH)
        if not due:
            return 0
        async with self._database.unit() as unit:
            ended = await self.end_all(unit, due, state=OfferState.LAPSED, how="lapsed")
            await self._count_misses(unit, ended)
            return len(ended)

    async def end_all(self, unit: Unit, due: Sequence[OfferRow], *, state: OfferState, how: str) -> list[OfferRow]:
        """Ends those of `due` that are still live under the locks, with their events; returns them."""
        if not due:
            return []
        ids = {one.interaction_id for one in due}
        await lock_heads(unit, ids)
        await lock_seats(unit.connection, {one.seat_id for one in due})
        wanted = {one.offer_id for one in due}
        ended = [one for one in await live_offers(unit.connection, ids) if one.offer_id in wanted]
        bundles = [
            Bundle(one.interaction_id, drafts(_ended(one, how=how, reason=None, by=By.SYSTEM), only_in=OFFERED))
            for one in ended
        ]
        await self._log.write(unit, bundles)
        await self._end(unit, ended, state=state, reason=how)
        return ended

    async def _lock(self, unit: Unit, offer_id: UUID, seat_id: UUID) -> OfferRow:
        """The offer, read again once its interaction and the seat are locked."""
        found = await find_offer(unit.connection, offer_id)
        if found is None or found.seat_id != seat_id:
            raise OfferGone(GONE)
        await lock_heads(unit, [found.interaction_id])
        return await find_offer_and_lock_seat(unit.connection, offer_id) or found

    def _accepted(self, head: Head, found: OfferRow, segment_id: UUID, account_id: UUID, *, now: datetime) -> Draft:
        event = Accepted(
            offer_id=str(found.offer_id),
            seat_id=str(found.seat_id),
            account_id=str(account_id),
            segment_id=str(segment_id),
            waited_s=round((now - head.waiting_since).total_seconds(), 3) if head.waiting_since else 0.0,
            work=found.work,
        )
        changes: dict[str, object] = {"seat_id": found.seat_id, "unanswered_since": None, "last_turn_at": now}
        return Draft(event, By.LAWYER, account_id, to=State.WITH_LAWYER, changes=changes)

    async def _begin(self, unit: Unit, found: OfferRow, segment_id: UUID, account_id: UUID, *, now: datetime) -> None:
        row = {
            "offer_id": found.offer_id,
            "segment_id": segment_id,
            "interaction_id": found.interaction_id,
            "seat_id": found.seat_id,
            "account_id": account_id,
            "now": now,
        }
        await unit.connection.execute(_BEGUN, row)

    async def _end(self, unit: Unit, ended: Sequence[OfferRow], *, state: OfferState, reason: str) -> None:
        if not ended:
            return
        now = self._clock.now()
        await end_offers(unit.connection, ended, state=state, reason=reason, now=now)
        pause = None if reason in FOR_GOOD else now + timedelta(seconds=self._settings.declined_pause_s)
        pairs = [(one.interaction_id, one.seat_id) for one in ended]
        await exclude(unit.connection, pairs, reason=reason, until=pause)

    async def _count_misses(self, unit: Unit, lapsed: Sequence[OfferRow]) -> None:
        if not lapsed:
            return
        rows = await unit.connection.execute(_MISSED, {"ids": [one.seat_id for one in lapsed]})
        over = [row.seat_id for row in rows if row.misses >= self._settings.misses_before_away]
        if over:
            await set_away(unit, over, reason="missed_offers")


def _require_live(found: OfferRow, seat_id: UUID, account_id: UUID) -> None:
    """Only whoever sits at the seat answers: a tab left open from the shift before does not."""
    if found.state is not OfferState.LIVE or (found.seat_id, found.account_id) != (seat_id, account_id):
        raise OfferGone(GONE)


def _ended(found: OfferRow, *, how: str, reason: str | None, by: By, by_id: UUID | None = None) -> Draft:
    event = OfferEnded(offer_id=str(found.offer_id), seat_id=str(found.seat_id), how=how, reason=reason)
    return Draft(event, by, by_id, to=State.WAITING)
