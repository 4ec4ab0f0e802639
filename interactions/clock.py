"""Time as a value that is handed in. Business time is database time; tests move a clock of their own."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """The only source of time in the house."""

    def now(self) -> datetime:
        """The time now, UTC, aware."""

    async def wait(self, event: asyncio.Event, *, until: datetime | None) -> bool:
        """Waits for `event` or for the time `until`; True if the event is set."""


class SystemClock:
    """The machine's monotonic clock, set to a sampled database time.

    Machines in one city disagree by minutes; PostgreSQL's clock is the one they share. Between samples the
    monotonic clock carries on, so that a step of the machine's own clock does not move a lease.
    """

    def __init__(self) -> None:
        self._epoch = time.time() - time.monotonic()

    def now(self) -> datetime:
        """The sampled database time, carried on; the machine's time before the first sample."""
        return datetime.fromtimestamp(self._epoch + time.monotonic(), UTC)

    def sample(self, *, database_now: datetime, asked_at: float, answered_at: float) -> None:
        """Sets the clock to `database_now`, taken between two `time.monotonic()` readings."""
        self._epoch = database_now.timestamp() - (asked_at + answered_at) / 2

    def monotonic(self) -> float:
        """Seconds of the monotonic clock, for `sample`."""
        return time.monotonic()

    async def wait(self, event: asyncio.Event, *, until: datetime | None) -> bool:
        """Waits for `event` or for the time `until`."""
        if until is None:
            return await event.wait()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, (until - self.now()).total_seconds())):
                await event.wait()
        return event.is_set()


class ManualClock:
    """A clock that stands still until it is moved: for tests and for simulation."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
        self._waiters: set[tuple[datetime, asyncio.Event]] = set()

    def now(self) -> datetime:
        """The time it was last moved to."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Moves time forward and wakes every waiter whose time has come."""
        self._now += by
        for until, moved in self._waiters:
            if until <= self._now:
                moved.set()

    async def wait(self, event: asyncio.Event, *, until: datetime | None) -> bool:
        """Waits for `event` or until `advance` passes `until`."""
        if until is None:
            return await event.wait()
        if event.is_set() or until <= self._now:
            return event.is_set()
        with self._alarm(until) as moved:
            await _first_of(event, moved)
        return event.is_set()

    @contextlib.contextmanager
    def _alarm(self, until: datetime) -> Iterator[asyncio.Event]:
        entry = (until, asyncio.Event())
        self._waiters.add(entry)
        try:
            yield entry[1]
        finally:
            self._waiters.discard(entry)


async def _first_of(*events: asyncio.Event) -> None:
    """Returns when any of `events` is set, with no task left behind."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
