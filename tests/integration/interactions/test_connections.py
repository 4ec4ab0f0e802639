"""One session for text and composed statements, and what becomes of it when something goes wrong."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, insert, select, text

from interactions.database import Database
from interactions.errors import Conflict, Unavailable
from interactions.identity import new_id
from interactions.tables import number_day, resident
from tests.rig.ground import Ground

_INSERT = text("insert into resident (resident_id, created_at) values (:resident_id, :at)")
_COUNT = text("select count(*) from resident")
_BACKEND = text("select pg_backend_pid()")


async def test_text_and_composed_statements_stand_or_fall_together(ground: Ground) -> None:
    now = ground.clock.now()
    with pytest.raises(RuntimeError, match="no"):
        async with ground.database.unit() as unit:
            await unit.connection.execute(_INSERT, {"resident_id": new_id(now), "at": now})
            await unit.connection.execute(insert(resident).values(resident_id=new_id(now), created_at=now))
            assert await unit.connection.scalar(_COUNT) == 2
            raise RuntimeError("no")

    assert (await ground.database.run(_COUNT)).scalar() == 0
    assert (await ground.database.run(select(func.count()).select_from(resident))).scalar() == 0


@pytest.mark.parametrize("composed", [False, True])
async def test_a_constraint_is_told_by_its_name(ground: Ground, composed: bool) -> None:
    now = ground.clock.now()
    day = {"day": now.date(), "last": 1}
    plain = text("insert into number_day (day, last) values (:day, :last)")
    await ground.database.run(plain, day)

    with pytest.raises(Conflict) as refused:
        async with ground.database.unit() as unit:
            if composed:
                await unit.connection.execute(insert(number_day).values(day))
            else:
                await unit.connection.execute(plain, day)

    assert refused.value.constraint == "pk_number_day"


async def test_a_row_has_places_and_names(database: Database) -> None:
    row = (await database.run(text("select 1 as one, 'zwei' as two"))).one()

    assert (row.one, row["two"], tuple(row)) == (1, "zwei", (1, "zwei"))
    with pytest.raises(AttributeError, match="three"):
        _ = row.three


async def test_a_session_ended_by_the_server_is_told_and_replaced(database: Database) -> None:
    with pytest.raises(Unavailable):
        async with database.unit() as unit:
            await unit.connection.execute(text("select pg_terminate_backend(pg_backend_pid())"))
            await unit.connection.execute(_COUNT)

    assert (await database.run(_COUNT)).scalar() == 0


async def test_a_statement_broken_off_is_no_longer_anybodys(database: Database) -> None:
    before = (await database.run(_BACKEND)).scalar()
    asked = asyncio.Event()

    async def wait_for_ever() -> None:
        async with database.read() as connection:
            asked.set()
            await connection.execute(text("select pg_sleep(1000)"))

    waiting = asyncio.ensure_future(wait_for_ever())
    await asked.wait()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    assert (await database.run(_BACKEND)).scalar() != before


async def test_the_session_used_last_is_used_next(database: Database) -> None:
    assert len({(await database.run(_BACKEND)).scalar() for _ in range(5)}) == 1
