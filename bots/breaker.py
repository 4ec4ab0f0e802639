"""Keeps questions from a server that is down, and finds out when it is back.

         `failures` in a row                `open_s` passed
closed ─────────────────────▶ open ──────────────────────────▶ half-open: one call tries, the others are refused
   ▲                           ▲ ◀──────────── it failed ────────────┤
   └───────────────────────────┼─────────────── it went well ────────┘
                               └─ given up (cancelled): the next call tries at once

Only calls let through in the present state count: one that was under way when the breaker opened, or closed again, is
old news. In one process, on one loop: nothing here awaits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import StrEnum

from bots.errors import BreakerOpen
from bots.settings import BreakerSettings
from interactions.clock import Clock


class State(StrEnum):
    """Whether calls go through."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Breaker:
    """One for each server."""

    def __init__(self, settings: BreakerSettings, *, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._failures = 0
        self._opened_at: datetime | None = None
        self._trying = False
        # Counts changes of state: tells calls of the present one from older ones.
        self._age = 0

    @property
    def state(self) -> State:
        """Where it stands now."""
        if self._opened_at is None:
            return State.CLOSED
        waited = self._clock.now() - self._opened_at
        return State.HALF_OPEN if waited >= timedelta(seconds=self._settings.open_s) else State.OPEN

    @contextmanager
    def call(self) -> Iterator[None]:
        """Around one call, which fails by raising; raises `BreakerOpen` where the call must not be made."""
        age = self._let_through()
        try:
            yield
        except Exception:
            self._tell(age, self._failed)
            raise
        except BaseException:
            self._tell(age, self._given_up)
            raise
        self._tell(age, self._succeeded)

    def _let_through(self) -> int:
        state = self.state
        if state is State.OPEN or self._trying:
            raise BreakerOpen("the server was down a moment ago")
        self._trying = state is State.HALF_OPEN
        return self._age

    def _tell(self, age: int, what: Callable[[], None]) -> None:
        if age == self._age:
            what()

    def _succeeded(self) -> None:
        self._failures = 0
        if self._opened_at is not None:
            self._turn(opened_at=None)

    def _failed(self) -> None:
        self._failures += 1
        if self._trying or self._failures >= self._settings.failures:
            self._turn(opened_at=self._clock.now())

    def _given_up(self) -> None:
        """Says nothing about the server; a trial must not stay taken for ever."""
        self._trying = False

    def _turn(self, *, opened_at: datetime | None) -> None:
        self._opened_at = opened_at
        self._trying = False
        self._failures = 0
        self._age += 1
