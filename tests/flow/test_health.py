"""Whether the service says of itself what is true: each dependency, the work in the background, what it counts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from redis.asyncio import Redis
from sqlalchemy import text

from agents.calendar import Calendar
from agents.record_form import utc
from agents.settings import RosterSettings
from agents.staffing import Staffing
from hotline.coverage_watch import CoverageWatch
from hotline.health import Health, Works
from hotline.metrics import Metrics
from interactions.clock import ManualClock
from interactions.database import connect
from interactions.settings import DatabaseSettings
from tests.rig.house import RunningHouse

NOWHERE = "127.0.0.1:1"


@asynccontextmanager
async def _health(database_url: str, redis_url: str, works: Works) -> AsyncIterator[TestClient[Any, Any]]:
    database = connect(database_url, settings=DatabaseSettings())
    redis = Redis.from_url(redis_url)
    app = web.Application()
    metrics, clock = Metrics(), ManualClock()
    zone, settings = ZoneInfo("Asia/Shanghai"), RosterSettings()
    staffing = Staffing(
        database, clock=clock, policy=settings.coverage, licence=settings.licence, calendar=Calendar(), timezone=zone
    )
    app.add_routes(Health(database, redis, metrics, works, clock, CoverageWatch(staffing, clock, metrics)).routes())
    async with TestClient(TestServer(app)) as client:
        yield client
    await redis.aclose()
    await database.close()


async def _ready(client: TestClient[Any, Any]) -> tuple[int, Any]:
    answer = await client.get("/health/ready")
    told = await answer.json()
    # The roster's own tests tell of it; an empty one makes no process unready.
    assert told.pop("roster", {"state": "short"})["state"] == "short"
    told.pop("owed", None)
    return answer.status, told


async def test_all_is_well(house: RunningHouse) -> None:
    async with house.session.get(f"{house.url}/health/ready") as answer:
        assert answer.status == HTTPStatus.OK
        told = await answer.json()
    assert told.pop("roster")["state"] == "ok"
    assert told.pop("owed") == {"state": "ok", "open": 0, "overdue": 0}
    assert told == {"database": "ok", "redis": "ok", "works": "ok"}


async def test_hours_with_too_few_seats_are_health_detail_and_metrics_and_make_nobody_unready(
    house: RunningHouse,
) -> None:
    # From tomorrow on nobody is on shift.
    async with house.house.database.unit() as unit:
        tomorrow = text("update shift set ends_at = date_trunc('hour', now()) + interval '24 hours'")
        await unit.connection.execute(tomorrow)
    found = await house.house.upkeep.coverage.look()
    short, empty = len(found.gaps), sum(one.seats == 0 for one in found.hours)
    assert short >= empty > 12 * 24

    async with house.session.get(f"{house.url}/health/ready") as answer:
        assert answer.status == HTTPStatus.OK
        roster = (await answer.json())["roster"]
    async with house.session.get(f"{house.url}/metrics") as answer:
        told = await answer.text()

    assert (roster["state"], roster["gap_hours"], roster["empty_hours"]) == ("short", short, empty)
    assert roster["next_gap_at"] == utc(found.gaps[0].starts_at)
    assert f"hotline_coverage_gap_hours {float(short)}" in told
    assert f"hotline_coverage_empty_hours {float(empty)}" in told


@pytest.mark.parametrize("database", [f"postgresql://nobody@{NOWHERE}/x", "postgresql://nobody@/x?host={folder}"])
async def test_without_a_database_it_lives_but_is_not_ready(database: str, redis_url: str, tmp_path: Path) -> None:
    async with _health(database.format(folder=tmp_path), redis_url, Works()) as client:
        assert (await client.get("/health/live")).status == HTTPStatus.OK
        assert await _ready(client) == (503, {"database": "down", "redis": "ok", "works": "ok"})


async def test_without_redis_it_is_ready_and_says_so(postgres_url: str) -> None:
    async with _health(postgres_url, f"redis://{NOWHERE}", Works()) as client:
        assert await _ready(client) == (200, {"database": "ok", "redis": "down", "works": "ok"})


async def test_work_that_ended_unasked_is_named_and_one_that_was_stopped_is_not(
    postgres_url: str, redis_url: str
) -> None:
    works = Works()

    async def fail() -> None:
        raise RuntimeError

    router, stopped = asyncio.create_task(fail(), name="router"), asyncio.create_task(asyncio.Event().wait())
    stopped.cancel()
    await asyncio.gather(router, stopped, return_exceptions=True)
    works.ended(router)
    works.ended(stopped)  # type: ignore[arg-type]

    async with _health(postgres_url, redis_url, works) as client:
        assert await _ready(client) == (
            503,
            {"database": "ok", "redis": "ok", "works": "down", "down": ["router"]},
        )


async def test_metrics_are_prometheus_text_without_a_word_of_anybody(house: RunningHouse) -> None:
    page = await house.resident()
    await page.say("谁也不该看到这句话")
    await house.house.upkeep.measure()

    async with house.session.get(f"{house.url}/metrics") as answer:
        assert answer.content_type == "text/plain"
        told = await answer.text()

    assert 'hotline_interactions{state="with_bot"} 1.0' in told
    assert "hotline_rescues_total" in told
    assert "谁也不该" not in told
