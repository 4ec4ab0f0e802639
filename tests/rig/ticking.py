"""A clock that ticks when it is read: no two events of an interleaving have one time, and ids follow creation."""

from __future__ import annotations

from datetime import datetime, timedelta

from interactions.clock import ManualClock

TICK = timedelta(milliseconds=1)


class TickingClock(ManualClock):
    """Moves on by a tick at every reading: a UUIDv7 of a later reading is larger, so locks are in a known order."""

    def now(self) -> datetime:
        """A time later than every one told before."""
        self._now += TICK
        return self._now
