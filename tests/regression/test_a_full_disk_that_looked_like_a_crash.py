"""Symptom: with the disk full, or too many connections, people were told of an internal error and not to try again.

Such an error came through as the driver's own, because only lost connections were known as a database that cannot.
"""

from __future__ import annotations

import asyncpg
import pytest
from sqlalchemy import insert, text

from interactions.database import Database
from interactions.errors import Conflict, Unavailable
from interactions.tables import number_day
from tests.rig.databases import TODAY

_RAISE = "do $$ begin raise exception 'no room' using errcode = '{}'; end $$"


@pytest.mark.parametrize("code", ["53100", "53200", "57014", "58030", "40P01"])
async def test_what_the_server_cannot_do_now_is_unavailable_and_rings_the_alarm(database: Database, code: str) -> None:
    alarms: list[None] = []
    database.on_silence(lambda: alarms.append(None))

    with pytest.raises(Unavailable):
        await database.run(text(_RAISE.format(code)))

    assert alarms == [None]
    assert await database.run(text("select 1"))


async def test_what_is_wrong_with_the_asking_stays_what_it_was(database: Database) -> None:
    with pytest.raises(asyncpg.PostgresError):
        await database.run(text("select 1 / 0"))
    row = {"day": TODAY, "last": 1}
    await database.run(insert(number_day).values(row))
    with pytest.raises(Conflict):
        await database.run(insert(number_day).values(row))
