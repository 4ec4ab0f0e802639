"""The seats of the house as a colleague sees them who looks for somebody to hand on to: who has room now.

free      may take one now            full    on duty, no place left now
away      示忙, 小休                   absent  nobody sits there, or no console is open
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from interactions.clock import Clock
from interactions.database import Database
from interactions.model import SeatStatus
from interactions.tables import seat
from routing.capacity import DutySeat, on_duty
from routing.settings import RoutingSettings


class SeatList:
    """Looks up every seat. What is true now may not be in a moment: a transfer is checked again under locks."""

    def __init__(self, database: Database, *, clock: Clock, settings: RoutingSettings) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings

    async def read(self) -> list[dict[str, Any]]:
        """Code, name, matters and state of each seat, by code."""
        columns = (seat.c.seat_id, seat.c.code, seat.c.name, seat.c.matters, seat.c.status)
        async with self._database.read() as connection:
            rows = await connection.execute(select(*columns).where(seat.c.channels != []).order_by(seat.c.code))
            found = await on_duty(connection, now=self._clock.now(), tail=self._settings.shift_tail)
        duty = {one.seat_id: one for one in found}
        return [
            {
                "code": row.code,
                "name": row.name,
                "matters": list(row.matters),
                "state": self._state(row.status, duty.get(row.seat_id)),
            }
            for row in rows
        ]

    def _state(self, status: str, on_seat: DutySeat | None) -> str:
        if on_seat is None:
            return "away" if status == SeatStatus.AWAY else "absent"
        return "free" if on_seat.slots(self._clock.now(), self._settings.ramp_up) > 0 else "full"
