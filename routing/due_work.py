"""Callbacks and messages whose time has come: back in line, each at its place.

    glance: one is due ─▶ lock heads by id ─▶ read the items again (a later statement) ─▶ callback_due → waiting

The place was settled when the item was scheduled: due time minus the wait so far. Several processes may do this at
once: under the lock the second finds nothing left to do. A crash before the commit leaves all as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import structlog

from interactions.clock import Clock
from interactions.database import Database, Unit
from interactions.errors import HotlineError
from interactions.head import Head
from interactions.locks import lock_heads
from interactions.log import Log
from interactions.model import By, State, WorkState
from interactions.record import Bundle, Draft, require_state
from interactions.work_events import WorkDue
from interactions.work_rows import WorkRow, due_work, make_due, open_work

BATCH = 200
SCHEDULED = frozenset({State.CALLBACK_DUE})
_logger = structlog.get_logger(__name__)


class DueWork:
    """Brings what is due back in line."""

    def __init__(self, database: Database, *, log: Log, clock: Clock) -> None:
        self._database = database
        self._log = log
        self._clock = clock

    async def bring(self) -> int:
        """Everything that is due now, in line; returns how many that were."""
        brought = 0
        while True:
            async with self._database.read() as connection:
                found = await due_work(connection, now=self._clock.now(), most=BATCH)
            moved = await self._move(found) if found else 0
            brought += moved
            # What could not be moved is found again at the next look, not in a loop without end.
            if len(found) < BATCH or not moved:
                return brought

    async def _move(self, interaction_ids: Sequence[UUID]) -> int:
        async with self._database.unit() as unit:
            await lock_heads(unit, interaction_ids)
            now = self._clock.now()
            items = await open_work(unit.connection, interaction_ids)
            due = [one for one in items.values() if one.state is WorkState.SCHEDULED and one.due_at <= now]
            return await self._write(unit, due)

    async def _write(self, unit: Unit, due: Sequence[WorkRow]) -> int:
        outcomes = await self._log.write(unit, [_bundle(one) for one in due])
        moved = [one for one, told in zip(due, outcomes, strict=True) if not isinstance(told, HotlineError)]
        for told in outcomes:
            if isinstance(told, HotlineError):
                _logger.error("due_work.refused", error=type(told).__name__)
        await make_due(unit.connection, [one.work_item_id for one in moved], now=self._clock.now())
        return len(moved)


def _bundle(item: WorkRow) -> Bundle:
    event = WorkDue(work_item_id=str(item.work_item_id), how="time")

    def decide(head: Head) -> Sequence[Draft]:
        require_state(head, SCHEDULED)
        return [Draft(event, By.SYSTEM, to=State.WAITING)]

    return Bundle(item.interaction_id, decide)
