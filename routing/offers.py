"""A seat's answer to an offer, and the end of offers nobody answers.

    live ──┬─ accept ───▶ accepted    with_lawyer, a segment begins, the bot's unsent messages are withdrawn
           ├─ decline ──▶ declined    back in line; conflict or competence: never this lawyer again
           ├─ lapse ────▶ lapsed      back in line; a miss for the seat, away after several
           └─ withdraw ─▶ withdrawn   the resident left; a name told that this lawyer advised the other side

An offer of a transfer is answered in the same ways; what becomes of the transfer is drawn in transfers.py.
An offer lives until its end commits, not until somebody's clock says so: accepting a moment late wins if nobody
else was faster. Everybody locks the interaction first, then the seat, then reads the offer again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from interactions.clock import Clock
from interactions.conflicts import conflicts_of
from interactions.database import Database, Unit
from interactions.errors import OfferGone
from interactions.head import Head
from interactions.identity import new_id
from interactions.locks import lock_heads
from interactions.log import Log
from interactions.model import By, OfferState, TransferState
from interactions.record import Bundle, Draft, RepeatKey, Written, drafts, require_state
from interactions.seats import lock_seats, set_away
from routing.answers import accepted, ended, outcome, place_of
from routing.barred import recuse
from routing.beginning import IS_THERE, Beginning, begin
from routing.offer_rows import (
    OfferRow,
    conflicted_offers,
    end_offers,
    exclude,
    find_offer,
    find_offer_and_lock_seat,
    live_offers,
    overdue_offers,
)
from routing.ports import Parting
from routing.settings import RoutingSettings
from routing.transfers import Transfer, end_transfers

FOR_GOOD = frozenset({"conflict", "competence"})
GONE = "该待接入服务已失效"
# Why an offer was withdrawn that a name keeps from its lawyer: in the log, never to the seat.
CONFLICTED = "conflicted"
BATCH = 500
_ANSWERED = text(IS_THERE)
_MISSED = text("""
update seat s set misses = s.misses + n.missed
from (select seat_id, count(*) as missed from unnest(cast(:ids as uuid[])) as u(seat_id) group by seat_id) n
where s.seat_id = n.seat_id returning s.seat_id, s.misses
""")


class Offers:
    """What can become of offers."""

    def __init__(
        self, database: Database, *, log: Log, clock: Clock, settings: RoutingSettings, parting: Parting
    ) -> None:
        self._database = database
        self._log = log
        self._clock = clock
        self._settings = settings
        self._parting = parting

    async def accept(
        self, offer_id: UUID, *, seat_id: UUID, account_id: UUID, repeat_of: RepeatKey | None = None
    ) -> Written:
        """The acceptance's place in the log; exactly one of several gets it, the others `OfferGone`."""
        async with self._database.unit() as unit:
            found = await self._lock(unit, offer_id, seat_id)
            if await self._conflicts(unit, found, account_id):
                await self.end_all(unit, [found], state=OfferState.WITHDRAWN, how=CONFLICTED)
                written = None
            else:
                written = await self._take(unit, found, account_id, repeat_of)
        # Outside the unit: that it rings no more is committed.
        if written is None:
            raise OfferGone(GONE)
        return written

    async def _conflicts(self, unit: Unit, found: OfferRow, account_id: UUID) -> bool:
        """Whether a name that became known while it rang keeps this lawyer from it."""
        if found.state is not OfferState.LIVE:
            return False
        return bool(await conflicts_of(unit.connection, account_id, among=[found.interaction_id]))

    async def _take(self, unit: Unit, found: OfferRow, account_id: UUID, repeat_of: RepeatKey | None) -> Written:
        seat_id, now = found.seat_id, self._clock.now()
        segment_id = new_id(now)

        def decide(head: Head) -> Sequence[Draft]:
            _require_live(found, seat_id, account_id)
            require_state(head, place_of(found))
            taken = accepted(head, found, segment_id=segment_id, account_id=account_id, now=now)
            told = self._parting.drafts(found.seat_name) if found.transfer else ()
            return [taken, *told]

        written = await self._log.write_one(unit, Bundle(found.interaction_id, decide, repeat_of))
        if not written.repeated:
            await self._part(unit, found.transfer, written, now=now)
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
                return ended(found, how="declined", reason=reason, by=By.LAWYER, by_id=account_id)

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
            lapsed = await self.end_all(unit, due, state=OfferState.LAPSED, how="lapsed")
            await self._count_misses(unit, lapsed)
            return len(lapsed)

    async def end_conflicted(self) -> int:
        """Ends offers that ring at a lawyer whom a name, known since, keeps from it; returns how many."""
        async with self._database.read() as connection:
            found = await conflicted_offers(connection)
        if not found:
            return 0
        async with self._database.unit() as unit:
            return len(await self.end_all(unit, found, state=OfferState.WITHDRAWN, how=CONFLICTED))

    async def end_all(self, unit: Unit, due: Sequence[OfferRow], *, state: OfferState, how: str) -> list[OfferRow]:
        """Ends those of `due` that are still live under the locks, with their events; returns them."""
        if not due:
            return []
        ids = {one.interaction_id for one in due}
        await lock_heads(unit, ids)
        await lock_seats(unit.connection, {one.seat_id for one in due})
        wanted = {one.offer_id for one in due}
        over = [one for one in await live_offers(unit.connection, ids) if one.offer_id in wanted]
        bundles = [
            Bundle(one.interaction_id, drafts(*ended(one, how=how, reason=None), only_in=place_of(one))) for one in over
        ]
        await self._log.write(unit, bundles)
        await self._end(unit, over, state=state, reason=how)
        return over

    async def _lock(self, unit: Unit, offer_id: UUID, seat_id: UUID) -> OfferRow:
        """The offer, read again once its interaction and the seats are locked: its own, and the one it would leave."""
        found = await find_offer(unit.connection, offer_id)
        if found is None or found.seat_id != seat_id:
            raise OfferGone(GONE)
        await lock_heads(unit, [found.interaction_id])
        if found.transfer is not None:
            await lock_seats(unit.connection, {seat_id, found.transfer.seat_id})
        return await find_offer_and_lock_seat(unit.connection, offer_id) or found

    async def _part(self, unit: Unit, transfer: Transfer | None, written: Written, *, now: datetime) -> None:
        """Ends the stretch before, so that the next one may begin: there is one live assignment at most."""
        if transfer is None:
            return
        await end_transfers(unit.connection, [transfer.transfer_id], state=TransferState.ACCEPTED, now=now)
        await self._parting.store(unit, written.head, segment_id=transfer.segment_id, seat_id=transfer.seat_id)
        unit.wake_router = True

    async def _begin(self, unit: Unit, found: OfferRow, segment_id: UUID, account_id: UUID, *, now: datetime) -> None:
        made = Beginning(segment_id, found.interaction_id, found.seat_id, account_id, now, found.offer_id)
        await begin(unit.connection, made)

    async def _end(self, unit: Unit, over: Sequence[OfferRow], *, state: OfferState, reason: str) -> None:
        if not over:
            return
        now = self._clock.now()
        await end_offers(unit.connection, over, state=state, reason=reason, now=now)
        if reason in FOR_GOOD:
            theirs = [(one.interaction_id, one.account_id) for one in over if one.account_id is not None]
            await recuse(unit.connection, theirs, reason=reason, now=now)
        else:
            pause = now + timedelta(seconds=self._settings.declined_pause_s)
            pairs = [(one.interaction_id, one.seat_id) for one in over]
            await exclude(unit.connection, pairs, reason=reason, until=pause)
        named = [one.transfer.transfer_id for one in over if one.transfer is not None and one.transfer.named]
        await end_transfers(unit.connection, named, state=outcome(state), now=now)
        # An offer of a transfer moves no state that would wake it: a place is free where it rang, and who hands it on
        # may look for the next.
        unit.wake_router |= any(one.transfer is not None for one in over)

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
