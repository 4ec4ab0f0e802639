"""The log's months: made ahead, whatever month it is and whoever makes them; strays are gathered, nothing is lost."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from hotline.migrate import migrate
from interactions.clock import ManualClock
from interactions.database import Database
from interactions.partitions import ensure, stray_rows
from interactions.verify import verify
from tests.rig import databases
from tests.rig.ground import KEYS, Ground

PARTITIONS = text("select relname from pg_class where relname like 'event\\_y%' and relkind = 'r' order by 1")


async def partitions(database: Database) -> list[str]:
    """The months there are."""
    async with database.read() as connection:
        return list(await connection.scalars(PARTITIONS))


async def ensured(database: Database, today: date, *, ahead: int = 3) -> list[str]:
    """What was made."""
    async with database.unit() as unit:
        return await ensure(unit.connection, today=today, ahead=ahead)


async def strays(database: Database) -> int:
    """How many events no month took."""
    async with database.read() as connection:
        return await stray_rows(connection)


async def test_events_find_their_month(ground: Ground) -> None:
    await ground.opened()

    async with ground.database.read() as connection:
        assert await connection.scalar(text("select count(*) from event_y2026m11")) == 2
    assert await strays(ground.database) == 0


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2026, 11, 30, 23, 59, 59, 999_000, tzinfo=UTC),
        datetime(2026, 12, 1, tzinfo=UTC),
        datetime(2027, 1, 1, tzinfo=UTC),
        datetime(2027, 2, 28, 23, 59, 59, 999_000, tzinfo=UTC),
    ],
)
async def test_the_first_and_last_instant_of_a_month_find_theirs(database: Database, instant: datetime) -> None:
    ground = Ground.on(database, clock=ManualClock(instant))

    await ground.opened()

    async with database.read() as connection:
        found = await connection.scalar(text("select distinct tableoid::regclass::text from event"))
    assert found == f"event_y{instant:%Y}m{instant:%m}"


async def test_the_turn_of_the_year_and_a_leap_february_leave_no_gap(database: Database) -> None:
    assert await ensured(database, date(2027, 12, 31), ahead=2) == [
        "event_y2027m12",
        "event_y2028m01",
        "event_y2028m02",
    ]
    assert await ensured(database, date(2028, 2, 29), ahead=1) == ["event_y2028m03"]

    leap = Ground.on(database, clock=ManualClock(datetime(2028, 2, 29, 23, 59, tzinfo=UTC)))
    await leap.opened()
    leap.clock.advance(timedelta(minutes=1))
    await leap.opened()
    async with database.read() as connection:
        for month in ("event_y2028m02", "event_y2028m03"):
            assert await connection.scalar(text(f"select count(*) from {month}")) == 2  # noqa: S608


async def test_a_turn_said_after_the_month_stays_with_its_interaction(ground: Ground) -> None:
    interaction_id = (await ground.opened()).head.interaction_id
    ground.clock.advance(timedelta(days=10))

    await ground.say(interaction_id, "下个月的话")

    async with ground.database.read() as connection:
        assert await connection.scalar(text("select count(*) from event_y2026m11")) == 3


async def test_two_processes_at_once_make_each_month_once(database: Database) -> None:
    made = await asyncio.gather(*(ensured(database, date(2030, 1, 15)) for _ in range(4)))

    assert sorted(len(one) for one in made) == [0, 0, 0, 4]


async def test_when_upkeep_was_late_nothing_is_refused_and_other_months_are_made_all_the_same(
    database: Database,
) -> None:
    late = Ground.on(database, clock=ManualClock(datetime(2030, 5, 5, tzinfo=UTC)))

    written = await late.opened(text="无人管的月份")

    assert await strays(database) == 2
    assert await ensured(database, date(2030, 5, 5)) == ["event_y2030m06", "event_y2030m07", "event_y2030m08"]
    await late.say(written.head.interaction_id, "还能说")
    assert await strays(database) == 3


async def test_at_the_next_start_strays_are_gathered_into_their_months_as_they_are(
    database: Database, postgres_url: str
) -> None:
    for month in (3, 5):
        late = Ground.on(database, clock=ManualClock(datetime(2030, month, 5, tzinfo=UTC)))
        await late.opened(text="无人管的月份")
    before = await _rows(database)

    done = await asyncio.gather(*(migrate(postgres_url, today=databases.TODAY) for _ in range(2)))

    assert sorted(one.gathered for one in done) == [0, 4]
    assert await strays(database) == 0
    assert {"event_y2030m03", "event_y2030m05"} <= set(await partitions(database))
    assert await _rows(database) == before
    assert (await verify(database, keys=KEYS)).holds


async def _rows(database: Database) -> list[str]:
    async with database.read() as connection:
        return list(await connection.scalars(text("select e::text from event e order by interaction_id, seq")))


@pytest.mark.parametrize("table", ["event", "event_default", "event_y2030m03"])
async def test_months_made_later_are_append_only_too(database: Database, postgres_url: str, table: str) -> None:
    late = Ground.on(database, clock=ManualClock(datetime(2030, 3, 5, tzinfo=UTC)))
    await late.opened()
    await migrate(postgres_url, today=databases.TODAY)
    later = Ground.on(database, clock=ManualClock(datetime(2031, 3, 5, tzinfo=UTC)))
    await later.opened()

    for statement in (f"truncate {table}", f"delete from {table}", f"update {table} set kind = 'x'"):  # noqa: S608
        with pytest.raises(Exception, match="append-only"):
            async with database.unit() as unit:
                await unit.connection.execute(text(statement))


async def test_a_long_read_makes_upkeep_wait_for_another_day_and_no_writer_wait_long(ground: Ground) -> None:
    await ground.opened()
    async with ground.database.snapshot() as reading:
        await reading.execute(text("select count(*) from event"))

        assert await ensured(ground.database, date(2030, 1, 1), ahead=0) == []
        await ground.opened()

    assert await ensured(ground.database, date(2030, 1, 1), ahead=0) == ["event_y2030m01"]
