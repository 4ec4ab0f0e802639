"""A new master key: every data key is wrapped anew, in small batches, beside writers; no event is touched.

keys not under the current master ─▶ next batch, locked ─▶ unwrap, wrap ─▶ commit ─▶ … until none is left

Interrupted, it goes on where it was: what is done no longer matches the query. Once it has finished, the old master
key may leave the settings.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, text

from interactions.database import Database, Unit
from interactions.sealing import KeyRing, WrappedKey
from interactions.tables import interaction_key

BATCH = 500
_SAVE = text("""
update interaction_key k set master_id = :master, wrapped = n.wrapped
from unnest(cast(:ids as uuid[]), cast(:wrapped as bytea[])) as n(id, wrapped) where k.interaction_id = n.id
""")


@dataclass(frozen=True, slots=True)
class _Kept:
    interaction_id: UUID
    key: WrappedKey


async def outdated(database: Database, *, keys: KeyRing) -> int:
    """How many keys are still wrapped by another master than the current one."""
    statement = select(func.count()).select_from(interaction_key)
    async with database.read() as connection:
        return int(await connection.scalar(statement.where(interaction_key.c.master_id != keys.current)) or 0)


async def rotate(database: Database, *, keys: KeyRing, progress: Callable[[int], None] = lambda _: None) -> int:
    """Wraps every outdated key under the current master; returns how many. `progress` hears the running count."""
    done = 0
    while True:
        async with database.unit() as unit:
            batch = await _next_batch(unit, keys)
            await _save(unit, batch, keys)
        if not batch:
            return done
        done += len(batch)
        progress(done)


async def _next_batch(unit: Unit, keys: KeyRing) -> Sequence[_Kept]:
    columns = (interaction_key.c.interaction_id, interaction_key.c.master_id, interaction_key.c.wrapped)
    statement = (
        select(*columns)
        .where(interaction_key.c.master_id != keys.current)
        .order_by(interaction_key.c.interaction_id)
        .limit(BATCH)
        .with_for_update()
    )
    rows = await unit.connection.execute(statement)
    return [_Kept(row.interaction_id, WrappedKey(row.master_id, row.wrapped)) for row in rows]


async def _save(unit: Unit, batch: Sequence[_Kept], keys: KeyRing) -> None:
    if not batch:
        return
    wrapped = [keys.rewrap(one.key, owner=one.interaction_id).wrapped for one in batch]
    values = {"master": keys.current, "ids": [one.interaction_id for one in batch], "wrapped": wrapped}
    await unit.connection.execute(_SAVE, values)
