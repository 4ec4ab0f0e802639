"""A matching round: at most one at a time over all processes, one transaction, capacity counted under the locks.

draw a request number ─▶ try the advisory lock ─┬─ lost: the holder will see our number and run again
                                                └─ won: pick unlocked ─▶ match (pure)
      (the line and the transfers that look for a seat)
   ─▶ lock interactions by id ─▶ lock seats by id ─▶ look again (a later statement) ─▶ offers + events
   ─▶ commit ─▶ glance ─▶ a newer number drawn, or matched and somebody still waits? run again
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy import text

from interactions.clock import Clock
from interactions.database import Database, Unit
from interactions.errors import HotlineError
from interactions.events import Offered
from interactions.head import Locked
from interactions.identity import new_id
from interactions.locks import lock_heads
from interactions.log import Log
from interactions.model import TALKING, By, Need, State
from interactions.record import Bundle, Draft, Written, drafts
from interactions.seats import lock_seats
from interactions.transfer_events import TransferOffered
from routing.barred import barred_pairs
from routing.candidates import Caller, Seats
from routing.capacity import on_duty
from routing.glance import Glance, glance
from routing.line import next_in_line, next_step
from routing.moving import seeking
from routing.offer_rows import NewRow, insert_offers
from routing.policy import Match, Matching, match
from routing.settings import RoutingSettings
from routing.transfers import Transfer, open_transfers

_logger = structlog.get_logger(__name__)
_LOCK = 0x686F746C03
# The round asks the same few statements again and again; that its values may be planned for anew cost more than running
# them (the plans are the same ones, at 10 and at 100,000 waiting). For this transaction only.
_ENTER = text("""
select nextval('round_request') as number, pg_try_advisory_xact_lock(:lock) as won,
       cast(pg_current_snapshot() as text) as seen, set_config('plan_cache_mode', 'force_generic_plan', true) as planned
""")
WAITING = frozenset({State.WAITING})


@dataclass(frozen=True, slots=True)
class RoundResult:
    """How many offers were made, when time alone may allow more, and what was seen after the last round.

    `seen` is None where another process is matching: only it knows when there may be more.
    """

    offered: int
    due_at: datetime | None
    seen: Glance | None = None


@dataclass(frozen=True, slots=True)
class _NewOffer:
    offer_id: UUID
    match: Match
    expires_at: datetime
    transfer: Transfer | None


class Rounds:
    """Runs matching rounds until there is nothing left to match."""

    def __init__(self, database: Database, *, log: Log, clock: Clock, settings: RoutingSettings) -> None:
        self._database = database
        self._log = log
        self._clock = clock
        self._settings = settings

    async def run(self) -> RoundResult:
        """Matches whoever can be matched now. Where another process is matching, it is told to look again."""
        offered = 0
        while True:
            number, result = await self._once()
            if result is None:
                return RoundResult(offered, None)
            offered += result.offered
            seen = await glance(self._database, now=self._clock.now())
            if seen.newest == number and not (result.offered and seen.seeking):
                return RoundResult(offered, result.due_at, seen)

    async def _once(self) -> tuple[int, RoundResult | None]:
        async with self._database.unit() as unit:
            entered = (await unit.connection.execute(_ENTER, {"lock": _LOCK})).one()
            if not entered.won:
                return entered.number, None
            return entered.number, await self._match(unit, seen=entered.seen)

    async def _match(self, unit: Unit, *, seen: str) -> RoundResult:
        now, ramp_up = self._clock.now(), self._settings.ramp_up
        duty = await on_duty(unit.connection, now=now, tail=self._settings.shift_tail)
        seats = Seats([one.candidate(now, ramp_up) for one in duty])
        changes = [one.changes_at(now, ramp_up) for one in duty]
        if not any(one.slots > 0 for one in seats):
            return RoundResult(0, _first(*changes))
        moving = {one.transfer.interaction_id: one for one in await seeking(unit.connection, now=now)}
        matching, needs = await self._matching(unit, seats, [one.caller for one in moving.values()], now=now)
        if matching.matches:
            transfers = {interaction_id: one.transfer for interaction_id, one in moving.items()}
            offered = await self._offer(unit, matching.matches, transfers, seen=seen, now=now)
            return RoundResult(offered, _first(matching.due_at, *changes))
        step = await next_step(unit.connection, needs, seats, now=now, settings=self._settings)
        return RoundResult(0, _first(matching.due_at, step, *changes))

    async def _matching(
        self, unit: Unit, seats: Seats, moving: Sequence[Caller], *, now: datetime
    ) -> tuple[Matching, Sequence[Need]]:
        """The matches, also of those who are `moving` to another lawyer, and all needs in line.

        Reads on beyond those who wait for a lawyer they know, for as long as that leaves places free.
        """
        held: frozenset[UUID] = frozenset()
        read = partial(next_in_line, unit.connection, seats, now=now, settings=self._settings)
        while True:
            window = await read(beyond=2 * len(held))
            matching = match([*window.callers, *moving], seats, now=now, settings=self._settings)
            if not matching.reads_on(held):
                return matching, window.needs
            held = matching.held

    async def _offer(
        self, unit: Unit, matches: Sequence[Match], transfers: Mapping[UUID, Transfer], *, seen: str, now: datetime
    ) -> int:
        locked = await lock_heads(unit, {one.interaction_id for one in matches})
        await lock_seats(unit.connection, {one.seat_id for one in matches})
        still = await self._still_seeking(unit, transfers)
        # Whoever stopped looking meanwhile was matched as somebody else than they are now.
        matches = [one for one in matches if one.interaction_id in still or one.interaction_id not in transfers]
        standing = await self._still_true(unit, matches, locked, still, now=now)
        made = [self._new_offer(one, locked[one.interaction_id], still, now=now) for one in standing]
        return await self._store(unit, made, seen=seen, now=now) if made else 0

    async def _still_seeking(self, unit: Unit, transfers: Mapping[UUID, Transfer]) -> dict[UUID, Transfer]:
        """Those that are open under the locks and ring nowhere."""
        if not transfers:
            return {}
        found = await open_transfers(unit.connection, transfers.keys())
        return {one: at.transfer for one, at in found.items() if at.offer_id is None and at.transfer == transfers[one]}

    async def _still_true(
        self,
        unit: Unit,
        matches: Sequence[Match],
        locked: Mapping[UUID, Locked],
        transfers: Mapping[UUID, Transfer],
        *,
        now: datetime,
    ) -> list[Match]:
        """The matches that hold under the locks: this statement's snapshot is younger than both locks."""
        seats = await on_duty(
            unit.connection, now=now, tail=self._settings.shift_tail, seat_ids={one.seat_id for one in matches}
        )
        barred = await barred_pairs(unit.connection, [(one.interaction_id, one.seat_id) for one in matches])
        left = Counter({one.seat_id: one.slots(now, self._settings.ramp_up) for one in seats})
        standing = []
        for one in matches:
            head = locked.get(one.interaction_id)
            wanted = State.WITH_LAWYER if one.interaction_id in transfers else State.WAITING
            if (one.interaction_id, one.seat_id) in barred:
                continue
            if head is not None and head.head.state is wanted and left[one.seat_id] > 0:
                left[one.seat_id] -= left[one.seat_id] if one.calls else 1
                standing.append(one)
        return standing

    def _new_offer(
        self, chosen: Match, locked: Locked, transfers: Mapping[UUID, Transfer], *, now: datetime
    ) -> _NewOffer:
        expires_at = now + self._settings.offer.lease(locked.head.channel)
        return _NewOffer(new_id(now), chosen, expires_at, transfers.get(chosen.interaction_id))

    async def _store(self, unit: Unit, made: Sequence[_NewOffer], *, seen: str, now: datetime) -> int:
        """Writes events and offers together; returns how many.

        What the log refuses gets no offer: an offer beside an interaction that still waits would fail every round.
        """
        outcomes = await self._log.write(unit, [_bundle(one, seen=seen) for one in made])
        for refusal in outcomes:
            if isinstance(refusal, HotlineError):
                _logger.error("round.offer_refused", error=type(refusal).__name__)
        made = [one for one, outcome in zip(made, outcomes, strict=True) if isinstance(outcome, Written)]
        await insert_offers(unit.connection, [_row(one) for one in made], now=now)
        return len(made)


def _first(*instants: datetime | None) -> datetime | None:
    return min((at for at in instants if at is not None), default=None)


def _row(made: _NewOffer) -> NewRow:
    of_transfer = made.transfer.transfer_id if made.transfer else None
    return NewRow(made.offer_id, made.match.interaction_id, made.match.seat_id, made.expires_at, of_transfer)


def _bundle(made: _NewOffer, *, seen: str) -> Bundle:
    if made.transfer is not None:
        return _of_transfer(made, made.transfer)
    event = Offered(
        offer_id=str(made.offer_id),
        seat_id=str(made.match.seat_id),
        expires_at=made.expires_at.isoformat(),
        why=made.match.why,
        seen=seen,
    )
    return Bundle(made.match.interaction_id, drafts(Draft(event, By.SYSTEM, to=State.OFFERED), only_in=WAITING))


def _of_transfer(made: _NewOffer, transfer: Transfer) -> Bundle:
    event = TransferOffered(
        transfer_id=str(transfer.transfer_id),
        offer_id=str(made.offer_id),
        seat_id=str(made.match.seat_id),
        expires_at=made.expires_at.isoformat(),
        why=made.match.why,
    )
    return Bundle(made.match.interaction_id, drafts(Draft(event, By.SYSTEM), only_in=TALKING))
