"""Wake-ups between processes over Redis pub/sub: small, coalesced, and never anything but hints.

    commits here ─▶ pending ─▶ one PUBLISH for all that gathered ══▶ the others' subscription ─▶ Changes.deliver

While Redis is down, what would have been published is dropped and counted; the others' re-checks find it in the
rows. When the subscription comes back, everybody here looks again once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from hotline.metrics import Metrics
from interactions.changes import Change, Changes, Typed
from interactions.model import By

_log = structlog.get_logger(__name__)
CHANNEL = "hotline:changes"
ANSWER_S = 2.0
RETRY_S = 0.5
# How long a wait for the next message lasts before it looks up.
LOOK_UP_S = 1.0
MOST_PENDING = 5_000


class RedisWakes:
    """Publishes this process's changes and delivers those of the others."""

    def __init__(self, redis: Redis, *, changes: Changes, metrics: Metrics) -> None:
        self._redis = redis
        self._changes = changes
        self._metrics = metrics
        self._origin = uuid4().hex
        self._pending: list[Change] = []
        self._wake_router = False
        self._something = asyncio.Event()

    def publish(self, changes: tuple[Change, ...], wake_router: bool) -> None:
        """Takes what this process changed; returns at once, never raises."""
        room = MOST_PENDING - len(self._pending)
        self._pending += changes[:room]
        self._metrics.wakes_dropped.inc(max(0, len(changes) - room))
        self._wake_router |= wake_router
        self._something.set()

    async def run(self) -> None:
        """Publishes and listens until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._publish_all())
            group.create_task(self._listen_always())

    async def _publish_all(self) -> None:
        while True:
            await self._something.wait()
            self._something.clear()
            pending, wake_router = self._pending, self._wake_router
            self._pending, self._wake_router = [], False
            await self._send(pending, wake_router)
            _pass_on_cancellation()

    async def _send(self, pending: list[Change], wake_router: bool) -> None:
        message = {"from": self._origin, "wake": wake_router, "changes": [_packed(change) for change in pending]}
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._redis.publish(CHANNEL, orjson.dumps(message))
        except (RedisError, OSError, TimeoutError):
            _pass_on_cancellation()
            self._metrics.wakes_dropped.inc(max(1, len(pending)))

    async def _listen_always(self) -> None:
        while True:
            try:
                await self._listen()
            except Exception as error:
                # The loop's edge: Redis is away, or somebody of another version says what we do not understand.
                _pass_on_cancellation()
                _log.warning("wakes.lost", error=type(error).__name__)
            await asyncio.sleep(RETRY_S)

    async def _listen(self) -> None:
        async with self._redis.pubsub(ignore_subscribe_messages=True) as subscription:
            await subscription.subscribe(CHANNEL)
            _pass_on_cancellation()
            # Whatever was published before we listened is in the rows.
            self._changes.deliver((), wake_router=True)
            while True:
                # Bounded, not `listen()`: a cancellation swallowed while connecting would leave that waiting for ever.
                message = await subscription.get_message(timeout=LOOK_UP_S)
                _pass_on_cancellation()
                if message is not None:
                    self._deliver(orjson.loads(message["data"]))

    def _deliver(self, message: Mapping[str, Any]) -> None:
        if message["from"] == self._origin:
            return
        changes = tuple(_unpacked(packed) for packed in message["changes"])
        self._changes.deliver(changes, wake_router=message["wake"])


def _pass_on_cancellation() -> None:
    """Goes on being cancelled: the client library may swallow one in mid-reply, or make an error of it."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _packed(change: Change) -> list[Any]:
    return [
        str(change.interaction_id) if change.interaction_id else None,
        change.last_seq,
        str(change.resident_id) if change.resident_id else None,
        [str(seat) for seat in change.seats],
        [change.typed.by.value, change.typed.on] if change.typed else None,
    ]


def _unpacked(packed: list[Any]) -> Change:
    interaction_id, last_seq, resident_id, seats, typed = packed
    return Change(
        UUID(interaction_id) if interaction_id else None,
        int(last_seq),
        UUID(resident_id) if resident_id else None,
        frozenset(UUID(seat) for seat in seats),
        typed=Typed(By(typed[0]), bool(typed[1])) if typed else None,
    )
