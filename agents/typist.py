"""Typing as the other side is told it: not more often than needed, and over by itself. Nothing of it is stored.

frame on ─▶ told on (again after `AGAIN_S` at the earliest) ─┬─ frame off, socket gone ──▶ told off
                                                            └─ no frame for `LASTS_S` ─▶ told off (`expire`)
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from interactions.clock import Clock

AGAIN_S = timedelta(seconds=2)
LASTS_S = timedelta(seconds=8)


class Typist:
    """Somebody at one socket, in one interaction; `tell` passes on and off to the other side."""

    def __init__(self, tell: Callable[[bool], None], *, clock: Clock) -> None:
        self._tell = tell
        self._clock = clock
        self._told_at: datetime | None = None
        self._heard_at: datetime | None = None

    def set(self, *, on: bool) -> None:
        """Takes a frame of the page."""
        now = self._clock.now()
        if not on:
            self.stop()
            return
        self._heard_at = now
        if self._told_at is None or now - self._told_at >= AGAIN_S:
            self._told_at = now
            self._tell(True)

    def expire(self) -> None:
        """Tells off where the page said nothing for so long."""
        if self._heard_at is not None and self._clock.now() - self._heard_at >= LASTS_S:
            self.stop()

    def stop(self) -> None:
        """Tells off, if on was told."""
        if self._heard_at is not None:
            self._heard_at = None
            self._tell(False)
