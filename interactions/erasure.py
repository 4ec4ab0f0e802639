"""Erasure on a resident's right: the key goes, and with it the words; the chain stands and still verifies.

head locked ─▶ event interaction.erased ─▶ key deleted, copies of words in outbox and inbound emptied
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import update

from interactions.clock import Clock
from interactions.database import Database, Unit
from interactions.errors import WrongState
from interactions.events import ErasedForGood
from interactions.head import Head, read_head
from interactions.log import Log
from interactions.model import OPEN_STATES, By
from interactions.record import Bundle, Draft, Written
from interactions.tables import inbound, interaction_key, outbox


async def erase(
    database: Database, *, log: Log, clock: Clock, interaction_id: UUID, reason: str, by_id: UUID | None = None
) -> Written | None:
    """The record of the erasure; None where the words were erased before.

    Raises `NotFound`, and `WrongState` while the interaction is open. `reason` is a code, not a sentence.
    """
    async with database.unit() as unit:
        if (await read_head(unit.connection, interaction_id)).key is None:
            return None
        written = await log.write_one(unit, Bundle(interaction_id, lambda head: _drafts(head, reason, by_id)))
        await _forget(unit, interaction_id, clock=clock)
        return written


def _drafts(head: Head, reason: str, by_id: UUID | None) -> Sequence[Draft]:
    if head.state in OPEN_STATES:
        raise WrongState(f"服务单 {head.number} 尚未办结，不能删除内容")
    return [Draft(ErasedForGood(reason=reason), By.SYSTEM, by_id)]


async def _forget(unit: Unit, interaction_id: UUID, *, clock: Clock) -> None:
    gone = {"master_id": None, "wrapped": None, "erased_at": clock.now()}
    key = update(interaction_key).where(interaction_key.c.interaction_id == interaction_id)
    await unit.connection.execute(key.values(gone))
    for copies in (outbox, inbound):
        empty = update(copies).where(copies.c.interaction_id == interaction_id)
        await unit.connection.execute(empty.values(sealed=None))
