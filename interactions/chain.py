"""The hash chain: each event's hash covers the stored bytes of the event and the hash before it.

    hash(n) = SHA-256( hash(n-1) ‖ fields of n, each with its length )        hash(0) = 32 zero bytes

Only stored bytes go in, never decoded JSON and never plaintext, so a chain verifies without any key and after
erasure.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

GENESIS = bytes(32)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ABSENT = b"\xff\xff\xff\xff"
_OF_8, _OF_16 = (size.to_bytes(4, "big") for size in (8, 16))
KEPT_CODES = 1_024


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
    return hashlib.sha256(b"".join((previous, *_framed(stored)))).digest()


def _framed(stored: StoredEvent) -> tuple[bytes, ...]:
    """Its fields in order, length before content, so that no two different rows give the same bytes."""
    return (
        _OF_16,
        stored.interaction_id.bytes,
        _OF_8,
        stored.seq.to_bytes(8, "big"),
        _code(stored.kind),
        _code(stored.by),
        _ABSENT if stored.by_id is None else _OF_16 + stored.by_id.bytes,
        _OF_8,
        _micros(stored.at).to_bytes(8, "big", signed=True),
        _code(stored.from_state),
        _code(stored.to_state),
        _code(stored.matter),
        _ABSENT if stored.in_reply_to is None else _OF_8 + stored.in_reply_to.to_bytes(8, "big"),
        _sized(stored.body),
        _ABSENT if stored.sealed is None else _sized(stored.sealed),
    )


@lru_cache(KEPT_CODES)
def _code(value: str | None) -> bytes:
    """Kinds, states, matters: few values, over and over."""
    return _ABSENT if value is None else _sized(value.encode())


def _sized(content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + content


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND
