"""The hash chain: each event's hash covers the stored bytes of the event and the hash before it.

    hash(n) = SHA-256( hash(n-1) ‖ fields of n, each with its length )        hash(0) = 32 zero bytes

Only stored bytes go in, never decoded JSON and never plaintext, so a chain verifies without any key and after
erasure.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

GENESIS = bytes(32)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ABSENT = b"\xff\xff\xff\xff"


class StoredEvent(NamedTuple):
    """An event's row, as bytes and plain columns. A tuple, as rows are: every turn makes one."""

    interaction_id: UUID
    seq: int
    kind: str
    by: str
    by_id: UUID | None
    at: datetime
    from_state: str | None
    to_state: str | None
    matter: str
    in_reply_to: int | None
    body: bytes
    sealed: bytes | None
    hash: bytes = b""


def chain_hash(previous: bytes, stored: StoredEvent) -> bytes:
    """The hash (32 bytes) of `stored` after `previous`."""
    framed = [previous]
    for part in _parts(stored):
        # Length before content, so that no two different rows give the same bytes.
        framed += (_ABSENT,) if part is None else (len(part).to_bytes(4, "big"), part)
    return hashlib.sha256(b"".join(framed)).digest()


def _parts(stored: StoredEvent) -> tuple[bytes | None, ...]:
    return (
        stored.interaction_id.bytes,
        stored.seq.to_bytes(8, "big"),
        stored.kind.encode(),
        stored.by.encode(),
        stored.by_id.bytes if stored.by_id else None,
        _micros(stored.at).to_bytes(8, "big", signed=True),
        _text(stored.from_state),
        _text(stored.to_state),
        stored.matter.encode(),
        None if stored.in_reply_to is None else stored.in_reply_to.to_bytes(8, "big"),
        stored.body,
        stored.sealed,
    )


def _text(value: str | None) -> bytes | None:
    return None if value is None else value.encode()


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND
