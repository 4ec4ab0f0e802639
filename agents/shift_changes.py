"""Shifts by a supervisor's hand: added, changed, cancelled, and seen. What they decide no plan undoes.

    not begun ─▶ changed: cancelled and put in anew, by hand        begun ─▶ only its end moves, never before now
              └▶ cancelled: remembered with the reason                    └▶ not cancelled: end it now instead

Each change leaves an audit row in its own transaction. Two shifts at once are refused by the database itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from agents.auditing import write_audit
from agents.cancelling import cancel_shifts
from agents.errors import ShiftClash
from agents.roles import Right, Viewer
from agents.seat_scope import firm_of, require_reach
from interactions.clock import Clock
from interactions.connections import Connection
from interactions.database import Database, Unit
from interactions.errors import Conflict, Invalid, NotFound, WrongState
from interactions.identity import new_id

LONGEST = timedelta(hours=24)
FURTHEST = timedelta(days=400)
MOST_LISTED = timedelta(days=35)
CLASHES = {
    "ex_shift_account_id": "该律师在这个时间已有别的班次",
    "ex_shift_seat_id": "该坐席在这个时间已有别的班次",
}
_COLUMNS = """
select h.shift_id, s.code as seat, a.username as lawyer, a.display_name, a.firm, h.starts_at, h.ends_at, h.origin,
       h.seat_id, h.account_id
from shift h join seat s on s.seat_id = h.seat_id join account a on a.account_id = h.account_id
"""
_LIST = text(f"""{_COLUMNS}
where h.starts_at < :end and (h.ends_at is null or h.ends_at > :start)
  and (cast(:firm as text) is null or a.firm = :firm) order by s.code, h.starts_at
""")
_ONE = text(f"{_COLUMNS} where h.shift_id = :shift_id for update of h")
_SEAT = text("select seat_id from seat where code = :code and cardinality(channels) > 0")
_IN_REACH = "role = 'lawyer' and disabled_at is null and (cast(:firm as text) is null or firm = :firm)"
_LAWYER = text(f"select account_id from account where username = :username and {_IN_REACH}")  # noqa: S608
_LAWYERS = text(f"""
select username, display_name, firm, licence_until, trained_on from account where {_IN_REACH} order by username
""")  # noqa: S608 - constants above
_INSERT = text("""
insert into shift (shift_id, seat_id, account_id, starts_at, ends_at, origin)
values (:shift_id, :seat_id, :account_id, :starts_at, :ends_at, 'hand')
""")
_END = text("update shift set ends_at = :ends_at, origin = 'hand' where shift_id = :shift_id")
# The rest of a shift that was cut short, so that no plan gives it back.
_CUT = text("""
insert into cancelled_shift (shift_id, seat_id, account_id, starts_at, ends_at, cancelled_at, cancelled_by, reason)
select :cut_id, seat_id, account_id, starts_at, ends_at, :now, :by, 'shortened' from shift where shift_id = :shift_id
""")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A shift somebody wants: seat by code, lawyer by username, times in UTC."""

    seat: str
    lawyer: str
    starts_at: datetime
    ends_at: datetime


class ShiftChanges:
    """Shifts as supervisors see and change them."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def list(self, viewer: Viewer, *, start: datetime, end: datetime) -> Sequence[Row[Any]]:
        """The shifts in the viewer's reach that touch the stretch, by seat and time."""
        viewer.require(Right.ROSTER)
        if not timedelta() < end - start <= MOST_LISTED:
            raise Invalid(f"to：应晚于 from，最多 {MOST_LISTED.days} 天")
        async with self._database.read() as connection:
            values = {"start": start, "end": end, "firm": firm_of(viewer)}
            return (await connection.execute(_LIST, values)).all()

    async def lawyers(self, viewer: Viewer) -> Sequence[Row[Any]]:
        """The lawyers in the viewer's reach who may be given shifts."""
        viewer.require(Right.ROSTER)
        async with self._database.read() as connection:
            return (await connection.execute(_LAWYERS, {"firm": firm_of(viewer)})).all()

    async def add(self, viewer: Viewer, wanted: Wanted) -> UUID:
        """The id of a new shift, which may begin now; raises `Invalid`, `ShiftClash`, `NotFound` out of reach."""
        viewer.require(Right.ROSTER)
        _require_times(wanted, now=self._clock.now())
        try:
            async with self._database.unit() as unit:
                return await self._insert(unit, viewer, wanted, action="shift.added")
        except Conflict as error:
            raise _clash(error) from error

    async def change(self, viewer: Viewer, shift_id: UUID, wanted: Wanted) -> UUID:
        """The shift as it is now: under a new id unless it had begun, when only its end may be moved."""
        viewer.require(Right.ROSTER)
        try:
            async with self._database.unit() as unit:
                row, now = await self._found(unit.connection, viewer, shift_id), self._clock.now()
                if row.starts_at <= now:
                    return await self._move_end(unit, viewer, row, wanted)
                _require_times(wanted, now=now)
                await cancel_shifts(unit, [shift_id], by=viewer.account_id, reason="changed", now=now)
                return await self._insert(unit, viewer, wanted, action="shift.changed")
        except Conflict as error:
            raise _clash(error) from error

    async def cancel(self, viewer: Viewer, shift_id: UUID, *, reason: str) -> None:
        """Takes a shift that has not begun out of the roster, for good."""
        viewer.require(Right.ROSTER)
        async with self._database.unit() as unit:
            row, now = await self._found(unit.connection, viewer, shift_id), self._clock.now()
            if row.starts_at <= now:
                raise WrongState("该班次已经开始，不能取消；可以把结束时间改为现在")
            await cancel_shifts(unit, [shift_id], by=viewer.account_id, reason=reason, now=now)
            about = _about(row.seat, row.lawyer, row.starts_at, row.ends_at)
            await write_audit(unit, viewer, action="shift.cancelled", about=about, clock=self._clock)
            unit.wake_router = True

    async def _move_end(self, unit: Unit, viewer: Viewer, row: Row[Any], wanted: Wanted) -> UUID:
        now = self._clock.now()
        if row.ends_at is not None and row.ends_at <= now:
            raise WrongState("该班次已经结束")
        if (wanted.seat, wanted.lawyer, wanted.starts_at) != (row.seat, row.lawyer, row.starts_at):
            raise WrongState("该班次已经开始，只能改结束时间")
        # A minute of the form is a minute ago by the time it arrives.
        ends_at = max(wanted.ends_at, now)
        if not timedelta() < ends_at - row.starts_at <= max(LONGEST, now - row.starts_at):
            raise Invalid("ends_at：应晚于开始时间，班次最长 24 小时")
        if wanted.ends_at < now - timedelta(minutes=1):
            raise Invalid("ends_at：不能早于现在")
        if row.ends_at is None or ends_at < row.ends_at:
            cut = {"cut_id": new_id(now), "shift_id": row.shift_id, "now": now, "by": viewer.account_id}
            await unit.connection.execute(_CUT, cut)
        await unit.connection.execute(_END, {"shift_id": row.shift_id, "ends_at": ends_at})
        about = _about(row.seat, row.lawyer, row.starts_at, ends_at)
        await write_audit(unit, viewer, action="shift.changed", about=about, clock=self._clock)
        unit.wake_router = True
        return row.shift_id  # type: ignore[no-any-return]

    async def _insert(self, unit: Unit, viewer: Viewer, wanted: Wanted, *, action: str) -> UUID:
        now = self._clock.now()
        seat_id = await unit.connection.scalar(_SEAT, {"code": wanted.seat})
        if seat_id is None:
            raise Invalid("seat：没有这个坐席")
        account_id = await self._lawyer(unit.connection, viewer, wanted.lawyer)
        shift_id, starts_at = new_id(now), max(wanted.starts_at, now)
        row = {"seat_id": seat_id, "account_id": account_id, "starts_at": starts_at, "ends_at": wanted.ends_at}
        await unit.connection.execute(_INSERT, {"shift_id": shift_id, **row})
        about = _about(wanted.seat, wanted.lawyer, starts_at, wanted.ends_at)
        await write_audit(unit, viewer, action=action, about=about, clock=self._clock)
        unit.wake_router = True
        return shift_id

    async def _lawyer(self, connection: Connection, viewer: Viewer, username: str) -> UUID:
        # Another firm's lawyer is refused like a name that nobody has: which names there are is not theirs to learn.
        firm = firm_of(viewer)
        found = (await connection.execute(_LAWYER, {"username": username, "firm": firm})).first()
        if found is None:
            raise Invalid("lawyer：没有这位律师，或账号已停用")
        return found.account_id  # type: ignore[no-any-return]

    async def _found(self, connection: Connection, viewer: Viewer, shift_id: UUID) -> Row[Any]:
        row: Row[Any] | None = (await connection.execute(_ONE, {"shift_id": shift_id})).first()
        if row is None:
            raise NotFound("没有这个坐席或班次")
        await require_reach(connection, viewer, row.account_id)
        return row


def _about(seat: str, lawyer: str, starts_at: datetime, ends_at: datetime | None) -> str:
    return f"{seat} {lawyer} {starts_at.isoformat()}/{ends_at.isoformat() if ends_at else '…'}"


def _require_times(wanted: Wanted, *, now: datetime) -> None:
    # A minute of the form is a minute ago by the time it arrives.
    if wanted.starts_at < now - timedelta(minutes=1):
        raise Invalid("starts_at：不能早于现在")
    if wanted.starts_at > now + FURTHEST:
        raise Invalid(f"starts_at：最多提前 {FURTHEST.days} 天")
    if not timedelta() < wanted.ends_at - wanted.starts_at <= LONGEST:
        raise Invalid("ends_at：应晚于开始时间，班次最长 24 小时")
    if wanted.ends_at <= now:
        raise Invalid("ends_at：不能早于现在")


def _clash(error: Conflict) -> ShiftClash:
    return ShiftClash(CLASHES.get(error.constraint, error.message))
