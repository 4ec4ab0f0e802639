"""Types of the database that are no tables: whole rows travel to it as one parameter."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# A turn as it is appended on a known head (plain_turns.py).
PLAIN_TURN: Mapping[str, str] = MappingProxyType(
    {
        "interaction_id": "uuid",
        "old_state": "text",
        "old_seq": "bigint",
        "last_turn_at": "timestamptz",
        "unanswered_since": "timestamptz",
        "kind": "text",
        "by": "text",
        "by_id": "uuid",
        "at": "timestamptz",
        "in_reply_to": "bigint",
        "body": "bytea",
        "sealed": "bytea",
        "hash": "bytea",
        "scope": "uuid",
        "client_id": "text",
    }
)

# A range of ids. Of one id, it lets an exclusion constraint ask for the same id where btree_gist is not at hand.
UUID_RANGE = "create type uuid_range as range (subtype = uuid)"
