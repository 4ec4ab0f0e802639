"""Since when this process has looked without a break: who was blind for a while does not judge who was gone.

    look ─▶ look ─▶ look ──── paused, or the database silent ──── look ─▶ look
    └── since the first ──┘                                        └── since here: every grace begins anew

While the house itself was down or blind, no console could keep its lease. Judging by those leases would take every
talk from every lawyer, though nobody had left.
"""

from __future__ import annotations

from datetime import datetime, timedelta


class Watch:
    """Looks that follow one another within `gap` are one watch."""

    def __init__(self, *, gap: timedelta) -> None:
        self._gap = gap
        self._since: datetime | None = None
        self._last: datetime | None = None

    def look(self, now: datetime) -> datetime:
        """Notes a look that succeeded; returns when the unbroken watch began."""
        if self._since is None or self._last is None or now > self._last + self._gap:
            self._since = now
        self._last = now
        return self._since
