"""The composition root: the only place that picks implementations and knows all rooms.

    settings + URLs + clock ─▶ ground ─▶ routing ─▶ agents ─▶ residents ─▶ House ─▶ application

One builder per floor, each given what the floors below it made. What a room needs from beside it is handed over here.
"""

from __future__ import annotations

from agents.open_list import OpenList
from agents.parting import Parting
from agents.ratings import Ratings
from agents.records import Records
from agents.seat_list import SeatList
from bots.ports import Bot
from bots.stand_in import StandIn
from hotline import phrases
from hotline.application import application
from hotline.house import HOUSE, House
from hotline.metrics import Metrics
from hotline.settings import Settings
from hotline.wiring.agents import Agents, agents_of, roster_deps
from hotline.wiring.bot import fit_once, load_bot
from hotline.wiring.ground import Ground, ground_of
from hotline.wiring.residents import residents_of
from hotline.wiring.routing import routing_of
from interactions.clock import Clock
from interactions.connections import Opened
from interactions.database import connect
from interactions.inbound import Inbound
from interactions.inbound_worker import InboundWorker
from interactions.outbox import Outbox
from interactions.outbox_worker import OutboxWorker
from interactions.sealing import KeyRing
from interactions.timed import timing

__all__ = ["HOUSE", "House", "application", "build", "fit_once", "load_bot"]


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
    ground = ground_of(settings, database=database, metrics=metrics, redis_url=redis_url, keys=keys, clock=clock)
    ratings = Ratings(database, log=ground.log, clock=clock, settings=settings.agents.serving)
    parting = Parting(ratings=ratings, clock=clock, settings=settings.agents.serving, moved=phrases.moved)
    routing = routing_of(ground, parting=parting)
    agents = agents_of(ground, routing, ratings=ratings, parting=parting)
    stand_in = bot if isinstance(bot, StandIn) else None
    if stand_in is not None:
        stand_in.on_stood_in(metrics.stood_in)
    residents = residents_of(ground, routing, agents, bot=bot)
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
        stand_in=stand_in,
        upkeep=residents.upkeep,
        outbox_worker=_outbox_worker(ground, agents),
        inbound_worker=_inbound_worker(ground),
        passwords=agents.passwords,
        logins=agents.logins,
        records=Records(ground.database, reader=ground.reader, clock=clock),
        open_list=OpenList(ground.database, clock=clock, settings=settings.agents.supervisor, routing=settings.routing),
        seats=SeatList(ground.database, clock=clock, settings=settings.routing),
        codes=agents.codes,
        coverage=residents.upkeep.coverage,
        roster=roster_deps(ground, agents, residents.upkeep.coverage.staffing),
    )


def _outbox_worker(ground: Ground, agents: Agents) -> OutboxWorker:
    """Web chat and console resume by cursor and send nothing; WeChat and phone bring their couriers."""
    outbox = Outbox(ground.database, log=ground.log, clock=ground.clock)
    worker = OutboxWorker(outbox, couriers={}, clock=ground.clock, process_id=agents.presence.process_id)
    ground.database.listen(worker.listen)
    return worker


def _inbound_worker(ground: Ground) -> InboundWorker:
    """Web chat stores its turns at once; WeChat and phone bring their handlers."""
    return InboundWorker(
        Inbound(ground.database, keys=ground.keys, clock=ground.clock), handlers={}, clock=ground.clock
    )
