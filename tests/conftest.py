"""Fixtures that every test may ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from redis import Redis

from interactions.clock import ManualClock
from interactions.database import Database, connect
from interactions.settings import DatabaseSettings
from tests.rig import databases, servers
from tests.rig.ground import Ground
from tests.rig.real_rasa import RealRasa, real_rasa

# No test is timed: on a busy machine one that is right would fail now and then.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL with the migrated template."""
    with servers.postgres(_folder(tmp_path_factory, "postgres")) as url:
        databases.make_template(url)
        yield url


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Redis."""
    with servers.redis(_folder(tmp_path_factory, "redis")) as url:
        yield url


@pytest.fixture(scope="session")
def running_rasa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealRasa]:
    """A real Rasa, trained on a few entries."""
    with real_rasa(_folder(tmp_path_factory, "rasa")) as running:
        yield running


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A fresh, migrated database."""
    with databases.fresh_database(postgres_server) as url:
        yield url


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """An empty Redis: limits that one test used up are not the next one's."""
    with Redis.from_url(redis_server) as redis:
        redis.flushdb()
    return redis_server


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands still until the test moves it."""
    return ManualClock()


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    """A database with every table and no row."""
    made = connect(postgres_url, settings=DatabaseSettings())
    yield made
    await made.close()


@pytest.fixture
def ground(database: Database, clock: ManualClock) -> Ground:
    """The log and what writes to it, on a fresh database."""
    return Ground.on(database, clock=clock)


def _folder(factory: pytest.TempPathFactory, name: str) -> Path:
    return factory.mktemp(name)
