"""What residents are told about who serves them: the seat's name, never the lawyer's."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from interactions.database import Database
from interactions.tables import seat


class SeatNames:
    """Names of seats, remembered: a seat keeps its name for life."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[UUID, str] = {}

    async def of(self, seat_id: UUID) -> str | None:
        """The seat's name (`03号坐席`); None for an unknown seat."""
        if seat_id not in self._known:
            async with self._database.read() as connection:
                name = await connection.scalar(select(seat.c.name).where(seat.c.seat_id == seat_id))
            if name is None:
                return None
            self._known[seat_id] = name
        return self._known[seat_id]
