"""One time for all processes of a machine: its monotonic clock, counted from an instant that is handed to each."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from interactions.clock import SystemClock


class SharedClock(SystemClock):
    """Two processes that read it one after the other, read times in that order: the log's events can be put in line."""

    def __init__(self, epoch: float) -> None:
        super().__init__()
        self._epoch = epoch

    @classmethod
    def starting_now(cls) -> SharedClock:
        """A clock to hand out: the machine's time now, carried on without steps."""
        return cls(time.time() - time.monotonic())

    @property
    def epoch(self) -> float:
        """What makes another process's clock the same."""
        return self._epoch

    def sample(self, *, database_now: datetime, asked_at: float, answered_at: float) -> None:
        """Stays as it is: a sample is exact to a millisecond only."""

    def at(self, monotonic: float) -> datetime:
        """The time at a reading of the monotonic clock."""
        return datetime.fromtimestamp(self._epoch + monotonic, UTC)
