"""Frames on their way to one socket: in order, never more than a few hundred, never for longer than a slow reader may.

put ─▶ queue (bounded) ─▶ run ─▶ the socket
 └ full for `slow_s` ─┴─ not taken for `slow_s` ─▶ CloseSocket(4408)
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import orjson

from agents.closing import CloseCode, CloseSocket


class Sending:
    """The way out of one socket; whoever puts waits while the reader at the other end is slow."""

    def __init__(self, *, most: int, slow_s: float) -> None:
        self._queue: asyncio.Queue[str] = asyncio.Queue(most)
        self._slow_s = slow_s
        self._stopped = False

    def stop(self) -> None:
        """From now on frames are dropped, those queued, too: there is nobody to read them."""
        self._stopped = True
        while not self._queue.empty():
            self._queue.get_nowait()

    async def put(self, frame: Mapping[str, Any]) -> None:
        """Queues `frame`; raises `CloseSocket` where the reader took nothing for too long."""
        if self._stopped:
            return
        async with _at_most(self._slow_s):
            await self._queue.put(orjson.dumps(frame).decode())

    async def run(self, send: Callable[[str], Awaitable[None]]) -> None:
        """Hands frames to `send`, one after the other, until cancelled or the other end is gone."""
        try:
            while True:
                text = await self._queue.get()
                async with _at_most(self._slow_s):
                    await send(text)
        except ConnectionError:
            # The reading side notices, too, and ends the socket in order; nothing under way is broken off.
            self.stop()


@asynccontextmanager
async def _at_most(seconds: float) -> AsyncIterator[None]:
    """Runs its body for so many seconds of the wire's time, else closes the socket as too slow."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise CloseSocket(CloseCode.TOO_SLOW) from None
