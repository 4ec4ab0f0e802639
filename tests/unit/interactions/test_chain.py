"""The hash chain: whatever of an event changes, its hash changes, and every later one with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interactions.chain import GENESIS, StoredEvent, chain_hash

STORED = StoredEvent(
    interaction_id=UUID(int=7),
    seq=3,
    kind="turn.said",
    by="resident",
    by_id=UUID(int=9),
    at=datetime(2026, 11, 23, 1, 2, 3, 456789, tzinfo=UTC),
    from_state="with_bot",
    to_state=None,
    matter="labour",
    in_reply_to=None,
    body=b"{}",
    sealed=b"sealed",
)
CHANGES: dict[str, list[Any]] = {
    "interaction_id": [UUID(int=8)],
    "seq": [2, 4],
    "kind": ["note.written", ""],
    "by": ["lawyer"],
    "by_id": [None, UUID(int=10)],
    "at": [STORED.at + timedelta(microseconds=1), STORED.at - timedelta(days=1)],
    "from_state": [None, "", "waiting"],
    "to_state": ["", "waiting"],
    "matter": ["labour.wages", ""],
    "in_reply_to": [0, 1],
    "body": [b"", b"{ }"],
    "sealed": [None, b"", b"sealee"],
}


@pytest.mark.parametrize(("column", "value"), [(name, one) for name, values in CHANGES.items() for one in values])
def test_any_changed_column_changes_the_hash(column: str, value: object) -> None:
    changed = STORED._replace(**{column: value})  # type: ignore[arg-type]

    assert chain_hash(GENESIS, changed) != chain_hash(GENESIS, STORED)


def test_every_stored_column_is_covered() -> None:
    assert set(CHANGES) | {"hash"} == set(StoredEvent._fields)


def test_the_hash_before_it_is_part_of_the_hash() -> None:
    assert chain_hash(b"\x01" * 32, STORED) != chain_hash(GENESIS, STORED)


def test_the_stored_hash_itself_is_not_covered() -> None:
    assert chain_hash(GENESIS, STORED._replace(hash=b"x")) == chain_hash(GENESIS, STORED)


def test_one_instant_in_another_zone_is_the_same_instant() -> None:
    in_tianjin = STORED._replace(at=STORED.at.astimezone(timezone(timedelta(hours=8))))

    assert chain_hash(GENESIS, in_tianjin) == chain_hash(GENESIS, STORED)


@given(kind=st.text(max_size=8), by=st.text(max_size=8), cut=st.integers(0, 8))
def test_letters_moved_from_one_column_to_the_next_change_the_hash(kind: str, by: str, cut: int) -> None:
    joined = kind + by
    moved = STORED._replace(kind=joined[:cut], by=joined[cut:])
    told = STORED._replace(kind=kind, by=by)

    assert (chain_hash(GENESIS, moved) == chain_hash(GENESIS, told)) is (moved.kind == kind)


def test_the_hash_is_a_fixed_one_so_that_old_logs_verify_for_ever() -> None:
    assert chain_hash(GENESIS, STORED).hex() == "2a4d64d658b7aa2d0151a02898cc99867c3791d6c470a13462243aa0634cf59e"
