"""Where the keys stand: under which master, gone by erasure, missing; and indexes of another index key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from interactions.blind_index import index_id
from interactions.database import Database
from interactions.sealing import KeyRing

_MASTERS = text("""
select master_id, sum(of_interactions)::bigint, sum(of_deliveries)::bigint from (
    select master_id, count(*) as of_interactions, 0 as of_deliveries from interaction_key
    where wrapped is not null group by 1
    union all
    select master_id, 0, count(*) from inbound where wrapped is not null group by 1
) n group by 1 order by 1
""")
_COUNTS = text("""
select (select count(*) from interaction_key where erased_at is not null),
       (select count(*) from interaction i
        where not exists (select from interaction_key k where k.interaction_id = i.interaction_id)),
       (select count(distinct interaction_id) from blind_index where index_id <> :current)
""")


@dataclass(frozen=True, slots=True)
class MasterLine:
    """How much one master key wraps; `on_ring` whether the settings have it."""

    master_id: str
    interactions: int
    deliveries: int
    current: bool
    on_ring: bool


@dataclass(frozen=True, slots=True)
class KeyState:
    """`missing`: interactions without any key row, as after a restore without keys. `old_indexes`: to be reindexed."""

    masters: Sequence[MasterLine]
    erased: int
    missing: int
    old_indexes: int


async def key_state(database: Database, *, keys: KeyRing) -> KeyState:
    """The state of all keys now; the current master is listed even where it wraps nothing yet."""
    async with database.snapshot() as connection:
        counted = {row[0]: (row[1], row[2]) for row in await connection.execute(_MASTERS)}
        erased, missing, old = (await connection.execute(_COUNTS, {"current": index_id(keys)})).one()
    named = sorted({*counted, keys.current})
    lines = [MasterLine(name, *counted.get(name, (0, 0)), name == keys.current, name in keys.masters) for name in named]
    return KeyState(lines, erased, missing, old)
