"""Floor 1: the log on its database, and what carries the news of a commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from redis.asyncio import Redis

from agents.ports import RateLimit
from hotline.metrics import Metrics
from hotline.redis_rate_limit import RedisRateLimit
from hotline.redis_wakes import RedisWakes
from hotline.settings import Settings
from interactions.changes import Changes
from interactions.clock import Clock
from interactions.database import Database
from interactions.log import Log
from interactions.opening import Opening
from interactions.reading import LogReader
from interactions.sealing import KeyRing
from interactions.shared_commit import SharedCommit


@dataclass(frozen=True, slots=True)
class Ground:
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


def ground_of(
    settings: Settings, *, database: Database, metrics: Metrics, redis_url: str, keys: KeyRing, clock: Clock
) -> Ground:
    """The log on its database, and what carries the news of a commit: to this process, and outward over Redis."""
    changes = Changes()
    database.listen(changes.committed)
    database.on_silence(metrics.silences.inc)
    redis = Redis.from_url(redis_url)
    wakes = RedisWakes(redis, changes=changes, metrics=metrics)
    changes.on_outward(wakes.publish)
    log = Log(clock=clock, keys=keys)
    return Ground(
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
