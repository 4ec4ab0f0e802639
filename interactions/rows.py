"""Events between Python and the table `event`: many in with one statement, out in order with their words opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, TextClause, select, text

from interactions.chain import StoredEvent
from interactions.connections import Connection
from interactions.events import event_class
from interactions.record import Recorded, RepeatKey
from interactions.sealing import WordsCipher, bound_to
from interactions.tables import event

_TYPES = {
    "interaction_id": "uuid",
    "seq": "bigint",
    "kind": "text",
    "by": "text",
    "by_id": "uuid",
    "at": "timestamptz",
    "from_state": "text",
    "to_state": "text",
    "matter": "text",
    "in_reply_to": "bigint",
    "body": "bytea",
    "sealed": "bytea",
    "hash": "bytea",
}
_COLUMNS = ", ".join(f'"{name}"' for name in _TYPES)
_ARRAYS = ", ".join(f"cast(:{name} as {kind}[])" for name, kind in _TYPES.items())
_INSERT = f"insert into event ({_COLUMNS}) select * from unnest({_ARRAYS})"  # noqa: S608 (constants above)
_INSERT_EVENTS = text(_INSERT)
_INSERT_BOTH: TextClause = text(
    f"with said as ({_INSERT}) insert into dedupe (scope, client_id, interaction_id, seq) "  # noqa: S608
    "select * from unnest(cast(:scopes as uuid[]), cast(:clients as text[]), "
    "cast(:owners as uuid[]), cast(:seqs as bigint[]))"
)


async def insert_events(
    connection: Connection,
    events: Sequence[StoredEvent],
    *,
    repeats: Mapping[RepeatKey, tuple[UUID, int]],
) -> None:
    """Inserts events and the keys that make repeats of them recognisable, in one statement."""
    values: dict[str, list[object]] = {name: [getattr(one, name) for one in events] for name in _TYPES}
    if not repeats:
        await connection.execute(_INSERT_EVENTS, values)
        return
    values["scopes"] = [key.scope for key in repeats]
    values["clients"] = [key.client_id for key in repeats]
    values["owners"] = [interaction_id for interaction_id, _ in repeats.values()]
    values["seqs"] = [seq for _, seq in repeats.values()]
    await connection.execute(_INSERT_BOTH, values)


def select_events(interaction_id: UUID, *, after: int, upto: int | None = None) -> Select[*tuple[Any, ...]]:
    """Events of one interaction with `after < seq <= upto`, in order."""
    statement = select(*(event.c[name] for name in _TYPES)).where(
        event.c.interaction_id == interaction_id, event.c.seq > after
    )
    if upto is not None:
        statement = statement.where(event.c.seq <= upto)
    return statement.order_by(event.c.seq)


def select_many(interaction_ids: Sequence[object]) -> Select[*tuple[Any, ...]]:
    """All events of several interactions, by interaction and seq."""
    columns = [event.c[name] for name in _TYPES]
    wanted = event.c.interaction_id.in_(interaction_ids)
    return select(*columns).where(wanted).order_by(event.c.interaction_id, event.c.seq)


def stored_event(row: Row[*tuple[Any, ...]]) -> StoredEvent:
    """The row as it lies on disk."""
    return StoredEvent(*row)


def opened(stored: StoredEvent, *, cipher: WordsCipher | None) -> Recorded:
    """The event with its words; without a cipher (erased) they are None."""
    words = _open_words(stored, cipher=cipher)
    return Recorded(stored, event_class(stored.kind).restore(stored.body, words))


def _open_words(stored: StoredEvent, *, cipher: WordsCipher | None) -> bytes | None:
    if stored.sealed is None or cipher is None:
        return None
    return cipher.open(stored.sealed, bound_to=bound_to(stored.interaction_id, stored.seq, stored.kind))
