"""Seats and shifts: who sits where now, signing in and out, and what a lawyer wishes to be.

no shift now ─▶ no seat          shift now ─▶ its seat ──┬─ signed_out: sign in ─▶ available or away, as last wished
                                                         ├─ mine already: go on (reload, second tab, shift over)
                                                         └─ somebody else's: taken over once that shift is over
                                                                             and nothing is left in their hands
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from agents.errors import NoSeat, SeatTaken
from agents.tables import last_wish
from interactions.clock import Clock
from interactions.connections import Connection
from interactions.database import Database, Unit
from interactions.errors import WrongState
from interactions.model import OfferState, SeatStatus
from interactions.states import move
from interactions.tables import assignment, offer, seat, shift

# The reason with which `routing/vanished.py` sets a seat away.
VANISHED = "vanished"


@dataclass(frozen=True, slots=True)
class Sitting:
    """A lawyer at a seat."""

    seat_id: UUID
    code: str
    name: str
    account_id: UUID
    status: SeatStatus


class Roster:
    """Who sits where, now."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def find_seat(self, account_id: UUID) -> str | None:
        """The code of the seat the account sits at or would sit at now; None without one."""
        async with self._database.read() as connection:
            row = await self._seat_of(connection, account_id, locked=False)
        return None if row is None else row.code

    async def sign_in(self, account_id: UUID) -> Sitting:
        """The account's seat, signed in; a fresh sign-in starts the ramp-up anew.

        Raises `NoSeat` without a shift, `SeatTaken` where somebody else is still at work there.
        """
        async with self._database.unit() as unit:
            row = await self._seat_of(unit.connection, account_id, locked=True)
            if row is None:
                raise NoSeat("当前没有您的班次，无法签入坐席")
            if row.account_id != account_id:
                await self._require_free(unit.connection, row)
            elif not _vanished(row):
                return _sitting(row, account_id, SeatStatus(row.status))
            return await self._sit_down(unit, row, account_id)

    async def sign_out(self, account_id: UUID) -> None:
        """The account leaves its seat; without one nothing happens. Raises `WrongState` while it holds somebody."""
        async with self._database.unit() as unit:
            row = await self._occupied_by(unit.connection, account_id, locked=True)
            if row is None:
                return
            if await _holds_work(unit.connection, row.seat_id):
                raise WrongState("还有未结束的服务或待接入的服务，暂不能签出")
            await self._stand_up(unit, row)

    async def set_status(self, sitting: Sitting, status: SeatStatus, *, reason: str | None = None) -> None:
        """示闲 or 示忙 by the lawyer's own hand, remembered as the wish for the next sign-in."""
        async with self._database.unit() as unit:
            row = await self._occupied_by(unit.connection, sitting.account_id, locked=True)
            if row is None or row.seat_id != sitting.seat_id:
                raise NoSeat("您已不在该坐席，请重新签入")
            await self._remember(unit.connection, sitting.account_id, status)
            await self._move(unit, row, status, reason)

    async def _seat_of(
        self, connection: Connection, account_id: UUID, *, locked: bool
    ) -> Row[*tuple[object, ...]] | None:
        """The seat under the account, else the one its shift gives it: a shift may end in the middle of a talk."""
        occupied = await self._occupied_by(connection, account_id, locked=locked)
        return occupied or await _first(connection, self._on_shift(account_id), locked=locked)

    async def _occupied_by(
        self, connection: Connection, account_id: UUID, *, locked: bool
    ) -> Row[*tuple[object, ...]] | None:
        return await _first(connection, select(seat).where(seat.c.account_id == account_id), locked=locked)

    def _on_shift(self, account_id: UUID) -> Select[*tuple[object, ...]]:
        joined = select(seat).join(shift, shift.c.seat_id == seat.c.seat_id)
        return joined.where(shift.c.account_id == account_id, *_running(self._clock.now())).order_by(
            shift.c.starts_at.desc()
        )

    async def _require_free(self, connection: Connection, row: Row[*tuple[object, ...]]) -> None:
        """A seat changes hands only when the one who sits there has neither shift nor work left."""
        if row.status == SeatStatus.SIGNED_OUT:
            return
        still_on = select(shift.c.shift_id).where(
            shift.c.seat_id == row.seat_id, shift.c.account_id == row.account_id, *_running(self._clock.now())
        )
        if await connection.scalar(still_on) or await _holds_work(connection, row.seat_id):
            raise SeatTaken("该坐席的上一班律师尚未签出，请稍后再签入")

    async def _sit_down(self, unit: Unit, row: Row[*tuple[object, ...]], account_id: UUID) -> Sitting:
        wished = await unit.connection.scalar(select(last_wish.c.status).where(last_wish.c.account_id == account_id))
        # Who never chose is available: nobody shall wait because a button was not pressed.
        status = SeatStatus(wished or SeatStatus.AVAILABLE)
        if row.status != status:
            move(SeatStatus(row.status), status)
        now = self._clock.now()
        await _write(
            unit,
            row.seat_id,
            status=status.value,
            status_reason=None,
            account_id=account_id,
            signed_in_at=now,
            idle_since=now,
            last_seen_at=now,
            misses=0,
        )
        return _sitting(row, account_id, status)

    async def _stand_up(self, unit: Unit, row: Row[*tuple[object, ...]]) -> None:
        status = move(SeatStatus(row.status), SeatStatus.SIGNED_OUT)
        await _write(
            unit, row.seat_id, status=status.value, status_reason=None, account_id=None, signed_in_at=None, misses=0
        )

    async def _move(self, unit: Unit, row: Row[*tuple[object, ...]], status: SeatStatus, reason: str | None) -> None:
        if row.status != status:
            move(SeatStatus(row.status), status)
        idle_since = self._clock.now() if row.status != status == SeatStatus.AVAILABLE else row.idle_since
        # Whoever turns up by hand starts with no misses; 示忙 twice may change only the reason.
        await _write(unit, row.seat_id, status=status.value, status_reason=reason, misses=0, idle_since=idle_since)

    async def _remember(self, connection: Connection, account_id: UUID, status: SeatStatus) -> None:
        statement = upsert(last_wish).values(account_id=account_id, status=status.value)
        await connection.execute(
            statement.on_conflict_do_update(index_elements=["account_id"], set_={"status": status.value})
        )


async def _first(
    connection: Connection, statement: Select[*tuple[object, ...]], *, locked: bool
) -> Row[*tuple[object, ...]] | None:
    chosen = statement.limit(1)
    chosen = chosen.with_for_update(key_share=True, of=seat) if locked else chosen
    found: Row[*tuple[object, ...]] | None = (await connection.execute(chosen)).first()
    return found


def _vanished(row: Row[*tuple[object, ...]]) -> bool:
    """Whether the router set the seat away because its console was gone: its lawyer did not wish for that."""
    return bool(row.status == SeatStatus.AWAY and row.status_reason == VANISHED)


def _running(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return shift.c.starts_at <= now, or_(shift.c.ends_at.is_(None), shift.c.ends_at > now)


async def _holds_work(connection: Connection, seat_id: UUID) -> bool:
    serving = exists().where(assignment.c.seat_id == seat_id, assignment.c.finished_at.is_(None))
    ringing = exists().where(offer.c.seat_id == seat_id, offer.c.state == OfferState.LIVE.value)
    return bool(await connection.scalar(select(or_(serving, ringing))))


async def _write(unit: Unit, seat_id: UUID, **values: object) -> None:
    await unit.connection.execute(update(seat).where(seat.c.seat_id == seat_id).values(values))
    unit.seats.add(seat_id)
    unit.wake_router = True


def _sitting(row: Row[*tuple[object, ...]], account_id: UUID, status: SeatStatus) -> Sitting:
    return Sitting(row.seat_id, row.code, row.name, account_id, status)
