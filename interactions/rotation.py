"""A new master key: every data key is wrapped anew, in small batches, beside writers; no event is touched.

keys not under the current master ─▶ next batch, locked ─▶ unwrap, wrap ─▶ commit ─▶ … until none is left
    (of interactions, then of deliveries not processed yet)

Interrupted, it goes on where it was: what is done no longer matches the query. Once it has finished, the old master
key may leave the settings.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Table, func, select, text

from interactions.connections import Connection
from interactions.database import Database, Unit
from interactions.sealing import KeyRing, WrappedKey
from interactions.tables import inbound, interaction_key

BATCH = 500


@dataclass(frozen=True, slots=True)
class _Kept:
    owner: UUID
    key: WrappedKey


@dataclass(frozen=True, slots=True)
class _Keys:
    """A table that holds wrapped keys, each bound to its owner's id."""

    table: Table
    owner: Column[UUID]

    async def outdated(self, connection: Connection, keys: KeyRing) -> int:
        """How many are wrapped by another master than the current one."""
        statement = select(func.count()).select_from(self.table).where(self.table.c.master_id != keys.current)
        return int(await connection.scalar(statement) or 0)

    async def next_batch(self, unit: Unit, keys: KeyRing) -> Sequence[_Kept]:
        """Some of them, locked in id order: the order in which writers lock them, too."""
        table = self.table
        statement = (
            select(self.owner, table.c.master_id, table.c.wrapped)
            .where(table.c.master_id != keys.current)
            .order_by(self.owner)
            .limit(BATCH)
            .with_for_update(key_share=True)
        )
        rows: Sequence[Any] = (await unit.connection.execute(statement)).all()
        return [_Kept(owner, WrappedKey(master_id, wrapped)) for owner, master_id, wrapped in rows]

    async def save(self, unit: Unit, batch: Sequence[_Kept], keys: KeyRing) -> None:
        """Wraps them under the current master."""
        wrapped = [keys.rewrap(one.key, owner=one.owner).wrapped for one in batch]
        values = {"master": keys.current, "owners": [one.owner for one in batch], "wrapped": wrapped}
        # Names come from our own tables, never from outside.
        statement = (
            f"update {self.table.name} k set master_id = :master, wrapped = n.wrapped "  # noqa: S608
            "from unnest(cast(:owners as uuid[]), cast(:wrapped as bytea[])) as n(owner, wrapped) "
            f"where k.{self.owner.name} = n.owner"
        )
        await unit.connection.execute(text(statement), values)


KEPT = (
    _Keys(interaction_key, interaction_key.c.interaction_id),
    _Keys(inbound, inbound.c.inbound_id),
)


async def outdated(database: Database, *, keys: KeyRing) -> int:
    """How many keys are still wrapped by another master than the current one."""
    async with database.read() as connection:
        return sum([await kept.outdated(connection, keys) for kept in KEPT])


async def rotate(database: Database, *, keys: KeyRing, progress: Callable[[int], None] = lambda _: None) -> int:
    """Wraps every outdated key under the current master; returns how many. `progress` hears the running count."""
    done = 0
    for kept in KEPT:
        while batch := await _wrap_batch(database, kept, keys):
            done += batch
            progress(done)
    return done


async def _wrap_batch(database: Database, kept: _Keys, keys: KeyRing) -> int:
    async with database.unit() as unit:
        batch = await kept.next_batch(unit, keys)
        if batch:
            await kept.save(unit, batch, keys)
    return len(batch)
