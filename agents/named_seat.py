"""A seat that a person names for an interaction: asked inside the same capacity check as by a round.

seat locked ─▶ what it has in hand, whether it may have this one: counted in a later statement ─▶ takes it, or why not
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text

from agents.errors import SeatCannotTake
from interactions.clock import Clock
from interactions.connections import Connection
from interactions.database import Unit
from interactions.errors import Invalid
from interactions.head import Head
from interactions.model import SeatStatus
from interactions.seats import lock_seats
from routing.barred import barred_pairs
from routing.capacity import DutySeat, on_duty
from routing.offer_rows import OfferRow
from routing.settings import RoutingSettings

_SEAT = text("select seat_id, code, name, status, account_id from seat where code = :code")
AWAY = "该坐席正在示忙，请另选坐席或按类别转接"
ABSENT = "该坐席无人在岗，请另选坐席或按类别转接"
FULL = "该坐席暂无空位，请另选坐席或按类别转接"
OTHER_CHANNEL = "该坐席不接待此渠道或语言的服务，请另选坐席"
UNFIT = "该坐席不宜承办此服务单，请另选坐席或按类别转接"
# Which of the three is not told to a colleague: that a seat with room may not have it tells whom its lawyer advised.
NOT_NOW = "该坐席现在不能接手此服务单，请另选坐席或按类别转接"


class NamedSeat(NamedTuple):
    """A seat by its code, and who sits there."""

    seat_id: UUID
    code: str
    name: str
    status: str
    account_id: UUID | None


@dataclass(frozen=True, slots=True)
class AskedSeat:
    """The named seat under its lock. `on_duty` is None where it takes nobody; `unfit`: never this interaction."""

    named: NamedSeat
    on_duty: DutySeat | None
    unfit: bool


class NamedSeats:
    """Asks seats by their code."""

    def __init__(self, *, clock: Clock, settings: RoutingSettings, openly: bool = False) -> None:
        """`openly`: the reason is for a supervisor, who oversees conflicts of interest."""
        self._clock = clock
        self._settings = settings
        self._openly = openly

    async def ask(self, unit: Unit, head: Head, code: str) -> AskedSeat:
        """The seat under its lock; raises `Invalid` where there is none. The interaction is locked before."""
        named = await find_seat(unit.connection, code)
        await lock_seats(unit.connection, [named.seat_id])
        now, tail = self._clock.now(), self._settings.shift_tail
        on_seat = await on_duty(unit.connection, now=now, tail=tail, seat_ids=[named.seat_id])
        barred = await barred_pairs(unit.connection, [(head.interaction_id, named.seat_id)])
        return AskedSeat(await find_seat(unit.connection, code), next(iter(on_seat), None), unfit=bool(barred))

    def require_taking(self, asked: AskedSeat, head: Head) -> DutySeat:
        """The seat with what it has in hand; raises `SeatCannotTake` with the reason, as far as it may be known."""
        on_seat = asked.on_duty
        if on_seat is None:
            raise SeatCannotTake(AWAY if asked.named.status == SeatStatus.AWAY else ABSENT)
        if reason := self._why_not(asked, on_seat, head):
            raise SeatCannotTake(reason if self._openly else NOT_NOW)
        return on_seat

    def _why_not(self, asked: AskedSeat, on_seat: DutySeat, head: Head) -> str | None:
        if asked.unfit:
            return UNFIT
        if head.channel not in on_seat.channels or head.language not in on_seat.languages:
            return OTHER_CHANNEL
        return FULL if self.slots(on_seat) <= 0 else None

    def slots(self, on_seat: DutySeat) -> int:
        """How many more it can take now."""
        return on_seat.slots(self._clock.now(), self._settings.ramp_up)


def without(asked: AskedSeat, ringing: Sequence[OfferRow]) -> AskedSeat:
    """The seat as it is once what rings there of this interaction rings no more: it makes room for itself."""
    here = [one for one in ringing if one.seat_id == asked.named.seat_id]
    if asked.on_duty is None or not here:
        return asked
    # A callback that rings is what calls there; nothing else is offered to a seat that calls.
    calling = asked.on_duty.calling and not any(one.work for one in here)
    return replace(asked, on_duty=asked.on_duty._replace(load=asked.on_duty.load - len(here), calling=calling))


async def find_seat(connection: Connection, code: str) -> NamedSeat:
    """The seat with this code, as it is now; raises `Invalid`."""
    row = (await connection.execute(_SEAT, {"code": code})).first()
    if row is None:
        raise Invalid("to.seat：没有这个坐席")
    return NamedSeat(*row)
