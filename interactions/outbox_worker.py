"""Sends what is due: claim, send without a transaction, settle; wakes where one was added and on the next due time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from interactions.clock import Clock
from interactions.courier import Courier, Refused, Retry, Sent
from interactions.database import Announcement
from interactions.outbox import Claimed, Outbox

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """Deadline of one send, its lease, and how tries spread: full jitter up to `first_s` · 2^n, at most `longest_s`."""

    deadline_s: float = 10.0
    lease_s: float = 30.0
    first_s: float = 1.0
    longest_s: float = 600.0
    most_attempts: int = 8
    at_once: int = 16
    idle_s: float = 5.0


class OutboxWorker:
    """One process's share of the sending."""

    def __init__(
        self,
        outbox: Outbox,
        *,
        couriers: Mapping[str, Courier],
        clock: Clock,
        process_id: UUID,
        pace: Pace | None = None,
        chance: random.Random | None = None,
    ) -> None:
        self._outbox = outbox
        self._couriers = couriers
        self._clock = clock
        self._process_id = process_id
        self._pace = pace or Pace()
        self._chance = chance or random.Random()
        self._woken = asyncio.Event()
        self._turn = asyncio.Lock()
        self._draining = False

    def listen(self, announcement: Announcement) -> None:
        """A `Database` listener: wakes where a message was added."""
        if announcement.wake_outbox:
            self._woken.set()

    async def run(self) -> None:
        """Sends until drained or cancelled; a failure is logged and the loop goes on."""
        while not self._draining:
            self._woken.clear()
            until = self._clock.now() + timedelta(seconds=self._pace.idle_s)
            try:
                while await self.send_due():
                    pass
                until = min(until, await self._outbox.next_due() or until)
            except Exception as error:
                _log.warning("outbox.turn_failed", error=type(error).__name__)
            await self._clock.wait(self._woken, until=until)

    async def drain(self) -> None:
        """Takes on nothing new; returns when what is under way has its outcome: a stop leaves none unknown."""
        self._draining = True
        self._woken.set()
        async with self._turn:
            pass

    async def send_due(self) -> int:
        """Sends one batch of what is due; returns how many were tried."""
        async with self._turn:
            if self._draining:
                return 0
            lease = timedelta(seconds=self._pace.lease_s)
            claimed = await self._outbox.claim(process_id=self._process_id, lease=lease, most=self._pace.at_once)
            async with asyncio.TaskGroup() as group:
                for one in claimed:
                    group.create_task(self._send(one))
            return len(claimed)

    async def _send(self, one: Claimed) -> None:
        courier = self._couriers.get(one.kind)
        if courier is None:
            await self._outbox.settle(one, state="dead", error="no_courier")
        elif one.payload is None:
            await self._outbox.settle(one, state="withdrawn", error="erased")
        elif one.uncertain and courier.unknown_outcome == "hold":
            await self._outbox.settle(one, state="held", error="unknown_outcome")
        else:
            await self._try(one, courier, one.payload)

    async def _try(self, one: Claimed, courier: Courier, payload: bytes) -> None:
        try:
            async with asyncio.timeout(self._pace.deadline_s):
                outcome = await courier.send(payload, idempotency_key=str(one.outbox_id))
        except Exception as error:
            # The edge to the outside: whatever it was, nobody knows whether the message went out.
            _log.warning("outbox.outcome_unknown", kind=one.kind, error=type(error).__name__)
            await self._unknown(one, courier)
        else:
            await self._settle(one, outcome)

    async def _unknown(self, one: Claimed, courier: Courier) -> None:
        if courier.unknown_outcome == "hold":
            await self._outbox.settle(one, state="held", error="unknown_outcome")
        else:
            await self._settle(one, Retry("unknown_outcome"))

    async def _settle(self, one: Claimed, outcome: Sent | Retry | Refused) -> None:
        if isinstance(outcome, Sent):
            await self._outbox.settle(one, state="sent")
        elif isinstance(outcome, Refused):
            await self._outbox.settle(one, state="dead", error=outcome.error)
        elif one.attempts >= self._pace.most_attempts:
            await self._outbox.settle(one, state="dead", error=f"gave_up:{outcome.error}")
        else:
            next_at = self._next_at(one.attempts, outcome)
            await self._outbox.settle(one, state="pending", error=outcome.error, next_at=next_at)

    def _next_at(self, attempts: int, outcome: Retry) -> datetime:
        most_s = min(self._pace.longest_s, self._pace.first_s * 2 ** (attempts - 1))
        # Full jitter: many that failed together must not come back together.
        wait_s = max(outcome.after_s, self._chance.uniform(0.0, most_s))
        return self._clock.now() + timedelta(seconds=wait_s)
