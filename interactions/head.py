"""The head of an interaction's log: its current facts, locked before anything is added."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text

from interactions.connections import Connection
from interactions.errors import Invalid, NotFound
from interactions.model import Interaction, Need, State, Urgency
from interactions.sealing import WrappedKey


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
    def in_danger(self) -> bool:
        """Whether danger was named, or its urgency was given."""
        return bool(self.dangers) or self.urgency is Urgency.DANGER

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
MUTABLE = {
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
CHANGEABLE = frozenset(MUTABLE) - {"state", "last_seq", "head"}
_HEADS = f"""
select {", ".join(f"i.{name}" for name in Head._fields)}, k.master_id, k.wrapped
from interaction i join interaction_key k on k.interaction_id = i.interaction_id
where i.interaction_id = any(:ids) order by i.interaction_id
"""  # noqa: S608 (names of ours)
_READ = text(_HEADS)
# The key's row, too: a row that is only joined is read as it was before the wait, and whoever waited for an erasure
# would go on sealing under the erased key.
_LOCK = text(f"{_HEADS} for no key update of i, k")


async def read_heads(
    connection: Connection, interaction_ids: Collection[UUID], *, locked: bool = False
) -> dict[UUID, Locked]:
    """The heads as last committed, by id; `locked` locks them in id order, the order that every writer keeps.

    Ids that do not exist are absent from the result.
    """
    rows = await connection.execute(_LOCK if locked else _READ, {"ids": list(interaction_ids)})
    return {row[0]: _locked(row) for row in rows}


async def read_head(connection: Connection, interaction_id: UUID) -> Locked:
    """The head as last committed, not locked; raises `NotFound`."""
    found = await read_heads(connection, [interaction_id])
    if interaction_id not in found:
        raise NotFound("没有这个服务单")
    return found[interaction_id]


def _locked(row: Sequence[Any]) -> Locked:
    values = dict(zip(Head._fields, row, strict=False))
    values["state"] = State(values["state"])
    values["urgency"] = Urgency(values["urgency"])
    values["dangers"] = tuple(values["dangers"])
    master_id, wrapped = row[-2:]
    key = None if wrapped is None else WrappedKey(master_id, wrapped)
    return Locked(Head(**values), key)
