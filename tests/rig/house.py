"""The whole house in this process, over real sockets, on a fresh database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import aiohttp
from aiohttp.test_utils import TestServer

from agents.demo_roster import Demo, seed_demo
from bots.ports import Bot
from hotline.settings import Settings, load
from hotline.wiring import House, application, build, load_bot
from interactions.clock import SystemClock
from tests.rig.clients import Lawyer, Resident
from tests.rig.few_entries import few_entries
from tests.rig.ground import KEYS

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "hotline-demo"
# Cheap hashes and quick timers: tests wait on conditions, and these bound how long a condition takes.
QUICK: Mapping[str, str] = {
    "HOTLINE_AGENTS__PASSWORD__TIME_COST": "1",
    "HOTLINE_AGENTS__PASSWORD__MEMORY_KIB": "8192",
    "HOTLINE_AGENTS__PASSWORD__LANES": "1",
}


def settings(**overrides: str) -> Settings:
    """The repository's settings, made quick, with a bot of few entries, with overrides by variable."""
    return load(ROOT / "config.yaml", {**QUICK, "HOTLINE_BOTS__CONTENT": str(few_entries()), **overrides})


@cache
def bot() -> Bot:
    """The real bot with some of the real content; it only reads, so all tests share it."""
    return load_bot(settings())


@dataclass(frozen=True, slots=True)
class RunningHouse:
    """A house that serves at `url`."""

    house: House
    url: str
    session: aiohttp.ClientSession

    async def resident(self, token: str | None = None, **hello: object) -> Resident:
        """A resident's page, past its welcome."""
        return await Resident.open(self.session, self.url, token=token, **hello)

    async def lawyer(self, username: str = "seat01") -> Lawyer:
        """A lawyer's console, past its welcome."""
        return await Lawyer.open(self.session, self.url, username=username, password=PASSWORD)


@asynccontextmanager
async def running_house(
    database_url: str, redis_url: str, *, chosen: Settings | None = None, with_bot: Bot | None = None
) -> AsyncIterator[RunningHouse]:
    """Serves inside the block, with the demo roster."""
    clock = SystemClock()
    house = build(
        chosen or settings(),
        database_url=database_url,
        redis_url=redis_url,
        keys=KEYS,
        clock=clock,
        bot=with_bot or bot(),
    )
    await seed_demo(house.database, passwords=house.passwords, clock=clock, demo=Demo(PASSWORD))
    async with TestServer(application(house)) as server, aiohttp.ClientSession() as session:
        yield RunningHouse(house, str(server.make_url("")).rstrip("/"), session)
