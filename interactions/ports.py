"""What the ground needs from the world; the wiring fills it."""

from __future__ import annotations

from typing import Protocol

from interactions.changes import Change


class Wakes(Protocol):
    """Wake-ups between processes. They are hints: losing one costs seconds, never a turn."""

    def publish(self, changes: tuple[Change, ...], wake_router: bool) -> None:
        """Takes what this process changed; returns at once, never raises.

        While Redis is down changes are dropped and counted; the others find them by their sweeps.
        """
