"""The real service beside the bench: `hotline serve` as shipped, on the bench's own durable servers.

Settings that the bench raises, each by its documented variable, because all its residents share one address and one
pair of hands; the checks themselves still run:

    channels.web_chat.hellos   300 new pages a minute of one address   → as many as come
    channels.web_chat.pace     5 frames a second of one socket         → as many as are acknowledged
    agents.console.pace        20 frames a second of one console       → as many as are acknowledged
    routing.ramp_up.cap        1 offer right after sign-in             → the seat's capacity, as after an hour
    demo.enabled               the demo roster                         → the bench's own roster
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from bench.processes import START_S, Running, free_port, running
from hotline.embedded.servers import ServerUrls

RAISED: Mapping[str, str] = {
    "HOTLINE_CHANNELS__WEB_CHAT__HELLOS": "{count: 1000000, per_s: 1}",
    "HOTLINE_CHANNELS__WEB_CHAT__PACE": "{count: 1000000, per_s: 1}",
    "HOTLINE_AGENTS__CONSOLE__PACE": "{count: 1000000, per_s: 1}",
    "HOTLINE_ROUTING__RAMP_UP__CAP": "50",
    "HOTLINE_DEMO__ENABLED": "false",
}


@asynccontextmanager
async def serving(
    session: aiohttp.ClientSession, urls: ServerUrls, *, folder: Path, profile: Path | None = None, workers: int = 1
) -> AsyncIterator[Running]:
    """The service on `urls` while inside the block, each of its workers up; with `profile` one can be profiled."""
    port = free_port()
    given = {"DATABASE_URL": urls.database, "REDIS_URL": urls.redis, "PORT": str(port), "HOTLINE_DATA": str(folder)}
    program = ["-m", "hotline"] if profile is None else ["-m", "bench.profiled_service", str(profile)]
    async with running(
        session,
        [*program, "serve", "--workers", str(workers)],
        port=port,
        log=folder / "service.log",
        environ={**RAISED, **given},
    ) as service:
        await _all_up(session, service)
        yield service


async def _all_up(session: aiohttp.ClientSession, service: Running) -> None:
    """Returns when every worker serves: any of them answers for the crew."""
    async with asyncio.timeout(START_S):
        while True:
            async with session.get(f"{service.url}/health/ready") as answer:
                crew = (await answer.json()).get("workers", {})
            if crew.get("serving") == crew.get("wanted"):
                return
            await asyncio.sleep(0.2)


async def totals(session: aiohttp.ClientSession, service: Running, *names: str) -> dict[str, float]:
    """The sums of some metrics over all their labels."""
    async with session.get(f"{service.url}/metrics") as answer:
        told = await answer.text()
    return {name: total_in(told, name) for name in names}


async def rescues(session: aiohttp.ClientSession, service: Running) -> float:
    """What only a sweep found so far (`hotline_rescues`), all kinds together."""
    async with session.get(f"{service.url}/metrics") as answer:
        return rescued_in(await answer.text())


def rescued_in(metrics: str) -> float:
    """The sum of `hotline_rescues_total` in Prometheus text."""
    return total_in(metrics, "hotline_rescues_total")


def total_in(metrics: str, name: str) -> float:
    """The sum of a metric over all its labels, in Prometheus text."""
    counted = (line for line in metrics.splitlines() if line.startswith((f"{name} ", f"{name}{{")))
    return sum(float(line.rsplit(" ", 1)[1]) for line in counted)
