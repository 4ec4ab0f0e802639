"""Seats and shifts: who sits where now, signing in and out, and what a lawyer wishes to be.

no shift now ─▶ no seat          shift now ─▶ its seat ──┬─ signed_out: sign in ─▶ available or away, as last wished
(or no papers)                                           ├─ mine already: go on (reload, second tab, shift over)
                                                         └─ somebody else's: taken over once that shift is over
                                                                             and nothing is left in their hands

A shift may end in the middle of a talk: the lawyer stays until it is over, at the seat it began at, and then moves to
the seat of the next shift. Protected minutes go with the lawyer, not with the seat.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from agents.errors import NoSeat, SeatTaken
from agents.on_shift import Shifts
from agents.settings import RosterSettings
from agents.sittings import begin_sitting, end_sitting, end_sitting_as_seen, resume_sitting
from agents.tables import last_wish
from interactions.clock import Clock
from interactions.connections import Connection
from interactions.database import Database, Unit
from interactions.errors import WrongState
from interactions.model import SeatStatus
from interactions.seats import lock_seats
from interactions.states import move
from interactions.tables import seat

# The reason with which `routing/vanished.py` sets a seat away.
VANISHED = "vanished"
_COLUMNS = "seat_id, code, name, status, status_reason, account_id, idle_since, last_seen_at"
_OCCUPIED = text(f"select {_COLUMNS} from seat where account_id = :account_id limit 1")  # noqa: S608
_SEAT = text(f"select {_COLUMNS} from seat where seat_id = :seat_id")  # noqa: S608
# Protected minutes of the one who sits down, and of nobody else.
_PROTECTED = text("select max(ends_at) from protection where account_id = :account_id and ends_at > :now")
_HOLDS_WORK = text("""
select exists (select from assignment a where a.seat_id = :seat_id and a.finished_at is null)
    or exists (select from offer o where o.seat_id = :seat_id and o.state = 'live')
""")
SeatRow = Row[*tuple[object, ...]]


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

    def __init__(self, database: Database, *, clock: Clock, settings: RosterSettings, timezone: ZoneInfo) -> None:
        self._database = database
        self._clock = clock
        self._shifts = Shifts(settings=settings, timezone=timezone)

    async def find_seat(self, account_id: UUID) -> str | None:
        """The code of the seat the account sits at or would sit at now; None without one."""
        async with self._database.read() as connection:
            seat_id = await self._shifts.seat_of(connection, account_id, now=self._clock.now())
            row = await _occupied_by(connection, account_id) or await _seat(connection, seat_id)
        return None if row is None else row.code

    async def sign_in(self, account_id: UUID) -> Sitting:
        """The account's seat, signed in; a fresh sign-in starts the ramp-up anew.

        Raises `NoSeat` without a shift, `NotLicensed` without papers that hold, `SeatTaken` where somebody else is
        still at work there.
        """
        async with self._database.unit() as unit:
            connection, now = unit.connection, self._clock.now()
            occupied, given = await self._locked(connection, account_id)
            if occupied is not None and not await self._moves_on(connection, occupied, given, account_id):
                if not _vanished(occupied):
                    await resume_sitting(connection, account_id, seat_id=occupied.seat_id, now=now)
                    return _sitting(occupied, account_id, SeatStatus(occupied.status))
                return await self._sit_down(unit, occupied, account_id)
            if given is None:
                raise await self._shifts.no_seat(connection, account_id, now=now)
            await self._shifts.require_papers(connection, account_id, now=now)
            await self._require_free(connection, given)
            if occupied is not None:
                await stand_up(unit, occupied, how="signed_out", now=now)
            return await self._sit_down(unit, given, account_id)

    async def sign_out(self, account_id: UUID) -> None:
        """The account leaves its seat; without one nothing happens. Raises `WrongState` while it holds somebody."""
        async with self._database.unit() as unit:
            row = await locked_seat_of(unit.connection, account_id)
            if row is None:
                return
            if await holds_work(unit.connection, row.seat_id):
                raise WrongState("还有未结束的服务或待接入的服务，暂不能签出")
            await stand_up(unit, row, how="signed_out", now=self._clock.now())

    async def set_status(self, sitting: Sitting, status: SeatStatus, *, reason: str | None = None) -> None:
        """示闲 or 示忙 by the lawyer's own hand, remembered as the wish for the next sign-in."""
        async with self._database.unit() as unit:
            row = await locked_seat_of(unit.connection, sitting.account_id)
            if row is None or row.seat_id != sitting.seat_id:
                raise NoSeat("您已不在该坐席，请重新签入")
            await self._remember(unit.connection, sitting.account_id, status)
            await self._move(unit, row, status, reason)

    async def _locked(self, connection: Connection, account_id: UUID) -> tuple[SeatRow | None, SeatRow | None]:
        """The seat under the account and the one its shift gives it, both locked in id order and read after that."""
        given_id = await self._shifts.seat_of(connection, account_id, now=self._clock.now())
        occupied = await _occupied_by(connection, account_id)
        await lock_seats(connection, {one for one in (given_id, occupied.seat_id if occupied else None) if one})
        # Between the two looks the old one may have been taken over, or another tab have sat down at the new one.
        given = await _seat(connection, given_id)
        occupied = await _seat(connection, occupied.seat_id) if occupied else given
        mine = occupied if occupied is not None and occupied.account_id == account_id else None
        return mine, given

    async def _moves_on(
        self, connection: Connection, occupied: SeatRow, given: SeatRow | None, account_id: UUID
    ) -> bool:
        """Whether the shift at the seat under the account is over, its hands are empty, and another seat waits."""
        if given is None or given.seat_id == occupied.seat_id:
            return False
        if await self._shifts.runs_at(connection, occupied.seat_id, account_id, now=self._clock.now()):
            return False
        return not await holds_work(connection, occupied.seat_id)

    async def _require_free(self, connection: Connection, row: SeatRow) -> None:
        """A seat changes hands only when the one who sits there has neither shift nor work left."""
        if row.status == SeatStatus.SIGNED_OUT:
            return
        still_on = await self._shifts.runs_at(connection, row.seat_id, row.account_id, now=self._clock.now())
        if still_on or await holds_work(connection, row.seat_id):
            raise SeatTaken("该坐席的上一班律师还没有交接完毕，空出后会自动签入")

    async def _sit_down(self, unit: Unit, row: SeatRow, account_id: UUID) -> Sitting:
        wished = await unit.connection.scalar(select(last_wish.c.status).where(last_wish.c.account_id == account_id))
        # Who never chose is available: nobody shall wait because a button was not pressed.
        status = SeatStatus(wished or SeatStatus.AVAILABLE)
        if row.status != status:
            move(SeatStatus(row.status), status)
        now = self._clock.now()
        if row.account_id is not None:
            how = VANISHED if row.account_id == account_id else "taken_over"
            await end_sitting_as_seen(unit.connection, row.account_id, how=how, now=now)
        await begin_sitting(unit.connection, account_id, seat_id=row.seat_id, now=now)
        await _write(
            unit,
            row.seat_id,
            status=status.value,
            status_reason=None,
            account_id=account_id,
            signed_in_at=now,
            idle_since=now,
            last_seen_at=now,
            protected_until=await unit.connection.scalar(_PROTECTED, {"account_id": account_id, "now": now}),
            misses=0,
        )
        return _sitting(row, account_id, status)

    async def _move(self, unit: Unit, row: SeatRow, status: SeatStatus, reason: str | None) -> None:
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


async def locked_seat_of(connection: Connection, account_id: UUID) -> SeatRow | None:
    """The seat the account sits at, locked and read under the lock."""
    occupied = await _occupied_by(connection, account_id)
    if occupied is None:
        return None
    await lock_seats(connection, [occupied.seat_id])
    now_there = await _seat(connection, occupied.seat_id)
    return now_there if now_there is not None and now_there.account_id == account_id else None


async def holds_work(connection: Connection, seat_id: UUID) -> bool:
    """Whether the seat has a talk, a wrap-up or something ringing."""
    return bool(await connection.scalar(_HOLDS_WORK, {"seat_id": seat_id}))


async def stand_up(unit: Unit, row: SeatRow, *, how: str, now: datetime) -> None:
    """The seat, locked by the caller, is free; what was worked there is noted."""
    status = move(SeatStatus(row.status), SeatStatus.SIGNED_OUT)
    await end_sitting(unit.connection, row.account_id, how=how, now=now)
    await _write(
        unit,
        row.seat_id,
        status=status.value,
        status_reason=None,
        account_id=None,
        signed_in_at=None,
        protected_until=None,
        misses=0,
    )


async def _occupied_by(connection: Connection, account_id: UUID) -> SeatRow | None:
    found: SeatRow | None = (await connection.execute(_OCCUPIED, {"account_id": account_id})).first()
    return found


async def _seat(connection: Connection, seat_id: UUID | None) -> SeatRow | None:
    if seat_id is None:
        return None
    found: SeatRow | None = (await connection.execute(_SEAT, {"seat_id": seat_id})).first()
    return found


def _vanished(row: SeatRow) -> bool:
    """Whether the router set the seat away because its console was gone: its lawyer did not wish for that."""
    return bool(row.status == SeatStatus.AWAY and row.status_reason == VANISHED)


async def _write(unit: Unit, seat_id: UUID, **values: object) -> None:
    await unit.connection.execute(update(seat).where(seat.c.seat_id == seat_id).values(values))
    unit.seats.add(seat_id)
    unit.wake_router = True


def _sitting(row: SeatRow, account_id: UUID, status: SeatStatus) -> Sitting:
    return Sitting(row.seat_id, row.code, row.name, account_id, status)
