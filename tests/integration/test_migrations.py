"""The revisions and the tables say the same, and several processes may start at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

import agents.tables  # noqa: F401 - registers its tables
from hotline.migrate import migrate
from interactions.database import Database, connect
from interactions.partitions import stray_rows
from interactions.row_types import PLAIN_TURN
from interactions.settings import DatabaseSettings
from interactions.tables import metadata
from tests.rig import databases
from tests.rig.ground import Ground

_SHORT = {"timestamp with time zone": "timestamptz"}


async def test_the_migrated_database_is_what_the_tables_say(database: Database) -> None:
    async with database.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


async def test_the_row_types_are_what_the_code_sends(database: Database) -> None:
    columns = text(
        "select a.attname, format_type(a.atttypid, null) from pg_attribute a join pg_class c on c.oid = a.attrelid "
        "where c.relname = 'plain_turn' order by a.attnum"
    )
    async with database.read() as connection:
        found = [(name, _SHORT.get(kind, kind)) for name, kind in await connection.execute(columns)]

    assert found == list(PLAIN_TURN.items())


async def test_several_processes_may_migrate_at_once(postgres_url: str) -> None:
    await asyncio.gather(*(migrate(postgres_url, today=date(2027, 2, 1)) for _ in range(3)))


@pytest.fixture
def empty_url(postgres_server: str) -> Iterator[str]:
    """A database that no revision has touched."""
    with databases.empty_database(postgres_server) as url:
        yield url


async def test_several_processes_may_meet_an_empty_database(empty_url: str) -> None:
    await asyncio.gather(*(migrate(empty_url, today=date(2026, 11, 23)) for _ in range(3)))

    made = connect(empty_url, settings=DatabaseSettings())
    async with made.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []
    await made.close()


@pytest.mark.parametrize(
    "drift",
    ["alter table seat add column odd int", "alter table seat drop column name", "drop index ix_interaction_line"],
)
async def test_a_database_that_drifted_is_found(database: Database, drift: str) -> None:
    async with database.engine.connect() as connection:
        await connection.execute(text(drift))

        assert await connection.run_sync(_differences) != []


async def test_months_are_made_ahead_and_events_find_theirs(ground: Ground) -> None:
    await ground.opened()

    async with ground.database.read() as connection:
        assert await connection.scalar(text("select count(*) from event_y2026m11")) == 2
        assert await stray_rows(connection) == 0


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"include_object": _is_ours, "compare_type": True})
    return list(compare_metadata(context, metadata))


def _is_ours(_: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    partition = kind == "table" and reflected and name is not None and name.startswith("event_")
    bookkeeping = kind == "table" and name == "alembic_version"
    return not partition and not bookkeeping
