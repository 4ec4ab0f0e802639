"""Symptom: a seat whose console had closed counted as present for as long as its process lived.

Its goodbye was not stored, or overtook the greeting it was to erase: the row stayed, on a lease that was renewed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlalchemy import func, insert, select

from agents.presence import Presence
from agents.settings import PresenceSettings
from interactions.identity import new_id
from interactions.tables import connection, seat
from tests.rig.ground import Ground, Seat


@pytest.fixture
async def presence(ground: Ground) -> AsyncIterator[Presence]:
    """A process that has begun."""
    made = Presence(ground.database, clock=ground.clock, settings=PresenceSettings())
    await made.renew()
    yield made
    await made.leave()


async def test_a_row_that_no_socket_stands_behind_is_erased_and_the_seat_was_last_seen_then(
    ground: Ground, presence: Presence
) -> None:
    at = await ground.seat(connected=False)
    woken: list[bool] = []
    await _leave_a_ghost(ground, at, presence.process_id)
    ground.database.listen(lambda announcement: woken.append(announcement.wake_router))

    await presence.renew()

    assert await _connections(ground) == 0
    assert True in woken
    async with ground.database.read() as reading:
        assert await reading.scalar(select(seat.c.last_seen_at)) == ground.clock.now()


async def test_open_consoles_stay(ground: Ground, presence: Presence) -> None:
    at = await ground.seat(connected=False)
    async with presence.connected(seat_id=at.seat_id), presence.connected(seat_id=at.seat_id):
        await _leave_a_ghost(ground, at, presence.process_id)

        await presence.renew()

        assert await _connections(ground) == 2


async def _leave_a_ghost(ground: Ground, at: Seat, process_id: UUID) -> None:
    now = ground.clock.now()
    row = {"connection_id": new_id(now), "process_id": process_id, "seat_id": at.seat_id, "opened_at": now}
    async with ground.database.unit() as unit:
        await unit.connection.execute(insert(connection).values(row))


async def _connections(ground: Ground) -> int:
    async with ground.database.read() as reading:
        return int(await reading.scalar(select(func.count()).select_from(connection)))
