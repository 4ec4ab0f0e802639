"""Seats under lock: the one order of locking, and the one function that moves a seat's status."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select, text, update

from interactions.connections import Connection
from interactions.database import Unit
from interactions.model import SeatStatus
from interactions.states import may_move
from interactions.tables import seat


async def lock_seats(connection: Connection, seat_ids: Collection[UUID]) -> None:
    """Locks the seats in id order; always after the interactions (DESIGN §4, claiming)."""
    statement = select(seat.c.seat_id).where(text("seat_id = any(:ids)")).order_by(seat.c.seat_id)
    await connection.execute(statement.with_for_update(key_share=True), {"ids": list(seat_ids)})


async def set_away(unit: Unit, seat_ids: Collection[UUID], *, reason: str) -> int:
    """Sets available seats 示忙 with `reason`; seats in another status stay. Returns how many moved.

    Guarded by the old status in SQL, so that a lawyer's own choice a moment ago stands.
    """
    froms = [old.value for old in SeatStatus if may_move(old, SeatStatus.AWAY)]
    moved = (
        update(seat)
        .where(text("seat_id = any(:ids)"), seat.c.status.in_(froms), seat.c.status != SeatStatus.SIGNED_OUT.value)
        .values(status=SeatStatus.AWAY.value, status_reason=reason, misses=0)
    )
    unit.seats.update(seat_ids)
    return (await unit.connection.execute(moved, {"ids": list(seat_ids)})).rowcount
