"""The composition root: the only place that picks implementations and knows all rooms.

    settings + URLs + clock ─▶ ground ─▶ routing ─▶ agents ─▶ residents ─▶ House ─▶ application

One builder per floor, each given what the floors below it made. What a room needs from beside it is handed over here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from aiohttp import web
from redis.asyncio import Redis

from agents.accounts import Accounts
from agents.attempts import Attempts
from agents.calendar import DayKind, load_calendars
from agents.codes import Codes
from agents.commands import Commands
from agents.console import ConsoleDeps, Consoles
from agents.desks import Desks
from agents.handing_back import HandingBack
from agents.logging_in import LoggingIn
from agents.login import LoginDeps, Logins
from agents.named_seat import NamedSeats
from agents.open_list import OpenList
from agents.overdue import Overdue
from agents.parties import Naming
from agents.parting import Parting
from agents.passwords import Passwords
from agents.ports import RateLimit
from agents.presence import Presence
from agents.ratings import Ratings
from agents.records import Records
from agents.roster import Roster
from agents.roster_http import RosterDeps
from agents.seat_list import SeatList
from agents.serving import Serving
from agents.sheet_rows import Sheets
from agents.shift_changes import ShiftChanges
from agents.signing_out import SigningOut
from agents.staffing import Staffing
from agents.supervising import Supervising
from agents.talk_end import TalkEnd
from agents.tokens import Tokens
from agents.transferring import Transferring
from bots.faq import load_entries
from bots.kept_curve import KeptCurve
from bots.ports import Bot
from bots.retrieval import RetrievalBot
from hotline import phrases
from hotline.absences import Absences
from hotline.application import application
from hotline.bot_turns import BotTurns
from hotline.callback_offers import CallbackOffers
from hotline.care import Care
from hotline.channels.web.deps import Live, WebChatDeps
from hotline.channels.web.gateway import WebChat
from hotline.channels.web.tokens import ResidentTokens
from hotline.coverage_watch import CoverageWatch
from hotline.front_desk import FrontDesk
from hotline.house import HOUSE, House
from hotline.last_seat import LastSeat
from hotline.leaving import Leaving
from hotline.metrics import Metrics
from hotline.redis_rate_limit import RedisRateLimit
from hotline.redis_wakes import RedisWakes
from hotline.residents import ResidentInteractions
from hotline.resuming import Resuming
from hotline.seat_names import SeatNames
from hotline.settings import Settings
from hotline.upkeep import Upkeep
from hotline.windows import Limits
from hotline.wishes import Promising
from hotline.work_items import WorkItems
from hotline.work_phrases import Words
from interactions.changes import Changes
from interactions.clock import Clock
from interactions.connections import Opened
from interactions.database import Database, connect
from interactions.head import Head
from interactions.inbound import Inbound
from interactions.inbound_worker import InboundWorker
from interactions.log import Log
from interactions.opening import Opening
from interactions.outbox import Outbox
from interactions.outbox_worker import OutboxWorker
from interactions.reading import LogReader
from interactions.sealing import KeyRing
from interactions.shared_commit import SharedCommit
from interactions.stuck import Stuck
from interactions.timed import timing
from routing.due_work import DueWork
from routing.moving import Moving
from routing.offers import Offers
from routing.places import Places
from routing.round import Rounds
from routing.router import Router
from routing.vanished import Vanished

__all__ = ["HOUSE", "House", "address_of", "application", "build", "codes_of", "farewell", "load_bot"]


def load_bot(settings: Settings, *, kept_in: Path | None = None) -> Bot:
    """The bot the settings ask for, with its content; raises `ContentUnusable` naming every problem.

    In the folder `kept_in` lies what was fitted at an earlier start.
    """
    entries = load_entries(settings.bots.content)
    if kept_in is None:
        return RetrievalBot(entries, settings=settings.bots)
    kept = KeptCurve(kept_in, content=settings.bots.content)
    bot = RetrievalBot(entries, settings=settings.bots, curve=kept.read())
    kept.write(bot.curve)
    return bot


def codes_of(settings: Settings) -> Codes:
    """The city's code lists."""
    city = settings.city
    return Codes(city.matters, city.districts, city.request_kinds, city.caller_groups, city.channels)


def build(
    settings: Settings,
    *,
    database_url: str,
    redis_url: str,
    keys: KeyRing,
    clock: Clock,
    bot: Bot,
    opened: Opened | None = None,
) -> House:
    """Everything, wired; nothing is running yet. Call it inside the loop that will run it.

    `opened` makes the database's connections: timed ones, or in tests such as meet faults.
    """
    metrics = Metrics()
    database = connect(database_url, settings=settings.interactions.database, opened=opened or timing(metrics.spent))
    ground = _ground(settings, database=database, metrics=metrics, redis_url=redis_url, keys=keys, clock=clock)
    ratings = Ratings(database, log=ground.log, clock=clock, settings=settings.agents.serving)
    parting = Parting(ratings=ratings, clock=clock, settings=settings.agents.serving, moved=phrases.moved)
    routing = _routing(ground, parting=parting)
    agents = _agents(ground, routing, ratings=ratings, parting=parting)
    residents = _residents(ground, routing, agents, bot=bot)
    return House(
        settings=settings,
        clock=clock,
        database=ground.database,
        redis=ground.redis,
        metrics=ground.metrics,
        shared_commit=ground.shared_commit,
        reader=ground.reader,
        log=ground.log,
        router=routing.router,
        presence=agents.presence,
        consoles=agents.consoles,
        web_chat=residents.web_chat,
        wakes=ground.wakes,
        bot_turns=residents.bot_turns,
        upkeep=residents.upkeep,
        outbox_worker=_outbox_worker(ground, agents),
        inbound_worker=_inbound_worker(ground),
        passwords=agents.passwords,
        logins=agents.logins,
        records=Records(ground.database, reader=ground.reader, clock=clock),
        open_list=OpenList(ground.database, clock=clock, settings=settings.agents.supervisor),
        seats=SeatList(ground.database, clock=clock, settings=settings.routing),
        codes=agents.codes,
        coverage=residents.upkeep.coverage,
        roster=_roster_deps(ground, agents, residents.upkeep.coverage.staffing),
    )


def address_of(request: web.Request) -> str:
    """The address a request came from. Proxies are believed only once a setting names them (deploy issue)."""
    return request.remote or "unknown"


def farewell(head: Head) -> str:
    """The last words of a service."""
    return phrases.farewell(head.number)


@dataclass(frozen=True, slots=True)
class _Ground:
    """What everything above stands on."""

    settings: Settings
    clock: Clock
    keys: KeyRing
    database: Database
    redis: Redis
    metrics: Metrics
    changes: Changes
    wakes: RedisWakes
    rate_limit: RateLimit
    log: Log
    reader: LogReader
    shared_commit: SharedCommit
    opening: Opening


def _ground(
    settings: Settings, *, database: Database, metrics: Metrics, redis_url: str, keys: KeyRing, clock: Clock
) -> _Ground:
    """The log on its database, and what carries the news of a commit: to this process, and outward over Redis."""
    changes = Changes()
    database.listen(changes.committed)
    database.on_silence(metrics.silences.inc)
    redis = Redis.from_url(redis_url)
    wakes = RedisWakes(redis, changes=changes, metrics=metrics)
    changes.on_outward(wakes.publish)
    log = Log(clock=clock, keys=keys)
    return _Ground(
        settings=settings,
        clock=clock,
        keys=keys,
        database=database,
        redis=redis,
        metrics=metrics,
        changes=changes,
        wakes=wakes,
        rate_limit=RedisRateLimit(redis, clock=clock),
        log=log,
        reader=LogReader(database, log=log),
        shared_commit=SharedCommit(database, log=log, settings=settings.interactions.shared_commit),
        opening=Opening(
            database,
            log=log,
            keys=keys,
            clock=clock,
            timezone=ZoneInfo(settings.city.timezone),
            redial_window=timedelta(seconds=settings.routing.redial_window_s),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Routing:
    """Who gets whom."""

    offers: Offers
    router: Router
    places: Places


def _routing(ground: _Ground, *, parting: Parting) -> _Routing:
    """The router, woken by every commit that may free somebody."""
    database, log, clock, settings = ground.database, ground.log, ground.clock, ground.settings.routing
    offers = Offers(database, log=log, clock=clock, settings=settings, parting=parting)
    router = Router(
        database,
        rounds=Rounds(database, log=log, clock=clock, settings=settings),
        offers=offers,
        due_work=DueWork(database, log=log, clock=clock),
        vanished=Vanished(database, log=log, offers=offers, clock=clock, settings=settings),
        moving=Moving(database, log=log, clock=clock, settings=settings),
        clock=clock,
        settings=settings,
        rescued=ground.metrics.rescued,
    )
    ground.changes.on_router_wake(router.wake)
    return _Routing(offers, router, Places(database, clock=clock, settings=settings))


@dataclass(frozen=True, slots=True)
class _Agents:
    """Seats as people use them."""

    presence: Presence
    ratings: Ratings
    passwords: Passwords
    consoles: Consoles
    logins: Logins
    codes: Codes
    signing_out: SigningOut


def _agents(ground: _Ground, routing: _Routing, *, ratings: Ratings, parting: Parting) -> _Agents:
    """Consoles and logins over the same tokens, roster and presence."""
    database, clock, settings = ground.database, ground.clock, ground.settings.agents
    presence = Presence(database, clock=clock, settings=settings.presence)
    tokens = Tokens(database, clock=clock, settings=settings.login)
    roster = Roster(database, clock=clock, settings=settings.roster, timezone=ZoneInfo(ground.settings.city.timezone))
    codes = codes_of(ground.settings)
    serving = _serving(ground, ratings=ratings, codes=codes)
    handing_back = HandingBack(
        database,
        log=ground.log,
        clock=clock,
        serving=settings.serving,
        routing=ground.settings.routing,
        told=phrases.HANDED_BACK,
    )
    signing_out = SigningOut(database, handing_back=handing_back, offers=routing.offers, clock=clock)
    transferring = Transferring(database, log=ground.log, codes=codes, clock=clock, settings=ground.settings.routing)
    consoles = Consoles(
        ConsoleDeps(
            database=database,
            reader=ground.reader,
            changes=ground.changes,
            clock=clock,
            tokens=tokens,
            roster=roster,
            presence=presence,
            commands=Commands(
                serving=serving,
                attempts=_attempts(ground),
                transferring=transferring,
                naming=Naming(database, log=ground.log),
                supervising=_supervising(ground, parting),
                offers=routing.offers,
                roster=roster,
                handing_back=handing_back,
                signing_out=signing_out,
            ),
            desks=Desks(database, clock=clock),
            settings=settings.console,
            rescued=ground.metrics.rescued,
        )
    )
    passwords = Passwords(settings.password)
    logins = _logins(ground, tokens=tokens, roster=roster, passwords=passwords, consoles=consoles)
    return _Agents(presence, ratings, passwords, consoles, logins, codes, signing_out)


def _attempts(ground: _Ground) -> Attempts:
    """Tries to reach somebody, told in the city's time."""
    words = Words(ZoneInfo(ground.settings.city.timezone))
    settings = ground.settings.routing
    return Attempts(ground.database, log=ground.log, clock=ground.clock, settings=settings, words=words)


def _supervising(ground: _Ground, parting: Parting) -> Supervising:
    clock, settings = ground.clock, ground.settings
    return Supervising(
        ground.database,
        log=ground.log,
        clock=clock,
        seats=NamedSeats(clock=clock, settings=settings.routing),
        parting=parting,
        settings=settings.agents.supervisor,
        farewell=farewell,
    )


def _serving(ground: _Ground, *, ratings: Ratings, codes: Codes) -> Serving:
    return Serving(
        ground.database,
        log=ground.log,
        ratings=ratings,
        codes=codes,
        clock=ground.clock,
        settings=ground.settings.agents.serving,
        farewell=farewell,
    )


def _logins(ground: _Ground, *, tokens: Tokens, roster: Roster, passwords: Passwords, consoles: Consoles) -> Logins:
    """Logins whose end closes the consoles opened with them."""
    settings = ground.settings.agents.login
    accounts = Accounts(ground.database, passwords=passwords, clock=ground.clock)
    logging_in = LoggingIn(accounts=accounts, tokens=tokens, rate_limit=ground.rate_limit, settings=settings)
    return Logins(
        LoginDeps(
            logging_in=logging_in,
            tokens=tokens,
            roster=roster,
            settings=settings,
            address_of=address_of,
            ended=lambda holder: consoles.end_login(holder.login_id),
            secure_cookie=ground.settings.environment == "production",
        )
    )


@dataclass(frozen=True, slots=True)
class _Residents:
    """Residents' side: the bot's turns, their channels, and what time alone brings about."""

    bot_turns: BotTurns
    web_chat: WebChat
    upkeep: Upkeep


def _residents(ground: _Ground, routing: _Routing, agents: _Agents, *, bot: Bot) -> _Residents:
    """One front desk behind every channel."""
    database, log, clock = ground.database, ground.log, ground.clock
    care = Care(ground.settings.routing)
    bot_turns = BotTurns(
        bot,
        database=database,
        shared_commit=ground.shared_commit,
        reader=ground.reader,
        care=care,
        clock=clock,
        metrics=ground.metrics,
        process_id=agents.presence.process_id,
    )
    talk_end = TalkEnd(log=log, ratings=agents.ratings, clock=clock, farewell=farewell)
    leaving = Leaving(database, log=log, offers=routing.offers, ratings=agents.ratings, talk_end=talk_end, clock=clock)
    front_desk = FrontDesk(
        database=database,
        shared_commit=ground.shared_commit,
        opening=ground.opening,
        care=care,
        bot_turns=bot_turns,
        leaving=leaving,
        work_items=_work_items(ground, routing, care=care),
        resuming=Resuming(database, log=log, clock=clock, settings=ground.settings.routing),
        ratings=agents.ratings,
        clock=clock,
    )
    web_chat = _web_chat(ground, routing, agents, front_desk=front_desk)
    upkeep = Upkeep(
        database=database,
        leaving=leaving,
        absences=Absences(database, clock=clock, absent_s=ground.settings.channels.web_chat.absent_s),
        bot_turns=bot_turns,
        clock=clock,
        metrics=ground.metrics,
        settings=ground.settings.channels.web_chat,
        heads_folder=ground.settings.data_folder / "heads",
        timezone=ZoneInfo(ground.settings.city.timezone),
        stuck=Stuck(database, clock=clock),
        keep=ground.settings.interactions.keep,
        coverage=CoverageWatch(_staffing(ground), clock=clock, metrics=ground.metrics),
        overdue=Overdue(database, log=log, clock=clock, settings=ground.settings.agents.roster),
        last_seat=LastSeat(
            database, _callback_offers(ground, routing), clock, ground.metrics, ground.settings.routing.grace_s
        ),
    )
    return _Residents(bot_turns, web_chat, upkeep)


def _roster_deps(ground: _Ground, agents: _Agents, staffing: Staffing) -> RosterDeps:
    """What supervisors keep the roster with."""
    database, clock = ground.database, ground.clock
    return RosterDeps(
        database=database,
        logins=agents.logins,
        changes=ShiftChanges(database, clock=clock),
        staffing=staffing,
        sheets=Sheets(database, clock=clock, timezone=ZoneInfo(ground.settings.city.timezone)),
        signing_out=agents.signing_out,
        licence=ground.settings.agents.roster.licence,
        timezone=ground.settings.city.timezone,
        clock=clock,
    )


def _staffing(ground: _Ground) -> Staffing:
    settings = ground.settings.agents.roster
    return Staffing(
        ground.database,
        clock=ground.clock,
        policy=settings.coverage,
        licence=settings.licence,
        calendar=load_calendars(settings.calendars),
        timezone=ZoneInfo(ground.settings.city.timezone),
    )


def _callback_offers(ground: _Ground, routing: _Routing) -> CallbackOffers:
    return CallbackOffers(
        ground.database,
        shared_commit=ground.shared_commit,
        places=routing.places,
        settings=ground.settings.routing.callback,
    )


def _window_limits(settings: Settings) -> Limits:
    """When a callback may be asked for."""
    callback = settings.routing.callback
    return Limits(timedelta(days=callback.horizon_days), timedelta(seconds=callback.shortest_window_s))


def _work_items(ground: _Ground, routing: _Routing, *, care: Care) -> WorkItems:
    """Promises in the city's time."""
    zone, settings = ZoneInfo(ground.settings.city.timezone), ground.settings.routing
    calendar = load_calendars(ground.settings.agents.roster.calendars)
    return WorkItems(
        ground.database,
        log=ground.log,
        opening=ground.opening,
        offers=routing.offers,
        promising=Promising(care, settings, zone, Words(zone), works=lambda day: calendar.kind(day) is DayKind.WORKDAY),
        clock=ground.clock,
    )


def _web_chat(ground: _Ground, routing: _Routing, agents: _Agents, *, front_desk: FrontDesk) -> WebChat:
    settings = ground.settings.channels.web_chat
    return WebChat(
        WebChatDeps(
            front_desk=front_desk,
            tokens=ResidentTokens(ground.database, clock=ground.clock, days=settings.token_days),
            interactions=ResidentInteractions(ground.database),
            reader=ground.reader,
            changes=ground.changes,
            presence=agents.presence,
            places=routing.places,
            callback_offers=_callback_offers(ground, routing),
            seat_names=SeatNames(ground.database),
            rate_limit=ground.rate_limit,
            clock=ground.clock,
            settings=settings,
            zone=ZoneInfo(ground.settings.city.timezone),
            window_limits=_window_limits(ground.settings),
            rating_window=timedelta(seconds=ground.settings.agents.serving.rating_window_s),
            live=Live(),
            rescued=ground.metrics.rescued,
        ),
        address_of=address_of,
    )


def _outbox_worker(ground: _Ground, agents: _Agents) -> OutboxWorker:
    """Web chat and console resume by cursor and send nothing; WeChat and phone bring their couriers."""
    outbox = Outbox(ground.database, log=ground.log, clock=ground.clock)
    worker = OutboxWorker(outbox, couriers={}, clock=ground.clock, process_id=agents.presence.process_id)
    ground.database.listen(worker.listen)
    return worker


def _inbound_worker(ground: _Ground) -> InboundWorker:
    """Web chat stores its turns at once; WeChat and phone bring their handlers."""
    return InboundWorker(
        Inbound(ground.database, keys=ground.keys, clock=ground.clock), handlers={}, clock=ground.clock
    )
