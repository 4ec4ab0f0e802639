"""The HTTP application of a house: routes, and background work that lives as long as the application does.

Start: clock sampled, presence, router, wakes, sockets' re-checks, upkeep. Stop: sockets are told to come back
elsewhere, work under way is finished, the process leaves the presence table, connections close.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import structlog
from aiohttp import web

from agents import http as agents_http
from hotline import pages
from hotline.failures import add_headers, errors_as_json, measured
from hotline.health import Health, Works
from hotline.house import HOUSE, House
from hotline.workers.crew import Crew

_log = structlog.get_logger(__name__)
DRAIN_S = 10.0
MAX_BODY = 64 * 1024
WORKS = web.AppKey("works", Works)


def application(house: House, *, crew: Crew | None = None) -> web.Application:
    """The HTTP application of a house, one of a crew or alone; its background work runs while it does."""
    app = web.Application(middlewares=[measured(house.metrics), errors_as_json()], client_max_size=MAX_BODY)
    app[HOUSE] = house
    app.add_routes([web.get("/chat/ws", house.web_chat.handle)])
    deps = agents_http.Deps(
        logins=house.logins,
        consoles=house.consoles,
        records=house.records,
        seats=house.seats,
        open_list=house.open_list,
        codes=house.codes,
        roster=house.roster,
    )
    app.add_routes(agents_http.routes(deps))
    works = app[WORKS] = Works(alarm=crew.work_ended) if crew else Works()
    health = Health(
        house.database, house.redis, house.metrics, works, house.clock, house.coverage, crew, house.stand_in
    )
    app.add_routes(health.routes())
    app.add_routes(pages.routes())
    app.on_response_prepare.append(add_headers)
    app.cleanup_ctx.append(_working)
    app.on_shutdown.append(_send_away)
    return app


async def _working(app: web.Application) -> AsyncIterator[None]:
    """Background work around the life of the application; if any of it ends unasked, that is logged loudly."""
    house = app[HOUSE]
    await house.upkeep.set_clock()
    await house.presence.renew()
    works = {
        "presence": house.presence.run(),
        "router": house.router.run(),
        "wakes": house.wakes.run(),
        "consoles": house.consoles.run(),
        "web_chat": house.web_chat.run(),
        "upkeep": house.upkeep.run(),
        "outbox": house.outbox_worker.run(),
        "inbound": house.inbound_worker.run(),
    }
    tasks = [asyncio.create_task(work, name=name) for name, work in works.items()]
    for task in tasks:
        task.add_done_callback(app[WORKS].ended)
    house.router.wake()
    yield
    await _stop(house, tasks)


async def _stop(house: House, tasks: list[asyncio.Task[None]]) -> None:
    """Finishes what is under way, then lets go of everything."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_S):
            await house.inbound_worker.drain()
            await house.bot_turns.drain()
            await house.shared_commit.drain()
            await house.outbox_worker.drain()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    try:
        await house.presence.leave()
    except Exception as error:
        # The lease says it a few seconds later.
        _log.warning("presence.leave_failed", error=type(error).__name__)
    if house.stand_in is not None:
        await house.stand_in.close()
    await house.redis.aclose()
    await house.database.close()


async def _send_away(app: web.Application) -> None:
    """Tells every socket to reconnect at once, with jitter, to whichever process comes next."""
    app[HOUSE].web_chat.restart()
    app[HOUSE].consoles.restart()
