"""Everything a batch of appends changes, in one statement: events, the keys that make repeats known, heads.

What ends takes its work item with it: nothing is owed to somebody whose interaction is over.

Heads are guarded by their old state and seq. Under the lock both always hold; the count says so all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import text

from interactions.chain import StoredEvent
from interactions.connections import Connection
from interactions.head import MUTABLE, Head
from interactions.record import RepeatKey
from interactions.rows import EVENT_TYPES

_REPEAT_TYPES = {"scope": "uuid", "client_id": "text", "owner": "uuid", "place": "bigint"}
_HEAD_TYPES = {"interaction_id": "uuid", "old_state": "text", "old_seq": "bigint", **MUTABLE}


def _arrays(prefix: str, types: Mapping[str, str]) -> str:
    return ", ".join(f"cast(:{prefix}_{name} as {kind}[])" for name, kind in types.items())


def _stored(name: str) -> str:
    # Unnest flattens arrays of arrays, so dangers travel joined.
    return f"string_to_array(n.{name}, ',')" if name == "dangers" else f"n.{name}"


_EVENT_COLUMNS = ", ".join(f'"{name}"' for name in EVENT_TYPES)
_WRITE = text(f"""
with said as (
    insert into event ({_EVENT_COLUMNS}) select * from unnest({_arrays("event", EVENT_TYPES)})
), keyed as (
    insert into dedupe (scope, client_id, interaction_id, seq) select * from unnest({_arrays("key", _REPEAT_TYPES)})
), head as (
    select * from unnest({_arrays("head", _HEAD_TYPES)}) as n({", ".join(_HEAD_TYPES)})
), settled as (
    update work_item w set state = case n.state when 'closed' then 'done' else 'cancelled' end, ended_at = n.closed_at
    from head n where n.state in ('closed', 'abandoned') and w.interaction_id = n.interaction_id and w.ended_at is null
), moved as (
    update interaction i set {", ".join(f"{name} = {_stored(name)}" for name in MUTABLE)}
    from head n
    where i.interaction_id = n.interaction_id and i.state = n.old_state and i.last_seq = n.old_seq
    returning i.interaction_id
)
select count(*) from moved
""")  # noqa: S608 (names of ours)
_AS_SQL: dict[str, Callable[[Any], object]] = {"state": str, "urgency": int, "dangers": ",".join}


async def write_batch(
    connection: Connection,
    *,
    events: Sequence[StoredEvent],
    repeats: Mapping[RepeatKey, tuple[UUID, int]],
    moves: Collection[tuple[Head, Head]],
) -> int:
    """Writes events, repeat keys and each new head over its old one; returns how many heads it met."""
    values: dict[str, list[object]] = {f"event_{name}": [getattr(one, name) for one in events] for name in EVENT_TYPES}
    values["key_scope"] = [key.scope for key in repeats]
    values["key_client_id"] = [key.client_id for key in repeats]
    values["key_owner"] = [interaction_id for interaction_id, _ in repeats.values()]
    values["key_place"] = [seq for _, seq in repeats.values()]
    values |= {f"head_{name}": _column(name, moves) for name in MUTABLE}
    values["head_interaction_id"] = [new.interaction_id for _, new in moves]
    values["head_old_state"] = [old.state.value for old, _ in moves]
    values["head_old_seq"] = [old.last_seq for old, _ in moves]
    return int(await connection.scalar(_WRITE, values))


def _column(name: str, moves: Collection[tuple[Head, Head]]) -> list[object]:
    as_sql, value = _AS_SQL.get(name), attrgetter(name)
    if as_sql is None:
        return [value(new) for _, new in moves]
    return [as_sql(value(new)) for _, new in moves]
