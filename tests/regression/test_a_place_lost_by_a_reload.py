"""Symptom: who had waited silently for ten minutes lost their place when the page reloaded at the wrong moment.

Having no page open at the instant of the look counted as absent, however short that was.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, insert

from hotline.absences import Absences
from interactions.identity import new_id
from interactions.tables import connection, process
from tests.rig.ground import Ground

ABSENT_S = 600.0
LOOK = timedelta(seconds=15)


@pytest.fixture
def absences(ground: Ground) -> Absences:
    """The look-out, as the house sets it."""
    return Absences(ground.database, clock=ground.clock, absent_s=ABSENT_S)


async def test_a_moment_without_a_page_costs_no_place(ground: Ground, absences: Absences) -> None:
    resident_id = await ground.resident()
    interaction_id = await ground.waiting(resident_id=resident_id)
    await _open_page(ground, resident_id)
    assert await _ended_within(ground, absences, timedelta(minutes=20)) == []

    await _close_page(ground)
    assert await absences.over() == []
    await _open_page(ground, resident_id)
    assert await _ended_within(ground, absences, timedelta(minutes=5)) == []

    await _close_page(ground)
    assert await _ended_within(ground, absences, timedelta(minutes=9)) == []
    assert await _ended_within(ground, absences, timedelta(minutes=2)) == [interaction_id]


async def test_a_process_that_just_started_counts_anew(ground: Ground, absences: Absences) -> None:
    await ground.waiting()
    await _ended_within(ground, absences, timedelta(minutes=9))
    fresh = Absences(ground.database, clock=ground.clock, absent_s=ABSENT_S)

    assert await _ended_within(ground, fresh, timedelta(minutes=2)) == []


async def _ended_within(ground: Ground, absences: Absences, time: timedelta) -> list[object]:
    until = ground.clock.now() + time
    ended: set[object] = set()
    while ground.clock.now() < until:
        ended |= set(await absences.over())
        ground.clock.advance(LOOK)
    return list(ended)


async def _open_page(ground: Ground, resident_id: object) -> None:
    now = ground.clock.now()
    process_id = new_id(now)
    async with ground.database.unit() as unit:
        lease = {"process_id": process_id, "started_at": now, "lease_until": now + timedelta(days=1)}
        await unit.connection.execute(insert(process).values(lease))
        page = {"connection_id": new_id(now), "process_id": process_id, "resident_id": resident_id, "opened_at": now}
        await unit.connection.execute(insert(connection).values(page))


async def _close_page(ground: Ground) -> None:
    async with ground.database.unit() as unit:
        await unit.connection.execute(delete(connection))
