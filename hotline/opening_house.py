"""A house for this process, and its HTTP application while it runs: the same for one process and for each worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from hotline.secrets import key_ring
from hotline.settings import Settings
from hotline.wiring import House, application, build, fit_once, load_bot
from hotline.workers.crew import Crew
from interactions.clock import SystemClock
from interactions.errors import Unavailable

SHUTDOWN_S = 5.0
KEPT = "bot"


async def open_house(settings: Settings, *, database_url: str, redis_url: str) -> House:
    """Everything wired on servers that are up and a database that is migrated; its clock shows the database's time."""
    clock = SystemClock()
    bot = await asyncio.to_thread(load_bot, settings, kept_in=settings.data_folder / KEPT, clock=clock)
    keys = key_ring(settings.secrets, data_folder=settings.data_folder)
    house = build(settings, database_url=database_url, redis_url=redis_url, keys=keys, clock=clock, bot=bot)
    await house.upkeep.set_clock()
    return house


async def prepare_bot(settings: Settings) -> None:
    """What an instance fits once for all its workers."""
    await asyncio.to_thread(fit_once, settings, kept_in=settings.data_folder / KEPT)


@asynccontextmanager
async def served(house: House, *, crew: Crew | None = None) -> AsyncIterator[web.Server]:
    """The application of `house` while inside the block; it listens nowhere yet. After it everything is drained."""
    # Signals are ours: aiohttp's own handling would skip the servers' stop.
    runner = web.AppRunner(
        application(house, crew=crew), handle_signals=False, access_log=None, shutdown_timeout=SHUTDOWN_S
    )
    await runner.setup()
    try:
        if runner.server is None:
            raise Unavailable("application without a server")
        yield runner.server
    finally:
        await runner.cleanup()
