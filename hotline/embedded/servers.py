"""The two servers everything stands on: given by URL, or started here under the data folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from hotline.embedded.errors import FolderInUse
from hotline.embedded.kept_server import URL_FILE, Progress, silent
from hotline.embedded.postgres import EmbeddedPostgres
from hotline.embedded.redis import EmbeddedRedis


@dataclass(frozen=True, slots=True)
class ServerUrls:
    """Where PostgreSQL and Redis are: `postgresql://…`, `redis://…` or `unix://…`."""

    database: str
    redis: str


@asynccontextmanager
async def servers(
    data_folder: Path,
    *,
    database_url: str | None,
    redis_url: str | None,
    join: bool = False,
    progress: Progress = silent,
) -> AsyncIterator[ServerUrls]:
    """Yields the servers' URLs; those that were not given are started and, on leaving, stopped.

    With `join` a service that already runs on this data folder shares its servers: for commands beside it.
    Otherwise raises `FolderInUse`. Redis stops first: PostgreSQL may take a moment to write its checkpoint.
    """
    async with AsyncExitStack() as stack:
        postgres = EmbeddedPostgres(data_folder / "postgres", progress=progress)
        redis = EmbeddedRedis(data_folder / "redis", progress=progress)
        yield ServerUrls(
            database=database_url or await _enter(stack, postgres, data_folder / "postgres", join=join),
            redis=redis_url or await _enter(stack, redis, data_folder / "redis", join=join),
        )


async def _enter(stack: AsyncExitStack, server: EmbeddedPostgres | EmbeddedRedis, home: Path, *, join: bool) -> str:
    try:
        return await stack.enter_async_context(server)
    except FolderInUse:
        if not join:
            raise
        return _shared_url(home)


def _shared_url(home: Path) -> str:
    try:
        return (home / URL_FILE).read_text()
    except FileNotFoundError:
        raise FolderInUse(f"{home}: the service on it is just starting; try again in a moment") from None
