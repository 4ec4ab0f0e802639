"""Processes what was delivered: lease, hand to the channel's handler, settle; retried with pauses, in the end dead.

A handler returns the interaction a delivery went into, if it went into one. It may be called again for the same
delivery (its process died before it could say so): `inbound_id` is the client id of whatever it appends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from interactions.clock import Clock
from interactions.inbound import Inbound, Leased, Received

_log = structlog.get_logger(__name__)
Handler = Callable[[Received], Awaitable[UUID | None]]


@dataclass(frozen=True, slots=True)
class InboundPace:
    """Deadline of one delivery, its lease (longer), the first pause (doubled every time), and how many at once."""

    deadline_s: float = 20.0
    lease_s: float = 30.0
    pause_s: float = 2.0
    most_attempts: int = 8
    at_once: int = 16
    idle_s: float = 1.0


class InboundWorker:
    """One process's share of the processing."""

    def __init__(
        self, inbound: Inbound, *, handlers: Mapping[str, Handler], clock: Clock, pace: InboundPace | None = None
    ) -> None:
        self._inbound = inbound
        self._handlers = handlers
        self._clock = clock
        self._pace = pace or InboundPace()
        self._woken = asyncio.Event()
        self._turn = asyncio.Lock()
        self._draining = False
        inbound.listen(self._woken.set)

    async def run(self) -> None:
        """Processes until drained or cancelled; a failure is logged and the loop goes on."""
        while not self._draining:
            self._woken.clear()
            # Without a handler there is nothing to look for, yet the work has not ended: it waits to be drained.
            until = await self._turn_or_log() if self._handlers else None
            await self._clock.wait(self._woken, until=until)

    async def _turn_or_log(self) -> datetime:
        """One turn; returns when the next is due without being woken."""
        until = self._clock.now() + timedelta(seconds=self._pace.idle_s)
        try:
            while await self.process_due():
                pass
            until = min(until, await self._inbound.next_due(self._handlers) or until)
        except Exception as error:
            _log.warning("inbound.turn_failed", error=type(error).__name__)
        return until

    async def drain(self) -> None:
        """Takes on nothing new; returns when what is under way is settled."""
        self._draining = True
        self._woken.set()
        async with self._turn:
            pass

    async def process_due(self) -> int:
        """Processes one batch of what is due; returns how many were tried."""
        async with self._turn:
            if self._draining:
                return 0
            lease = timedelta(seconds=self._pace.lease_s)
            leased = await self._inbound.lease(self._handlers.keys(), lease=lease, most=self._pace.at_once)
            async with asyncio.TaskGroup() as group:
                for one in leased:
                    group.create_task(self._process(one))
            return len(leased)

    async def _process(self, leased: Leased) -> None:
        try:
            async with asyncio.timeout(self._pace.deadline_s):
                interaction_id = await self._handlers[leased.channel](self._inbound.open(leased))
        except Exception as error:
            # The worker's edge: one delivery that cannot be processed must not stop the others.
            _log.warning("inbound.failed", inbound_id=str(leased.inbound_id), error=type(error).__name__)
            await self._inbound.failed(leased, error=type(error).__name__, next_at=self._next_at(leased))
        else:
            await self._inbound.processed(leased, interaction_id=interaction_id)

    def _next_at(self, leased: Leased) -> datetime | None:
        if leased.attempts >= self._pace.most_attempts:
            return None
        return self._clock.now() + timedelta(seconds=self._pace.pause_s * 2 ** (leased.attempts - 1))
