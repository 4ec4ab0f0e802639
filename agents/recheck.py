"""The rescue: every two seconds the rows of all seats here are compared with what their sockets show.

A difference is mended at once. It is counted only if no hint for it has come by the next comparison: a commit a
moment old is not a lost hint. In tests without faults the count stays zero.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import timedelta

import structlog

from agents.ports import Rescued
from agents.seat_stream import SeatStream
from agents.seat_view import read_views
from interactions.clock import Clock
from interactions.database import Database

_log = structlog.get_logger(__name__)


class Recheck:
    """Compares streams with rows: one set of statements for all of them."""

    def __init__(self, database: Database, *, clock: Clock, every_s: float, rescued: Rescued) -> None:
        self._database = database
        self._clock = clock
        self._every = timedelta(seconds=every_s)
        self._rescued = rescued

    async def run(self, streams: Collection[SeatStream]) -> None:
        """Compares `streams`, a collection that others add to and take from, until cancelled."""
        never = asyncio.Event()
        while True:
            await self._clock.wait(never, until=self._clock.now() + self._every)
            try:
                await self.compare(tuple(streams))
            except Exception as error:
                # The loop's edge: who no longer compares would not be missed by anybody.
                _log.warning("console.recheck_failed", error=type(error).__name__)

    async def compare(self, streams: Collection[SeatStream]) -> None:
        """One comparison."""
        if not streams:
            return
        async with self._database.read() as connection:
            views = await read_views(connection, {stream.seat_id for stream in streams})
        for stream in streams:
            self._count(stream)
            # One that is still busy with hints is behind for a reason of its own.
            if stream.settled and (found := stream.differences(views[stream.seat_id])):
                stream.unhinted = found
                stream.look()

    def _count(self, stream: SeatStream) -> None:
        for what, _ in stream.unhinted:
            self._rescued(what)
        stream.unhinted = set()
