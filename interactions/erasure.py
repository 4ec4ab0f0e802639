"""Erasure on a resident's right: the key goes, and with it the words; the chain stands and still verifies.

head locked ─▶ event interaction.erased ─┬▶ key deleted
                                         ├▶ blind indexes deleted
                                         └▶ copies of words in outbox, inbound and head emptied, unsent ones withdrawn
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import update

from interactions import blind_index
from interactions.clock import Clock
from interactions.database import Database, Unit
from interactions.errors import NotFound, WrongState
from interactions.events import ErasedForGood
from interactions.head import Head
from interactions.locks import lock_heads
from interactions.log import Log
from interactions.model import OPEN_STATES, By
from interactions.record import Bundle, Draft, Written
from interactions.tables import inbound, interaction_key, outbox

UNSENT = ("pending", "sending", "held")


async def erase(
    database: Database, *, log: Log, clock: Clock, interaction_id: UUID, reason: str, by_id: UUID | None = None
) -> Written | None:
    """The record of the erasure; None where the words were erased before.

    Raises `NotFound`, and `WrongState` while the interaction is open. `reason` is a code, not a sentence.
    """
    async with database.unit() as unit:
        # Under the lock: of two erasures at once the second one finds the key gone.
        locked = (await lock_heads(unit, [interaction_id])).get(interaction_id)
        if locked is None:
            raise NotFound("没有这个服务单")
        if locked.key is None:
            return None
        written = await log.write_one(unit, Bundle(interaction_id, lambda head: _drafts(head, reason, by_id)))
        await _forget(unit, interaction_id, clock=clock)
        return written


def _drafts(head: Head, reason: str, by_id: UUID | None) -> Sequence[Draft]:
    if head.state in OPEN_STATES:
        raise WrongState(f"服务单 {head.number} 尚未办结，不能删除内容")
    # The street of the head was copied from sealed words.
    return [Draft(ErasedForGood(reason=reason), By.SYSTEM, by_id, changes={"street": None})]


async def _forget(unit: Unit, interaction_id: UUID, *, clock: Clock) -> None:
    now = clock.now()
    key = update(interaction_key).where(interaction_key.c.interaction_id == interaction_id)
    await unit.connection.execute(key.values(master_id=None, wrapped=None, erased_at=now))
    await blind_index.forget(unit.connection, interaction_id)
    of_outbox = update(outbox).where(outbox.c.interaction_id == interaction_id)
    unsent = of_outbox.where(outbox.c.state.in_(UNSENT))
    await unit.connection.execute(unsent.values(state="withdrawn", ended_at=now, leased_until=None))
    await unit.connection.execute(of_outbox.values(sealed=None))
    of_inbound = update(inbound).where(inbound.c.interaction_id == interaction_id)
    await unit.connection.execute(of_inbound.values(sealed=None, wrapped=None, master_id=None, sender=None))
