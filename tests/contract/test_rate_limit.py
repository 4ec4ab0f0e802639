"""What every `RateLimit` owes: one suite, every implementation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from agents.pace import Rate
from agents.ports import RateLimit
from agents.rate_limit import ProcessRateLimit
from hotline.redis_rate_limit import RedisRateLimit
from interactions.clock import ManualClock

FIVE_A_MINUTE = Rate(count=5, per_s=60.0)


NOWHERE = "unix:///nowhere/redis.sock"


@pytest.fixture(params=["process", "redis", "redis_down"])
async def limit(request: pytest.FixtureRequest, clock: ManualClock) -> AsyncIterator[RateLimit]:
    """The limit under test; with Redis down it is as strict as that of one process."""
    if request.param == "process":
        yield ProcessRateLimit(clock=clock)
        return
    url = request.getfixturevalue("redis_url") if request.param == "redis" else NOWHERE
    redis = Redis.from_url(url)
    yield RedisRateLimit(redis, clock=clock)
    await redis.aclose()


@pytest.fixture
def key() -> str:
    """A key of this test's own: Redis outlives it."""
    return uuid4().hex


async def test_the_count_may_come_at_once_and_the_next_is_told_how_long_to_wait(limit: RateLimit, key: str) -> None:
    assert [await limit.take(key, rate=FIVE_A_MINUTE) for _ in range(5)] == [0.0] * 5
    assert await limit.take(key, rate=FIVE_A_MINUTE) == pytest.approx(12.0, abs=2.0)


async def test_waiting_as_long_as_told_is_enough(clock: ManualClock, key: str) -> None:
    limit = ProcessRateLimit(clock=clock)  # the one whose clock a test can move
    for _ in range(5):
        await limit.take(key, rate=FIVE_A_MINUTE)
    clock.advance(timedelta(seconds=await limit.take(key, rate=FIVE_A_MINUTE)))
    assert await limit.take(key, rate=FIVE_A_MINUTE) == 0.0
    assert await limit.take(key, rate=FIVE_A_MINUTE) > 0.0


async def test_refused_tries_use_up_nothing(limit: RateLimit, key: str) -> None:
    for _ in range(5):
        await limit.take(key, rate=FIVE_A_MINUTE)
    waits = [await limit.take(key, rate=FIVE_A_MINUTE) for _ in range(50)]
    assert max(waits) == pytest.approx(12.0, abs=2.0)


async def test_keys_do_not_know_one_another(limit: RateLimit, key: str) -> None:
    for _ in range(6):
        await limit.take(key, rate=FIVE_A_MINUTE)
    assert await limit.take(f"{key}-other", rate=FIVE_A_MINUTE) == 0.0


async def test_a_forgiven_try_may_be_made_again_and_never_buys_more_than_the_count(limit: RateLimit, key: str) -> None:
    for _ in range(20):
        await limit.take(key, rate=FIVE_A_MINUTE)
        await limit.forgive(key, rate=FIVE_A_MINUTE)
    assert sum([await limit.take(key, rate=FIVE_A_MINUTE) == 0.0 for _ in range(20)]) == 5


async def test_parallel_tries_are_counted_one_by_one(limit: RateLimit, key: str) -> None:
    waits = await asyncio.gather(*(limit.take(key, rate=FIVE_A_MINUTE) for _ in range(20)))
    assert sum(wait == 0.0 for wait in waits) == 5
