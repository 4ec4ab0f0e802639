"""A pace per key over all processes: the generic cell rate algorithm as one script in Redis, time from Redis.

While Redis is down each process keeps the pace for itself: the limit is looser by the number of processes, and
nobody is locked out.
"""

from __future__ import annotations

import asyncio

from redis.asyncio import Redis
from redis.exceptions import RedisError

from agents.pace import Rate
from agents.rate_limit import ProcessRateLimit
from interactions.clock import Clock

ANSWER_S = 0.5
_TAKE = """
local t = redis.call('TIME')
local now = t[1] + t[2] / 1000000
local used = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now) + ARGV[1]
local over = used - now - ARGV[2]
if over > 0.000001 then return tostring(over) end
redis.call('SET', KEYS[1], string.format('%.6f', used), 'PX', math.ceil((used - now) * 1000) + 1)
return '0'
"""
_FORGIVE = """
local used = redis.call('GET', KEYS[1])
if used then redis.call('SET', KEYS[1], string.format('%.6f', used - ARGV[1]), 'KEEPTTL') end
return 1
"""


class RedisRateLimit:
    """Implements `RateLimit` for all processes on one Redis."""

    def __init__(self, redis: Redis, *, clock: Clock) -> None:
        self._redis = redis
        self._alone = ProcessRateLimit(clock=clock)

    async def take(self, key: str, *, rate: Rate) -> float:
        """0.0 where one more try is allowed (and counted), else the seconds until the next may be."""
        try:
            async with asyncio.timeout(ANSWER_S):
                over = await self._redis.eval(_TAKE, 1, _named(key), _interval_s(rate), rate.per_s)
            return float(over)
        except (RedisError, OSError, TimeoutError):
            return await self._alone.take(key, rate=rate)

    async def forgive(self, key: str, *, rate: Rate) -> None:
        """Gives a try back."""
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._redis.eval(_FORGIVE, 1, _named(key), _interval_s(rate))
        except (RedisError, OSError, TimeoutError):
            await self._alone.forgive(key, rate=rate)


def _named(key: str) -> str:
    return f"hotline:pace:{key}"


def _interval_s(rate: Rate) -> float:
    return rate.interval.total_seconds()
