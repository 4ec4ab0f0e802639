"""Appends from many sockets share transactions, so that concurrency raises throughput instead of latency.

    submit ─▶ pending ─▶ flush: all pending bundles whose interaction is not already in a batch
                 ▲           └─ one transaction ─▶ every submitter gets its own outcome
                 └── those that arrived meanwhile ride in the next

While one batch commits, the next gathers: the busier it is, the larger the batches, with no timer. One batch is in
flight per interaction and process (DESIGN §4 rule 4). A batch that fails for another reason than a silent database
reruns item by item, so that one bad bundle harms only itself.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import NamedTuple
from uuid import UUID

from interactions.database import Database
from interactions.errors import HotlineError, Unavailable
from interactions.known_heads import KnownHeads
from interactions.log import Log, Outcome
from interactions.plain_turns import PlainTurns
from interactions.record import Bundle, Written
from interactions.settings import SharedCommitSettings


class _Waiting(NamedTuple):
    bundle: Bundle
    outcome: asyncio.Future[Written]


class SharedCommit:
    """The way to append for everybody who writes one interaction at a time."""

    def __init__(self, database: Database, *, log: Log, settings: SharedCommitSettings) -> None:
        self._database = database
        self._log = log
        self._settings = settings
        known = KnownHeads(most=settings.known_heads)
        database.listen(known.committed)
        self._plain = PlainTurns(database, log=log, known=known)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._soon = False
        self._pending: deque[_Waiting] = deque()
        self._busy: set[UUID] = set()
        self._flights: set[asyncio.Task[None]] = set()

    async def submit(self, bundle: Bundle) -> Written:
        """The bundle's place in the log, once it is durable.

        Raises what the bundle's decision refuses, `Unavailable` where the database did not answer.
        """
        if len(self._pending) >= self._settings.max_pending:
            raise Unavailable("too many turns are waiting to be stored")
        waiting = _Waiting(bundle, self._running_loop().create_future())
        self._pending.append(waiting)
        self._take_off_soon()
        return await waiting.outcome

    async def drain(self) -> None:
        """Returns when everything submitted so far has its outcome."""
        while self._pending or self._flights:
            await asyncio.wait(self._flights or {asyncio.ensure_future(asyncio.sleep(0))})

    def _take_off_soon(self) -> None:
        """After everybody who is ready now has submitted, so that they share the flight."""
        if not self._soon and len(self._flights) < self._settings.in_flight:
            self._soon = True
            self._running_loop().call_soon(self._take_off)

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        """The loop, asked for once: asking makes a system call, and every turn would."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        return self._loop

    def _take_off(self) -> None:
        self._soon = False
        while len(self._flights) < self._settings.in_flight:
            batch = self._next_batch()
            if not batch:
                return
            flight = asyncio.ensure_future(self._fly(batch))
            self._flights.add(flight)
            flight.add_done_callback(self._landed)

    def _next_batch(self) -> list[_Waiting]:
        """Pending bundles in order; those whose interaction is in the air stay, and keep their order.

        A flight leaves something for the next: while one is with the database, this process prepares the other.
        """
        batch: list[_Waiting] = []
        held: list[_Waiting] = []
        share = max(self._settings.small_batch, -(-len(self._pending) // self._settings.in_flight))
        while self._pending and len(batch) < min(share, self._settings.max_batch):
            waiting = self._pending.popleft()
            in_the_air = waiting.bundle.interaction_id in self._busy
            (held if in_the_air else batch).append(waiting)
        self._pending.extendleft(reversed(held))
        self._busy.update(waiting.bundle.interaction_id for waiting in batch)
        return batch

    def _landed(self, flight: asyncio.Task[None]) -> None:
        self._flights.discard(flight)
        self._take_off_soon()

    async def _fly(self, batch: list[_Waiting]) -> None:
        try:
            await self._commit_or_split(await self._commit_plain(batch))
        except Unavailable as error:
            _settle_all(batch, error)
        except BaseException as error:
            _settle_all(batch, error)
            raise
        finally:
            self._busy.difference_update(waiting.bundle.interaction_id for waiting in batch)

    async def _commit_plain(self, batch: list[_Waiting]) -> list[_Waiting]:
        """Writes the plain turns on known heads; returns what has to go the long way, in order."""
        outcomes = await self._plain.append([waiting.bundle for waiting in batch])
        rest: list[_Waiting] = []
        for waiting, outcome in zip(batch, outcomes, strict=True):
            if outcome is None:
                rest.append(waiting)
            else:
                _settle(waiting.outcome, outcome)
        return rest

    async def _commit_or_split(self, batch: list[_Waiting]) -> None:
        try:
            await self._commit(batch)
        except Unavailable as error:
            _settle_all(batch, error)
        except Exception as error:
            if len(batch) == 1:
                _settle_all(batch, error)
                return
            for waiting in batch:
                await self._commit_or_split([waiting])

    async def _commit(self, batch: list[_Waiting]) -> None:
        if not batch:
            return
        async with self._database.unit() as unit:
            outcomes = await self._log.write(unit, [waiting.bundle for waiting in batch])
        for waiting, outcome in zip(batch, outcomes, strict=True):
            _settle(waiting.outcome, outcome)


def _settle(future: asyncio.Future[Written], outcome: Outcome) -> None:
    if future.done():  # the submitter went away; what it asked for is stored all the same
        return
    if isinstance(outcome, HotlineError):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)


def _settle_all(batch: list[_Waiting], error: BaseException) -> None:
    for waiting in batch:
        if not waiting.outcome.done():
            waiting.outcome.set_exception(_told(error))


def _told(error: BaseException) -> BaseException:
    """What a submitter is told: a cancelled flight is an `Unavailable`, never the submitter's own cancellation."""
    if isinstance(error, asyncio.CancelledError):
        return Unavailable("the service is stopping; nothing was done")
    return error
