"""Transfers by matter that look for a seat: as callers of a round, and given up where nobody can be found.

open, not ringing ─┬─▶ Caller of the next round: the matter asked for, its own place in line, never the old
                   │                             lawyer, nobody asked before; skill relaxes from the asking on
                   └─▶ given up: nobody is left to ask, or the time to find somebody is over
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from interactions.clock import Clock
from interactions.connections import Connection
from interactions.database import Database, Unit
from interactions.locks import lock_heads
from interactions.log import Log
from interactions.model import Need, OfferState, TransferState, Urgency
from routing.barred import barred_now
from routing.candidates import Caller
from routing.capacity import DutySeat, on_duty
from routing.relaxation import somebody_serves
from routing.settings import RoutingSettings
from routing.transfers import COLUMNS, Transfer, end_transfers, open_transfers, stays

# Whoever sits elsewhere with the same account is the same lawyer.
_SEEKING = text(f"""
select {COLUMNS}, i.channel, i.language, i.urgency, t.asked_at,
       coalesce(i.rank_at, t.asked_at) as rank_at, barred.seats, barred.reasons,
       (select o.state from offer o where o.transfer_id = t.transfer_id order by o.ended_at desc
        limit 1) as last_answer
from transfer t join interaction i on i.interaction_id = t.interaction_id
cross join lateral (
    select coalesce(array_agg(b.seat_id), '{{}}') as seats, coalesce(array_agg(b.reason), '{{}}') as reasons from (
        {barred_now("t.interaction_id")}
        union all select o.seat_id, 'asked_before' from offer o where o.transfer_id = t.transfer_id
        union all select s.seat_id, 'origin' from seat s where s.seat_id = t.seat_id or s.account_id = t.account_id
    ) b
) barred
where t.state = 'open' and t.to_matter is not null
  and not exists (select from offer o where o.transfer_id = t.transfer_id and o.state = 'live')
""")  # noqa: S608 - constants above


@dataclass(frozen=True, slots=True)
class Seeking:
    """A transfer that looks for a seat, as the policy sees it; `last_answer` is what became of its last offer."""

    transfer: Transfer
    caller: Caller
    last_answer: OfferState | None

    def finds(self, seats: Sequence[DutySeat], *, now: datetime, settings: RoutingSettings) -> bool:
        """Whether any of `seats` could have it by now, with room or without."""
        left = (one for one in seats if one.seat_id not in self.caller.exclusions)
        return somebody_serves(left, self.caller.need, self.caller.waiting_since, now=now, settings=settings)

    @property
    def outcome(self) -> TransferState:
        """What it ends as where nobody is left: as its last answer was."""
        return TransferState.REFUSED if self.last_answer is OfferState.DECLINED else TransferState.LAPSED


async def seeking(connection: Connection, *, now: datetime) -> list[Seeking]:
    """The open transfers by matter that ring nowhere; not locked."""
    return [_seeking_in(row) for row in await connection.execute(_SEEKING, {"now": now})]


class Moving:
    """Gives up what finds nobody."""

    def __init__(self, database: Database, *, log: Log, clock: Clock, settings: RoutingSettings) -> None:
        self._database = database
        self._log = log
        self._clock = clock
        self._settings = settings

    async def give_up(self) -> int:
        """Ends transfers that nobody is left for, or whose time is over; returns how many."""
        now = self._clock.now()
        async with self._database.read() as connection:
            found = await seeking(connection, now=now)
            duty = await self._duty(connection, now=now) if any(one.last_answer for one in found) else []
        hopeless = {one.transfer.transfer_id: one for one in found if self._is_hopeless(one, duty, now=now)}
        if not hopeless:
            return 0
        async with self._database.unit() as unit:
            return await self._end(unit, hopeless, now=now)

    def _is_hopeless(self, one: Seeking, duty: Sequence[DutySeat], *, now: datetime) -> bool:
        if one.transfer.expires_at <= now:
            return True
        return one.last_answer is not None and not one.finds(duty, now=now, settings=self._settings)

    async def _duty(self, connection: Connection, *, now: datetime) -> list[DutySeat]:
        return await on_duty(connection, now=now, tail=self._settings.shift_tail)

    async def _end(self, unit: Unit, hopeless: dict[UUID, Seeking], *, now: datetime) -> int:
        ids = [one.transfer.interaction_id for one in hopeless.values()]
        await lock_heads(unit, ids)
        # Under the locks: what rings meanwhile, or was cancelled, is not ours to end.
        still = (await open_transfers(unit.connection, ids)).values()
        over = [
            (one.transfer, hopeless[one.transfer.transfer_id].outcome)
            for one in still
            if one.offer_id is None and one.transfer.transfer_id in hopeless
        ]
        await self._log.write(unit, stays(over))
        for transfer, state in over:
            await end_transfers(unit.connection, [transfer.transfer_id], state=state, now=now)
        return len(over)


def _transfer_in(row: Row[Any]) -> Transfer:
    return Transfer(*tuple(row)[:8])


def _seeking_in(row: Row[Any]) -> Seeking:
    transfer = _transfer_in(row)
    need = Need(row.channel, str(transfer.to_matter), row.language, Urgency(row.urgency))
    barred = dict(zip(row.seats, row.reasons, strict=True))
    caller = Caller(transfer.interaction_id, need, row.asked_at, row.rank_at, exclusions=barred)
    return Seeking(transfer, caller, OfferState(row.last_answer) if row.last_answer else None)
