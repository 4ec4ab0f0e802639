"""The composition root: the only place that picks implementations and knows all rooms.

    settings + URLs + clock ─▶ House (everything, built, nothing running) ─▶ application (routes, background work)

Start: clock sampled, presence, router, wakes, sockets' re-checks, upkeep. Stop: sockets are told to come back
elsewhere, work under way is finished, the process leaves the presence table, connections close.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import structlog
from aiohttp import web
from redis.asyncio import Redis

from agents import http as agents_http
from agents.accounts import Accounts
from agents.codes import Codes
from agents.commands import Commands
from agents.console import ConsoleDeps, Consoles
from agents.logging_in import LoggingIn
from agents.login import LoginDeps, Logins
from agents.passwords import Passwords
from agents.presence import Presence
from agents.ratings import Ratings
from agents.records import Records
from agents.roster import Roster
from agents.serving import Serving
from agents.talk_end import TalkEnd
from agents.tokens import Tokens
from bots.faq import load_entries
from bots.ports import Bot
from bots.retrieval import RetrievalBot
from hotline import pages, phrases
from hotline.bot_turns import BotTurns
from hotline.care import Care
from hotline.channels.web.deps import Live, WebChatDeps
from hotline.channels.web.gateway import WebChat
from hotline.channels.web.tokens import ResidentTokens
from hotline.failures import errors_as_json, measured
from hotline.front_desk import FrontDesk
from hotline.health import Health
from hotline.leaving import Leaving
from hotline.metrics import Metrics
from hotline.redis_rate_limit import RedisRateLimit
from hotline.redis_wakes import RedisWakes
from hotline.residents import ResidentInteractions
from hotline.resuming import Resuming
from hotline.seat_names import SeatNames
from hotline.settings import Settings
from hotline.upkeep import Upkeep
from interactions.changes import Changes
from interactions.clock import Clock
from interactions.database import Database, connect
from interactions.head import Head
from interactions.log import Log
from interactions.opening import Opening
from interactions.reading import LogReader
from interactions.sealing import KeyRing
from interactions.shared_commit import SharedCommit
from routing.estimate import Places
from routing.offers import Offers
from routing.round import Rounds
from routing.router import Router
from routing.vanished import Vanished

_log = structlog.get_logger(__name__)
DRAIN_S = 10.0
MAX_BODY = 64 * 1024


@dataclass(frozen=True, slots=True)
class House:
    """Every service of one process."""

    settings: Settings
    clock: Clock
    database: Database
    redis: Redis
    metrics: Metrics
    shared_commit: SharedCommit
    reader: LogReader
    log: Log
    router: Router
    presence: Presence
    consoles: Consoles
    web_chat: WebChat
    wakes: RedisWakes
    bot_turns: BotTurns
    upkeep: Upkeep
    passwords: Passwords
    logins: Logins
    records: Records
    codes: Codes


HOUSE = web.AppKey("house", House)


def load_bot(settings: Settings) -> Bot:
    """The bot the settings ask for, with its content; raises `ContentUnusable` naming every problem."""
    return RetrievalBot(load_entries(settings.bots.content), settings=settings.bots)


def codes_of(settings: Settings) -> Codes:
    """The city's code lists."""
    city = settings.city
    return Codes(city.matters, city.districts, city.request_kinds, city.caller_groups, city.channels)


def build(settings: Settings, *, database_url: str, redis_url: str, keys: KeyRing, clock: Clock, bot: Bot) -> House:
    """Everything, wired; nothing is running yet. Call it inside the loop that will run it."""
    metrics = Metrics()
    ground = settings.interactions
    database = connect(database_url, settings=ground.database)
    redis = Redis.from_url(redis_url)
    changes = Changes()
    database.listen(changes.committed)
    log = Log(clock=clock, keys=keys)
    reader = LogReader(database, log=log)
    shared = SharedCommit(database, log=log, settings=ground.shared_commit)
    opening = Opening(database, log=log, keys=keys, clock=clock, timezone=ZoneInfo(settings.city.timezone))
    wakes = RedisWakes(redis, changes=changes, metrics=metrics)
    changes.on_outward(wakes.publish)

    offers = Offers(database, log=log, clock=clock, settings=settings.routing)
    router = _router(settings, database, log=log, offers=offers, clock=clock, metrics=metrics)
    changes.on_router_wake(router.wake)

    presence = Presence(database, clock=clock, settings=settings.agents.presence)
    ratings = Ratings(database, log=log, clock=clock, settings=settings.agents.serving)
    rate_limit = RedisRateLimit(redis, clock=clock)
    passwords = Passwords(settings.agents.password)
    tokens = Tokens(database, clock=clock, settings=settings.agents.login)
    roster = Roster(database, clock=clock)
    codes = codes_of(settings)
    serving = Serving(
        database,
        log=log,
        shared_commit=shared,
        ratings=ratings,
        codes=codes,
        clock=clock,
        settings=settings.agents.serving,
        farewell=farewell,
    )
    consoles = Consoles(
        ConsoleDeps(
            database=database,
            reader=reader,
            changes=changes,
            clock=clock,
            tokens=tokens,
            roster=roster,
            presence=presence,
            commands=Commands(serving=serving, offers=offers, roster=roster),
            settings=settings.agents.console,
            rescued=metrics.rescued,
        )
    )
    accounts = Accounts(database, passwords=passwords, clock=clock)
    logging_in = LoggingIn(accounts=accounts, tokens=tokens, rate_limit=rate_limit, settings=settings.agents.login)
    logins = Logins(
        LoginDeps(
            logging_in=logging_in,
            tokens=tokens,
            roster=roster,
            settings=settings.agents.login,
            address_of=address_of,
            ended=lambda holder: consoles.end_login(holder.login_id),
        )
    )

    care = Care(settings.routing)
    bot_turns = BotTurns(
        bot, database=database, shared_commit=shared, reader=reader, care=care, clock=clock, metrics=metrics
    )
    talk_end = TalkEnd(ratings=ratings, clock=clock, farewell=farewell)
    leaving = Leaving(database, log=log, offers=offers, ratings=ratings, talk_end=talk_end, clock=clock)
    front_desk = FrontDesk(
        database=database,
        shared_commit=shared,
        opening=opening,
        care=care,
        bot_turns=bot_turns,
        leaving=leaving,
        resuming=Resuming(database, log=log, clock=clock, settings=settings.routing),
        ratings=ratings,
        clock=clock,
    )
    web_chat = WebChat(
        WebChatDeps(
            front_desk=front_desk,
            tokens=ResidentTokens(database, clock=clock, days=settings.channels.web_chat.token_days),
            interactions=ResidentInteractions(database),
            reader=reader,
            changes=changes,
            presence=presence,
            places=Places(database, clock=clock, settings=settings.routing),
            seat_names=SeatNames(database),
            rate_limit=rate_limit,
            clock=clock,
            settings=settings.channels.web_chat,
            live=Live(),
            rescued=metrics.rescued,
        ),
        address_of=address_of,
    )
    upkeep = Upkeep(database, leaving, bot_turns, clock, metrics, settings.channels.web_chat)
    return House(
        settings=settings,
        clock=clock,
        database=database,
        redis=redis,
        metrics=metrics,
        shared_commit=shared,
        reader=reader,
        log=log,
        router=router,
        presence=presence,
        consoles=consoles,
        web_chat=web_chat,
        wakes=wakes,
        bot_turns=bot_turns,
        upkeep=upkeep,
        passwords=passwords,
        logins=logins,
        records=Records(database, reader=reader, clock=clock),
        codes=codes,
    )


def application(house: House) -> web.Application:
    """The HTTP application of a house; its background work runs while the application does."""
    app = web.Application(middlewares=[measured(house.metrics), errors_as_json()], client_max_size=MAX_BODY)
    app[HOUSE] = house
    app.add_routes([web.get("/chat/ws", house.web_chat.handle)])
    deps = agents_http.Deps(logins=house.logins, consoles=house.consoles, records=house.records, codes=house.codes)
    app.add_routes(agents_http.routes(deps))
    app.add_routes(Health(house.database, house.redis, house.metrics).routes())
    app.add_routes(pages.routes())
    app.cleanup_ctx.append(_working)
    app.on_shutdown.append(_send_away)
    return app


def address_of(request: web.Request) -> str:
    """The address a request came from. Proxies are believed only once a setting names them (deploy issue)."""
    return request.remote or "unknown"


def farewell(head: Head) -> str:
    """The last words of a service."""
    return phrases.farewell(head.number)


def _router(
    settings: Settings, database: Database, *, log: Log, offers: Offers, clock: Clock, metrics: Metrics
) -> Router:
    rounds = Rounds(database, log=log, clock=clock, settings=settings.routing)
    vanished = Vanished(database, log=log, offers=offers, clock=clock, settings=settings.routing)
    return Router(
        database,
        rounds=rounds,
        offers=offers,
        vanished=vanished,
        clock=clock,
        settings=settings.routing,
        rescued=metrics.rescued,
    )


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
    }
    tasks = [asyncio.create_task(work, name=name) for name, work in works.items()]
    for task in tasks:
        task.add_done_callback(_tell_end)
    house.router.wake()
    yield
    await _stop(house, tasks)


async def _stop(house: House, tasks: list[asyncio.Task[None]]) -> None:
    """Finishes what is under way, then lets go of everything."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_S):
            await house.bot_turns.drain()
            await house.shared_commit.drain()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    try:
        await house.presence.leave()
    except Exception as error:
        # The lease says it a few seconds later.
        _log.warning("presence.leave_failed", error=type(error).__name__)
    await house.redis.aclose()
    await house.database.close()


async def _send_away(app: web.Application) -> None:
    """Tells every socket to reconnect at once, with jitter, to whichever process comes next."""
    app[HOUSE].web_chat.restart()
    app[HOUSE].consoles.restart()


def _tell_end(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        _log.error("work.ended", work=task.get_name(), error=type(task.exception()).__name__)
