"""The house as a value: every service of one process, built, nothing running."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web
from redis.asyncio import Redis

from agents.codes import Codes
from agents.console import Consoles
from agents.login import Logins
from agents.open_list import OpenList
from agents.passwords import Passwords
from agents.presence import Presence
from agents.records import Records
from agents.roster_http import RosterDeps
from agents.seat_list import SeatList
from bots.stand_in import StandIn
from hotline.bot_turns import BotTurns
from hotline.channels.web.gateway import WebChat
from hotline.coverage_watch import CoverageWatch
from hotline.metrics import Metrics
from hotline.redis_wakes import RedisWakes
from hotline.settings import Settings
from hotline.upkeep import Upkeep
from interactions.clock import Clock
from interactions.database import Database
from interactions.inbound_worker import InboundWorker
from interactions.log import Log
from interactions.outbox_worker import OutboxWorker
from interactions.reading import LogReader
from interactions.shared_commit import SharedCommit
from routing.router import Router


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
    stand_in: StandIn | None
    upkeep: Upkeep
    outbox_worker: OutboxWorker
    inbound_worker: InboundWorker
    passwords: Passwords
    logins: Logins
    records: Records
    seats: SeatList
    open_list: OpenList
    codes: Codes
    coverage: CoverageWatch
    roster: RosterDeps


HOUSE = web.AppKey("house", House)
