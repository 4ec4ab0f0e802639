"""The head of an interaction's log: its current facts, locked before anything is added."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, TextClause, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from interactions.errors import Invalid, NotFound
from interactions.model import Interaction, Need, State, Urgency
from interactions.sealing import WrappedKey
from interactions.tables import interaction, interaction_key


class Head(NamedTuple):
    """One row of `interaction`, as it stood under the lock. A tuple, because every turn makes one."""

    interaction_id: UUID
    number: str
    resident_id: UUID
    channel: str
    language: str
    state: State
    urgency: Urgency
    dangers: tuple[str, ...]
    minor: bool
    matter: str
    district: str
    street: str | None
    request_kind: str | None
    outcome: str | None
    opened_at: datetime
    waiting_since: datetime | None
    rank_at: datetime | None
    last_turn_at: datetime
    unanswered_since: datetime | None
    closed_at: datetime | None
    seat_id: UUID | None
    last_seq: int
    head: bytes

    @property
    def facts(self) -> Interaction:
        """The facts that rooms above pass around."""
        need = Need(self.channel, self.matter, self.language, self.urgency)
        return Interaction(
            self.interaction_id,
            self.number,
            self.resident_id,
            self.state,
            need,
            self.district,
            self.opened_at,
            self.waiting_since,
            self.seat_id,
            self.last_seq,
        )

    def after(self, *, seq: int, digest: bytes, state: State, changes: Mapping[str, object]) -> Head:
        """The head that an event leaves; raises `Invalid` for a column that events do not change."""
        if not changes.keys() <= CHANGEABLE:
            raise Invalid(f"not a changeable column of the head: {sorted(changes.keys() - CHANGEABLE)}")
        return self.changed({**changes, "last_seq": seq, "head": digest, "state": state})

    def changed(self, changes: Mapping[str, object]) -> Head:
        """The head with these columns changed."""
        return self._replace(**changes)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Locked:
    """A head and its wrapped key; `key` is None once the words were erased."""

    head: Head
    key: WrappedKey | None


# What changes after opening, with the SQL type of its array; `dangers` travels joined, unnest flattens arrays.
_MUTABLE = {
    "state": "text",
    "urgency": "smallint",
    "dangers": "text",
    "minor": "boolean",
    "matter": "text",
    "district": "text",
    "street": "text",
    "request_kind": "text",
    "outcome": "text",
    "waiting_since": "timestamptz",
    "rank_at": "timestamptz",
    "last_turn_at": "timestamptz",
    "unanswered_since": "timestamptz",
    "closed_at": "timestamptz",
    "seat_id": "uuid",
    "last_seq": "bigint",
    "head": "bytea",
}
CHANGEABLE = frozenset(_MUTABLE) - {"state", "last_seq", "head"}


async def lock_heads(connection: AsyncConnection, interaction_ids: Collection[UUID]) -> dict[UUID, Locked]:
    """Locks the heads in id order, the order that every writer keeps, and returns them by id.

    Ids that do not exist are absent from the result.
    """
    rows = await connection.execute(_heads(locked=True), {"ids": list(interaction_ids)})
    return {row[0]: _locked(row) for row in rows}


async def read_head(connection: AsyncConnection, interaction_id: UUID) -> Locked:
    """The head as last committed, not locked; raises `NotFound`."""
    row = (await connection.execute(_heads(locked=False), {"ids": [interaction_id]})).first()
    if row is None:
        raise NotFound("no such interaction")
    return _locked(row)


async def save_heads(connection: AsyncConnection, changes: Collection[tuple[Head, Head]]) -> int:
    """Writes each new head over its old one, guarded by the old state and seq; returns how many rows it met."""
    values: dict[str, list[object]] = {name: _column(name, changes) for name in _MUTABLE}
    values["interaction_id"] = [new.interaction_id for _, new in changes]
    values["old_state"] = [old.state.value for old, _ in changes]
    values["old_seq"] = [old.last_seq for old, _ in changes]
    return (await connection.execute(_save(), values)).rowcount


@cache
def _heads(*, locked: bool) -> Select[*tuple[Any, ...]]:
    columns = [interaction.c[name] for name in Head._fields]
    statement = (
        select(*columns, interaction_key.c.master_id, interaction_key.c.wrapped)
        .join(interaction_key, interaction_key.c.interaction_id == interaction.c.interaction_id)
        .where(text("interaction.interaction_id = any(:ids)"))
        .order_by(interaction.c.interaction_id)
    )
    # The key's row, too: a row that is only joined is read as it was before the wait, and whoever waited for an
    # erasure would go on sealing under the erased key.
    return statement.with_for_update(key_share=True, of=[interaction, interaction_key]) if locked else statement


@cache
def _save() -> TextClause:
    types = {"interaction_id": "uuid", "old_state": "text", "old_seq": "bigint", **_MUTABLE}
    arrays = ", ".join(f"cast(:{name} as {kind}[])" for name, kind in types.items())
    sets = ", ".join(f"{name} = {_stored(name)}" for name in _MUTABLE)
    # Names come from the constants above, never from outside.
    return text(
        f"update interaction i set {sets} from unnest({arrays}) as n({', '.join(types)}) "  # noqa: S608
        "where i.interaction_id = n.interaction_id and i.state = n.old_state and i.last_seq = n.old_seq"
    )


def _stored(name: str) -> str:
    return f"string_to_array(n.{name}, ',')" if name == "dangers" else f"n.{name}"


_AS_SQL: dict[str, Callable[[Any], object]] = {"state": str, "urgency": int, "dangers": ",".join}


def _column(name: str, heads: Collection[tuple[Head, Head]]) -> list[object]:
    as_sql, value = _AS_SQL.get(name), attrgetter(name)
    if as_sql is None:
        return [value(new) for _, new in heads]
    return [as_sql(value(new)) for _, new in heads]


def _locked(row: Sequence[Any]) -> Locked:
    values = dict(zip(Head._fields, row, strict=False))
    values["state"] = State(values["state"])
    values["urgency"] = Urgency(values["urgency"])
    values["dangers"] = tuple(values["dangers"])
    master_id, wrapped = row[-2:]
    key = None if wrapped is None else WrappedKey(master_id, wrapped)
    return Locked(Head(**values), key)
