"""Seats under lock: the one order of locking, and the one function that moves a seat's status."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text

from interactions.connections import Connection
from interactions.database import Unit
from interactions.model import SeatStatus
from interactions.states import may_move

# Who signed out is not called back to be away.
_MAY_GO = [old.value for old in SeatStatus if may_move(old, SeatStatus.AWAY) and old is not SeatStatus.SIGNED_OUT]
_LOCK = text("select seat_id from seat where seat_id = any(:ids) order by seat_id for no key update")
_SET_AWAY = text("""
update seat set status = 'away', status_reason = :reason, misses = 0
where seat_id = any(:ids) and status = any(:froms)
""")


async def lock_seats(connection: Connection, seat_ids: Collection[UUID]) -> None:
    """Locks the seats in id order; always after the interactions (DESIGN §4, claiming)."""
    await connection.execute(_LOCK, {"ids": list(seat_ids)})


async def set_away(unit: Unit, seat_ids: Collection[UUID], *, reason: str) -> int:
    """Sets available seats 示忙 with `reason`; seats in another status stay. Returns how many moved.

    Guarded by the old status in SQL, so that a lawyer's own choice a moment ago stands.
    """
    unit.seats.update(seat_ids)
    values = {"ids": list(seat_ids), "reason": reason, "froms": _MAY_GO}
    return (await unit.connection.execute(_SET_AWAY, values)).rowcount
