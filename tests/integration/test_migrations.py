"""The revisions and the tables say the same, from empty, from every older revision with data, and back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta

import pytest
from alembic import command
from sqlalchemy import Connection, insert, text

import agents.tables  # noqa: F401 - registers its tables
from hotline.migrate import Migrated, NotMigrated, alembic_config, known_revisions, migrate, newest_revision
from interactions.append import append
from interactions.clock import ManualClock
from interactions.database import Database, connect
from interactions.events import Opened, TurnSaid
from interactions.guards import REFUSE_FUNCTION, REFUSE_ROWS
from interactions.head import Head
from interactions.identity import new_id
from interactions.model import By, State, Urgency
from interactions.record import Draft
from interactions.row_types import PLAIN_TURN, UUID_RANGE
from interactions.settings import DatabaseSettings
from interactions.tables import dedupe, event, interaction, interaction_key, metadata, resident
from interactions.verify import verify
from tests.rig import databases
from tests.rig.ground import KEYS
from tests.rig.schema import Schema, differences, schema

TODAY = date(2026, 11, 23)
OLDER = sorted(known_revisions() - {newest_revision()})


@pytest.fixture
def empty_url(postgres_server: str) -> Iterator[str]:
    """A database that no revision has touched."""
    with databases.empty_database(postgres_server) as url:
        yield url


@pytest.fixture
async def empty(empty_url: str) -> AsyncIterator[Database]:
    """The same, with connections to it."""
    made = connect(empty_url, settings=DatabaseSettings())
    yield made
    await made.close()


@pytest.fixture(scope="module")
def as_the_tables_say(postgres_server: str) -> Schema:
    """What the tables of the code, made without any revision, look like to PostgreSQL."""
    with databases.empty_database(postgres_server) as url:
        return asyncio.run(_made_from_tables(url))


async def _made_from_tables(url: str) -> Schema:
    made = connect(url, settings=DatabaseSettings())
    async with made.engine.begin() as connection:
        await connection.execute(text(UUID_RANGE))
        await connection.run_sync(metadata.create_all)
        columns = ", ".join(f'"{name}" {kind}' for name, kind in PLAIN_TURN.items())
        for statement in (REFUSE_FUNCTION, REFUSE_ROWS, f"create type plain_turn as ({columns})"):
            await connection.execute(text(statement))
        found = await schema(connection)
    await made.close()
    return found


async def schema_of(database: Database) -> Schema:
    """What a database looks like to PostgreSQL."""
    async with database.engine.connect() as connection:
        return await schema(connection)


async def to_revision(database: Database, revision: str, *, back: bool = False) -> None:
    """Brings a database to any revision, forward or back."""

    def run(connection: Connection) -> None:
        (command.downgrade if back else command.upgrade)(alembic_config(connection), revision)

    async with database.engine.begin() as connection:
        # Many steps at once on a busy machine: what bounds a paused process is no bound here.
        await connection.execute(text("set local transaction_timeout = 0"))
        await connection.run_sync(run)


async def test_the_migrated_database_is_what_the_tables_say(database: Database, as_the_tables_say: Schema) -> None:
    assert differences(await schema_of(database), as_the_tables_say) == []


async def test_the_row_types_are_what_the_code_sends(database: Database) -> None:
    columns = text(
        "select a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid "
        "where c.relname = 'plain_turn' order by a.attnum"
    )
    async with database.read() as connection:
        assert list(await connection.scalars(columns)) == list(PLAIN_TURN)


@pytest.mark.parametrize(
    "drift",
    [
        "alter table seat add column odd int",
        "alter table seat drop column name",
        "alter table seat alter misses set default 1",
        "alter table seat alter name drop not null",
        "alter table seat alter chat_capacity type int",
        "alter table seat drop constraint ck_seat_status",
        "alter table assignment drop constraint fk_assignment_seat_id",
        "alter table interaction set (fillfactor = 90)",
        "drop index ix_interaction_line",
        "drop index ix_event_tx then create index ix_event_tx on event (tx desc)",
        "drop index uq_offer_live then create unique index uq_offer_live on offer (seat_id) where state = 'live'",
        "drop trigger event_is_append_only on event",
        "alter table event disable trigger event_is_append_only",
        "create or replace function refuse_change() returns trigger language plpgsql as 'begin return new; end'",
        "alter sequence round_request increment 2",
        "drop type plain_turn",
        "alter table shift drop constraint ex_shift_account_id",
        "alter table shift drop constraint ex_shift_seat_id",
        "create table odd (id int)",
    ],
)
async def test_a_database_that_drifted_is_found(database: Database, as_the_tables_say: Schema, drift: str) -> None:
    async with database.engine.connect() as connection:
        for statement in drift.split(" then "):
            await connection.execute(text(statement))

        assert differences(await schema(connection), as_the_tables_say) != []


async def test_several_processes_may_migrate_at_once(postgres_url: str) -> None:
    done = await asyncio.gather(*(migrate(postgres_url, today=date(2027, 2, 1)) for _ in range(3)))

    assert {one.after for one in done} == {newest_revision()}
    assert sorted(len(one.partitions) for one in done) == [0, 0, 3]


async def test_several_processes_may_meet_an_empty_database(
    empty_url: str, empty: Database, as_the_tables_say: Schema
) -> None:
    done = await asyncio.gather(*(migrate(empty_url, today=TODAY) for _ in range(3)))

    assert sorted((one.before is None, one.after) for one in done) == [
        (False, newest_revision()),
        (False, newest_revision()),
        (True, newest_revision()),
    ]
    assert differences(await schema_of(empty), as_the_tables_say) == []


@pytest.mark.parametrize("revision", OLDER)
async def test_an_older_database_with_data_is_brought_up_and_nothing_of_its_log_is_lost(
    empty_url: str, empty: Database, as_the_tables_say: Schema, revision: str
) -> None:
    await to_revision(empty, revision)
    await _write_as_it_was_then(empty)

    done = await migrate(empty_url, today=TODAY)

    assert (done.before, done.after) == (revision, newest_revision())
    assert differences(await schema_of(empty), as_the_tables_say) == []
    assert done.gathered == 2
    verdict = await verify(empty, keys=KEYS)
    assert (verdict.violations, verdict.events) == ([], 2)
    async with empty.read() as connection:
        left = "select sealed is null and wrapped is null and master_id is null from inbound"
        assert await connection.scalar(text(left)) is True


@pytest.mark.parametrize("revision", [*OLDER, "base"])
async def test_the_way_back_and_forth_ends_where_it_began(
    empty_url: str, empty: Database, as_the_tables_say: Schema, revision: str
) -> None:
    await migrate(empty_url, today=TODAY)
    await _write_as_it_was_then(empty)

    await to_revision(empty, revision, back=True)
    await migrate(empty_url, today=TODAY)

    assert differences(await schema_of(empty), as_the_tables_say) == []


async def test_a_database_of_a_newer_version_is_refused_and_left_alone(postgres_url: str, database: Database) -> None:
    async with database.unit() as unit:
        await unit.connection.execute(text("update alembic_version set version_num = '9999'"))

    with pytest.raises(NotMigrated, match="9999"):
        await migrate(postgres_url, today=TODAY)


async def test_migrating_again_changes_nothing(postgres_url: str) -> None:
    assert await migrate(postgres_url, today=TODAY) == Migrated(newest_revision(), newest_revision(), [])


async def _write_as_it_was_then(database: Database) -> None:
    """One interaction with two events, a key of a repeat, and a delivery whose words are gone."""
    clock = ManualClock()
    now = clock.now() - timedelta(days=400)
    head = _head(new_id(now))
    cipher, key = KEYS.fresh(owner=head.interaction_id)
    drafts = [Draft(Opened(head.number, "web", "zh"), By.SYSTEM), Draft(TurnSaid(text="从前的话"), By.RESIDENT)]
    made = append(drafts, head=head, cipher=lambda: cipher, at=clock.now())
    values = {name: getattr(made.head, name) for name in Head._fields}
    row = {**values, "state": made.head.state.value, "urgency": 3, "dangers": []}
    async with database.unit() as unit:
        await unit.connection.execute(insert(resident).values(resident_id=head.resident_id, created_at=clock.now()))
        await unit.connection.execute(insert(interaction).values(row))
        kept = {"interaction_id": head.interaction_id, "master_id": key.master_id, "wrapped": key.wrapped}
        await unit.connection.execute(insert(interaction_key).values(kept))
        await unit.connection.execute(insert(event), [one._asdict() for one in made.stored])
        repeat = {"scope": head.interaction_id, "client_id": "c1", "interaction_id": head.interaction_id, "seq": 2}
        await unit.connection.execute(insert(dedupe).values(repeat))
        await unit.connection.execute(
            text(
                "insert into inbound (inbound_id, channel, account, dedupe_key, received_at, next_at, master_id, "
                "wrapped) values (:id, 'wechat', 'official', 'm1', now(), now(), :master, :wrapped)"
            ),
            {"id": head.interaction_id, **_left_behind(await _has_checks(unit.connection))},
        )


def _left_behind(checked: bool) -> dict[str, object]:
    """Before there were checks, a delivery could keep a key without words."""
    return {"master": None, "wrapped": None} if checked else {"master": "k1", "wrapped": b"key"}


async def _has_checks(connection: object) -> bool:
    found = text("select exists (select from pg_constraint where conname = 'ck_inbound_sealed_by')")
    return bool(await connection.scalar(found))  # type: ignore[attr-defined]


def _head(interaction_id: object) -> Head:
    now = ManualClock().now()
    times = {"opened_at": now, "last_turn_at": now, "unanswered_since": now}
    nothing = dict.fromkeys(("street", "request_kind", "outcome", "waiting_since", "rank_at", "closed_at", "seat_id"))
    return Head(
        interaction_id=interaction_id,  # type: ignore[arg-type]
        number="20251019-000001",
        resident_id=new_id(now),
        channel="web",
        language="zh",
        state=State.WITH_BOT,
        urgency=Urgency.NORMAL,
        dangers=(),
        minor=False,
        matter="general",
        district="unknown",
        last_seq=0,
        head=bytes(32),
        **times,  # type: ignore[arg-type]
        **nothing,  # type: ignore[arg-type]
    )
