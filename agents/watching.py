"""What a supervisor watches, shown as it is said: one interaction a console, until it ends or another is chosen.

watch ─▶ audited, in the log ─▶ turns from the first ─▶ at each change, else every `recheck_s`: turns past the cursor
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from agents.showing import Shown, state_frame, turn_frame
from interactions.changes import Change, Changes
from interactions.clock import Clock
from interactions.errors import Unavailable
from interactions.following import Following
from interactions.head import Head
from interactions.model import OPEN_STATES
from interactions.reading import LogReader
from interactions.visibility import visible_to_staff

Put = Callable[[Shown], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Target:
    interaction_id: UUID
    resident_id: UUID


class Watching:
    """The watching side of one console. Whoever calls `begin` has made sure that it may be watched."""

    def __init__(self, *, reader: LogReader, changes: Changes, clock: Clock, put: Put, recheck_s: float) -> None:
        self._reader = reader
        self._changes = changes
        self._clock = clock
        self._put = put
        self._recheck = timedelta(seconds=recheck_s)
        self._target: _Target | None = None
        self._wake = asyncio.Event()
        self._stopped = False

    def begin(self, head: Head) -> None:
        """From now on this interaction is shown."""
        self._target = _Target(head.interaction_id, head.resident_id)
        self._wake.set()

    def end(self) -> None:
        """Nothing is watched."""
        self._target = None
        self._wake.set()

    def stop(self) -> None:
        """Ends `run` after the query at hand."""
        self._stopped = True
        self._wake.set()

    async def run(self) -> None:
        """Shows what is watched until stopped."""
        while not self._stopped:
            await self._wake.wait()
            self._wake.clear()
            target = self._target
            if target is not None:
                # The resident is the topic of every change, whichever seat it is with.
                with self._changes.subscribed(target.resident_id, self._hint):
                    await self._show(target)

    def _hint(self, change: Change) -> None:
        if change.typed is None:
            self._wake.set()

    async def _show(self, target: _Target) -> None:
        following = Following(self._reader, interaction_id=target.interaction_id, after=0)
        prev, is_open = 0, True
        while is_open and self._target is target and not self._stopped:
            # Without an answer nothing is lost but time: the cursor stands where it stood.
            with contextlib.suppress(Unavailable):
                prev, is_open = await self._advance(following, prev)
            if is_open:
                await self._clock.wait(self._wake, until=self._clock.now() + self._recheck)
                self._wake.clear()
        if self._target is target:
            self._target = None
        self._wake.set()

    async def _advance(self, following: Following, prev: int) -> tuple[int, bool]:
        head, records = await following.catch_up()
        for record in records:
            if visible_to_staff(record):
                await self._put({**turn_frame(record, prev=prev), "watched": True})
                prev = record.seq
            if record.to_state is not None:
                await self._put({**state_frame(record), "watched": True})
        return prev, head.state in OPEN_STATES
