"""Symptom: a process stopped moments after its start hung for ever, waiting for its subscription to Redis.

The client library swallowed the cancellation while it connected; the wake-ups' task then waited for messages as if
nobody had asked it to end.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Self, cast

from redis.asyncio import Redis

from hotline.metrics import Metrics
from hotline.redis_wakes import RedisWakes
from interactions.changes import Changes


class SwallowingSubscription:
    """A subscription that loses the cancellation arriving in one of its calls, as the client library may."""

    def __init__(self, *, swallows_in: str) -> None:
        self._swallows_in = swallows_in
        self.waiting = asyncio.Event()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return

    async def subscribe(self, _: str) -> None:
        """Subscribes."""
        await self._perhaps_swallow("subscribe")

    async def get_message(self, *, timeout: float) -> None:  # noqa: ASYNC109 - the library's own name
        """No message, ever."""
        await self._perhaps_swallow("get_message")

    async def _perhaps_swallow(self, where: str) -> None:
        if where == self._swallows_in and not self.waiting.is_set():
            self.waiting.set()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
        await asyncio.sleep(0)


class RedisOf:
    """A Redis whose only subscription is the given one."""

    def __init__(self, subscription: SwallowingSubscription) -> None:
        self._subscription = subscription

    def pubsub(self, **_: object) -> SwallowingSubscription:
        """The subscription."""
        return self._subscription


async def test_a_swallowed_cancellation_still_ends_the_wakes() -> None:
    for where in ("subscribe", "get_message"):
        subscription = SwallowingSubscription(swallows_in=where)
        wakes = RedisWakes(cast("Redis", RedisOf(subscription)), changes=Changes(), metrics=Metrics())
        running = asyncio.ensure_future(wakes.run())
        await subscription.waiting.wait()

        running.cancel()
        _, pending = await asyncio.wait({running}, timeout=5)

        assert not pending, where
        assert running.cancelled()
