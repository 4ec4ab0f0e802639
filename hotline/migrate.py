"""Brings a database to the newest revision; several processes may start at once, one of them does the work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from interactions.errors import Unavailable
from interactions.partitions import ensure, gather_strays

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
_LOCK = 0x686F746C02


class NotMigrated(Unavailable):
    """The database is not at the revision this version was written for."""


@dataclass(frozen=True, slots=True)
class Migrated:
    """The revision before (None: an empty database) and after, partitions made ahead, stray events gathered."""

    before: str | None
    after: str
    partitions: Sequence[str]
    gathered: int = 0


async def migrate(url: str, *, today: date) -> Migrated:
    """Runs all revisions that `url` (libpq) lacks, and makes the log's partitions for the months ahead.

    Events in the default partition are gathered into their months. Raises `NotMigrated` where the database is of a
    newer version than this one.
    """
    engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            before = await connection.run_sync(_revision)
            if before is not None and before not in known_revisions():
                raise NotMigrated(f"数据库结构 {before} 来自更新的版本；请使用新版本，或从备份恢复")
            await connection.run_sync(_upgrade)
            gathered = await gather_strays(connection)
            partitions = await ensure(connection, today=today)
            return Migrated(before, newest_revision(), partitions, gathered)
    finally:
        await engine.dispose()


async def require_newest(connection: AsyncConnection) -> None:
    """Raises `NotMigrated` unless the database is at the newest revision."""
    found = await connection.run_sync(_revision)
    if found != newest_revision():
        raise NotMigrated(f"数据库结构为 {found or '空库'}，本版本需要 {newest_revision()}：请先运行 hotline migrate")


def newest_revision() -> str:
    """The last revision of this version."""
    return str(_scripts().get_current_head())


def known_revisions() -> frozenset[str]:
    """Every revision of this version."""
    return frozenset(script.revision for script in _scripts().walk_revisions())


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's configuration in code, the same from every working folder."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(alembic_config())


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection) -> None:
    command.upgrade(alembic_config(connection), "head")
