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

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from bench.processes import Running, free_port, running
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
    session: aiohttp.ClientSession, urls: ServerUrls, *, folder: Path, profile: Path | None = None
) -> AsyncIterator[Running]:
    """The service on `urls` while inside the block; with `profile` it can be profiled into that file."""
    port = free_port()
    given = {"DATABASE_URL": urls.database, "REDIS_URL": urls.redis, "PORT": str(port), "HOTLINE_DATA": str(folder)}
    program = ["-m", "hotline"] if profile is None else ["-m", "bench.profiled_service", str(profile)]
    async with running(
        session,
        [*program, "serve"],
        port=port,
        log=folder / "service.log",
        environ={**RAISED, **given},
    ) as service:
        yield service


async def rescues(session: aiohttp.ClientSession, service: Running) -> float:
    """What only a sweep found so far (`hotline_rescues`), all kinds together."""
    async with session.get(f"{service.url}/metrics") as answer:
        return rescued_in(await answer.text())


def rescued_in(metrics: str) -> float:
    """The sum of `hotline_rescues_total` in Prometheus text."""
    counted = (line for line in metrics.splitlines() if line.startswith("hotline_rescues_total"))
    return sum(float(line.rsplit(" ", 1)[1]) for line in counted)
