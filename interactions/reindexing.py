"""Blind indexes made anew from the log: after a new index key, after a restore without them.

events that name somebody ─▶ per interaction: head locked ─▶ words opened ─▶ old rows out, new rows in ─▶ commit

A digest cannot be turned into one under another key, but the words it was made from are in the log. Until it has
finished, what is not yet made anew is not found. Interrupted, it goes on with what is still outdated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy import text

from interactions import blind_index
from interactions.database import Database, Unit
from interactions.kinds import indexed_kinds
from interactions.locks import lock_heads
from interactions.log import Log
from interactions.rows import SELECT_MANY, opened, stored_event
from interactions.sealing import KeyRing

BATCH = 200
# Outdated: no index of the current key, where the words are still there to make one from.
_OUTDATED = text("""
select distinct e.interaction_id from event e
where e.kind = any(:kinds) and e.sealed is not null and e.interaction_id > :after
  and exists (select from interaction_key k where k.interaction_id = e.interaction_id and k.wrapped is not null)
  and (exists (select from blind_index b where b.interaction_id = e.interaction_id and b.index_id <> :current)
       or not exists (select from blind_index b where b.interaction_id = e.interaction_id))
order by e.interaction_id limit :most
""")


async def reindex(
    database: Database, *, log: Log, keys: KeyRing, progress: Callable[[int], None] = lambda _: None
) -> int:
    """Makes every outdated index anew; returns how many interactions that were. `progress` hears the count.

    Raises `Invalid` where words do not open.
    """
    done, after = 0, UUID(int=0)
    while found := await _outdated(database, keys, after=after):
        for interaction_id in found:
            async with database.unit() as unit:
                await _remake(unit, interaction_id, log=log, keys=keys)
        done, after = done + len(found), found[-1]
        progress(done)
    return done


async def _outdated(database: Database, keys: KeyRing, *, after: UUID) -> Sequence[UUID]:
    values = {"kinds": indexed_kinds(), "after": after, "current": blind_index.index_id(keys), "most": BATCH}
    async with database.snapshot() as connection:
        return (await connection.scalars(_OUTDATED, values)).all()


async def _remake(unit: Unit, interaction_id: UUID, *, log: Log, keys: KeyRing) -> None:
    locked = (await lock_heads(unit, [interaction_id]))[interaction_id]
    cipher = log.cipher(locked.key, interaction_id=interaction_id)
    if cipher is None:  # erased a moment ago
        return
    rows = await unit.connection.execute(SELECT_MANY, {"ids": [interaction_id]})
    kinds = indexed_kinds()
    records = [opened(stored_event(row), cipher=cipher) for row in rows if row.kind in kinds]
    await blind_index.forget(unit.connection, interaction_id)
    await blind_index.remember(unit.connection, records, keys=keys)
