"""Whether the page behind a socket still runs. A browser answers pings for a tab that it froze, too.

    beat ─▶ page ─▶ any frame within `every_s` ─▶ the next beat
                └─▶ nothing ─────────────────────▶ 4408: the connection ends, and after the grace so does the seat

Only for pages that say in their hello that they answer; others are believed as long as their socket lives.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from agents.closing import CloseCode, CloseSocket
from agents.showing import Shown
from interactions.clock import Clock

BEAT: Shown = {"type": "beat"}


class Beats:
    """The beats of one socket."""

    def __init__(self, put: Callable[[Shown], Awaitable[None]], *, clock: Clock, every_s: float) -> None:
        self._put = put
        self._clock = clock
        self._every = timedelta(seconds=every_s)
        self._heard = True
        self._stopped = asyncio.Event()

    def heard(self) -> None:
        """The page sent a frame."""
        self._heard = True

    def stop(self) -> None:
        """Ends `run`."""
        self._stopped.set()

    async def run(self) -> None:
        """Asks until stopped; raises `CloseSocket` once the page does not answer."""
        while self._heard:
            self._heard = False
            await self._put(BEAT)
            if await self._clock.wait(self._stopped, until=self._clock.now() + self._every):
                return
        raise CloseSocket(CloseCode.TOO_SLOW)
