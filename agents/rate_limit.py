"""The rate limit of one process: the fallback, and enough where only one process runs."""

from __future__ import annotations

from collections import OrderedDict

from agents.pace import Pace, Rate
from interactions.clock import Clock

MOST_KEYS = 50_000


class ProcessRateLimit:
    """Implements `RateLimit` in memory; holds at most `MOST_KEYS` keys, the longest unused go first."""

    def __init__(self, *, clock: Clock, most_keys: int = MOST_KEYS) -> None:
        self._clock = clock
        self._most_keys = most_keys
        self._paces: OrderedDict[str, Pace] = OrderedDict()

    async def take(self, key: str, *, rate: Rate) -> float:
        """0.0 where one more try is allowed (and counted), else the seconds until the next may be."""
        now = self._clock.now()
        pace = self._paces.setdefault(key, Pace(rate, now=now))
        self._paces.move_to_end(key)
        if len(self._paces) > self._most_keys:
            self._paces.popitem(last=False)
        return pace.take(now)

    async def forgive(self, key: str, *, rate: Rate) -> None:
        """Gives a try back."""
        if key in self._paces:
            self._paces[key].forgive()
