"""Servers of the bench's own: the engines of the service with its durability settings, thrown away after."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hotline.embedded.servers import ServerUrls, servers
from hotline.migrate import migrate
from interactions.clock import SystemClock


@asynccontextmanager
async def durable_servers() -> AsyncIterator[ServerUrls]:
    """PostgreSQL (fsync on) and Redis with a migrated, empty database."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        async with servers(Path(folder), database_url=None, redis_url=None) as urls:
            await migrate(urls.database, today=SystemClock().now().date())
            yield urls
