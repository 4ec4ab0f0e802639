"""What tests of the seats look at and move: who sat where, a seat as it is, the ends of shifts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Row, select, update

from agents.tables import sitting
from interactions.tables import seat, shift
from tests.integration.agents.house import House, Lawyer


async def sittings(house: House) -> list[Row[Any]]:
    """Everything that was sat, in order."""
    async with house.database.read() as connection:
        return list((await connection.execute(select(sitting).order_by(sitting.c.started_at))).all())


async def seat_row(house: House, lawyer: Lawyer) -> Row[Any]:
    """The lawyer's first seat as it is now."""
    async with house.database.read() as connection:
        found: Row[Any] = (await connection.execute(select(seat).where(seat.c.seat_id == lawyer.seat_id))).one()
        return found


async def ends(house: House, at: timedelta) -> None:
    """Ends every shift so far from now."""
    async with house.database.unit() as unit:
        await unit.connection.execute(update(shift).values(ends_at=house.clock.now() + at))
