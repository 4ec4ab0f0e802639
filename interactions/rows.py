"""Events between Python and the table `event`: many in with one statement, out in order with their words opened."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, text

from interactions.chain import StoredEvent
from interactions.kinds import event_class
from interactions.record import Recorded
from interactions.sealing import WordsCipher, bound_to

EVENT_TYPES = {
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
_COLUMNS = ", ".join(f'"{name}"' for name in EVENT_TYPES)
# Past a cursor, up to a head that was read before: head and events agree.
SELECT_EVENTS = text(
    f"select {_COLUMNS} from event where interaction_id = :interaction_id and seq > :after and seq <= :upto "  # noqa: S608
    "order by seq"
)
# Several interactions whole.
SELECT_MANY = text(
    f"select {_COLUMNS} from event where interaction_id = any(:ids) order by interaction_id, seq"  # noqa: S608
)


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
