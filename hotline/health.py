"""Whether this process lives, whether it can serve, and what it counts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import text

from bots.stand_in import StandIn
from hotline.coverage_watch import CoverageWatch
from hotline.metrics import Metrics
from hotline.workers.crew import Crew
from interactions.clock import Clock
from interactions.database import Database
from interactions.errors import Unavailable
from interactions.work_rows import owed

ANSWER_S = 2.0
_log = structlog.get_logger(__name__)


class Works:
    """Background work that ended though nobody asked it to: a process without its router or presence serves nobody.

    `alarm` is told at once: whoever keeps this process may replace it.
    """

    def __init__(self, *, alarm: Callable[[], None] = lambda: None) -> None:
        self.down: list[str] = []
        self._alarm = alarm

    def ended(self, task: asyncio.Task[None]) -> None:
        """Takes the end of a task; a cancelled one was asked to."""
        if task.cancelled():
            return
        error = task.exception()
        self.down.append(task.get_name())
        _log.error("work.ended", work=task.get_name(), error=type(error).__name__ if error else "none")
        self._alarm()


@dataclass(frozen=True, slots=True)
class Health:
    """The three endpoints."""

    database: Database
    redis: Redis
    metrics: Metrics
    works: Works
    clock: Clock
    coverage: CoverageWatch
    crew: Crew | None = None
    stand_in: StandIn | None = None

    def routes(self) -> list[web.RouteDef]:
        """Routes of this file."""
        return [
            web.get("/health/live", self.live),
            web.get("/health/ready", self.ready),
            web.get("/metrics", self.measured),
        ]

    async def live(self, _: web.Request) -> web.Response:
        """200 while the loop turns."""
        return web.json_response({"status": "ok"})

    async def ready(self, _: web.Request) -> web.Response:
        """200 where turns can be stored and all work goes on; Redis down is told, but only slows wake-ups.

        A worker tells of its crew, too: who is missing is being started again, and the others serve.
        """
        database, redis = await asyncio.gather(_state(self._ask_database), _state(self._ask_redis))
        works = "down" if self.works.down else "ok"
        told = {"database": database, "redis": redis, "works": works}
        # Which of them: a name of ours, for whoever has to look at the log.
        down = {"down": self.works.down} if self.works.down else {}
        roster = {"roster": await self._roster(), "owed": await self._owed()} if database == "ok" else {}
        crew = {"workers": asdict(self.crew.count)} if self.crew else {}
        # Down, the retrieval engine answers: told, and no reason to send nobody here.
        bot = {"rasa": await _state(self.stand_in.check)} if self.stand_in else {}
        status = 200 if database == works == "ok" else 503
        return web.json_response({**told, **bot, **down, **roster, **crew}, status=status)

    async def measured(self, _: web.Request) -> web.Response:
        """Prometheus text; from any worker, that of all workers together."""
        body = self.crew.exposition() if self.crew else generate_latest(self.metrics.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _roster(self) -> dict[str, Any]:
        """The hours ahead with too few seats: for whoever plans, not for whoever balances load."""
        try:
            async with asyncio.timeout(ANSWER_S):
                return await self.coverage.detail()
        except (Unavailable, TimeoutError):
            return {"state": "unknown"}

    async def _owed(self) -> dict[str, Any]:
        """Callbacks and messages that are owed, and how many are overdue 督办: for whoever leads the shift."""
        try:
            async with asyncio.timeout(ANSWER_S), self.database.read() as connection:
                found = await owed(connection, now=self.clock.now())
        except (Unavailable, TimeoutError):
            return {"state": "unknown"}
        overdue = sum(found.overdue.values())
        return {"state": "overdue" if overdue else "ok", "open": sum(found.items.values()), "overdue": overdue}

    async def _ask_database(self) -> None:
        async with self.database.read() as connection:
            await connection.execute(text("select 1"))

    async def _ask_redis(self) -> None:
        await self.redis.ping()


async def _state(ask: Callable[[], Awaitable[None]]) -> str:
    try:
        async with asyncio.timeout(ANSWER_S):
            await ask()
    except (Unavailable, RedisError, OSError, TimeoutError):
        return "down"
    return "ok"
