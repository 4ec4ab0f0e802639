"""Sealed words open only with their key, in their place, unchanged."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interactions.errors import Invalid
from interactions.sealing import KeyRing, bound_to

ONE, OTHER = UUID(int=1), UUID(int=2)
OLD = KeyRing({"k1": b"1" * 32}, "k1", b"i" * 32)
NEW = KeyRing({"k1": b"1" * 32, "k2": b"2" * 32}, "k2", b"i" * 32)


@given(st.binary(max_size=500))
def test_words_come_back_as_they_were(words: bytes) -> None:
    cipher, wrapped = OLD.fresh(owner=ONE)
    place = bound_to(ONE, 1, "turn.said")

    sealed = cipher.seal(words, bound_to=place)

    assert OLD.unwrap(wrapped, owner=ONE).open(sealed, bound_to=place) == words


@pytest.mark.parametrize("place", [(OTHER, 1, "turn.said"), (ONE, 2, "turn.said"), (ONE, 1, "note.written")])
def test_moved_words_do_not_open(place: tuple[UUID, int, str]) -> None:
    cipher, _ = OLD.fresh(owner=ONE)
    sealed = cipher.seal(b"words", bound_to=bound_to(ONE, 1, "turn.said"))

    with pytest.raises(Invalid):
        cipher.open(sealed, bound_to=bound_to(*place))


@given(st.integers(min_value=0, max_value=40))
def test_a_changed_byte_is_found(at: int) -> None:
    cipher, _ = OLD.fresh(owner=ONE)
    sealed = bytearray(cipher.seal(b"thirteen byte", bound_to=b""))
    sealed[at] ^= 1

    with pytest.raises(Invalid):
        cipher.open(bytes(sealed), bound_to=b"")


def test_a_key_of_another_interaction_does_not_unwrap() -> None:
    _, wrapped = OLD.fresh(owner=ONE)

    with pytest.raises(Invalid):
        OLD.unwrap(wrapped, owner=OTHER)


def test_rewrapping_keeps_the_words_and_leaves_the_old_master_unneeded() -> None:
    cipher, wrapped = OLD.fresh(owner=ONE)
    sealed = cipher.seal(b"words", bound_to=b"")

    rewrapped = NEW.rewrap(wrapped, owner=ONE)

    only_new = KeyRing({"k2": b"2" * 32}, "k2", b"i" * 32)
    assert only_new.unwrap(rewrapped, owner=ONE).open(sealed, bound_to=b"") == b"words"
    with pytest.raises(Invalid, match="k1"):
        only_new.unwrap(wrapped, owner=ONE)


def test_blind_indexes_differ_by_kind_and_never_show_the_value() -> None:
    assert OLD.blind_index("phone", "x") != OLD.blind_index("name", "x")
    assert b"x" * 8 not in OLD.blind_index("phone", "x" * 8)
