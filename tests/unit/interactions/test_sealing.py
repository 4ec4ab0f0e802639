"""Sealed words: what opens, where, and with which key."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interactions.errors import Invalid
from interactions.nonces import NONCE_BYTES
from interactions.sealing import KeyRing, WordsCipher, bound_to

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
RING = KeyRing(masters={"k1": OLD}, current="k1", index_key=b"i" * 32)
ROTATED = KeyRing(masters={"k1": OLD, "k2": NEW}, current="k2", index_key=b"i" * 32)
ONLY_NEW = KeyRing(masters={"k2": NEW}, current="k2", index_key=b"i" * 32)
OWNER, STRANGER = UUID(int=1), UUID(int=2)
PLACE = bound_to(OWNER, 3, "turn.said")


@given(words=st.binary(max_size=300), owner=st.uuids(), seq=st.integers(0, 2**63 - 1), kind=st.text(max_size=20))
def test_what_was_sealed_opens_in_its_place(words: bytes, owner: UUID, seq: int, kind: str) -> None:
    cipher = WordsCipher(OLD)
    place = bound_to(owner, seq, kind)

    assert cipher.open(cipher.seal(words, bound_to=place), bound_to=place) == words


def test_no_word_can_be_read_from_the_sealed_bytes() -> None:
    sealed = WordsCipher(OLD).seal("老板拖欠工资".encode(), bound_to=PLACE)

    assert "工资".encode() not in sealed


def test_the_same_words_never_give_the_same_bytes() -> None:
    cipher = WordsCipher(OLD)

    assert cipher.seal(b"yes", bound_to=PLACE) != cipher.seal(b"yes", bound_to=PLACE)


@given(st.data())
def test_one_changed_bit_anywhere_and_nothing_opens(data: st.DataObject) -> None:
    cipher = WordsCipher(OLD)
    sealed = bytearray(cipher.seal(b"words", bound_to=PLACE))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(Invalid, match="do not open"):
        cipher.open(bytes(sealed), bound_to=PLACE)


@pytest.mark.parametrize("length", [NONCE_BYTES, NONCE_BYTES + 15, NONCE_BYTES + 20])
def test_words_cut_short_do_not_open(length: int) -> None:
    cipher = WordsCipher(OLD)
    sealed = cipher.seal(b"words", bound_to=PLACE)

    with pytest.raises(Invalid):
        cipher.open(sealed[:length], bound_to=PLACE)


@pytest.mark.parametrize(
    "elsewhere",
    [bound_to(STRANGER, 3, "turn.said"), bound_to(OWNER, 4, "turn.said"), bound_to(OWNER, 3, "note.written")],
)
def test_words_moved_to_another_place_do_not_open(elsewhere: bytes) -> None:
    cipher = WordsCipher(OLD)

    with pytest.raises(Invalid, match="moved from another place"):
        cipher.open(cipher.seal(b"words", bound_to=PLACE), bound_to=elsewhere)


def test_a_stored_key_opens_what_its_fresh_one_sealed() -> None:
    cipher, stored = RING.fresh(owner=OWNER)
    sealed = cipher.seal(b"words", bound_to=PLACE)

    assert RING.unwrap(stored, owner=OWNER).open(sealed, bound_to=PLACE) == b"words"


def test_a_key_put_beside_another_interaction_does_not_unwrap() -> None:
    _, stored = RING.fresh(owner=OWNER)

    with pytest.raises(Invalid):
        RING.unwrap(stored, owner=STRANGER)


def test_rotation_wraps_the_same_key_anew_and_old_words_open_without_the_old_master() -> None:
    cipher, stored = RING.fresh(owner=OWNER)
    sealed = cipher.seal(b"words", bound_to=PLACE)

    rewrapped = ROTATED.rewrap(stored, owner=OWNER)

    assert rewrapped.master_id == "k2"
    assert ONLY_NEW.unwrap(rewrapped, owner=OWNER).open(sealed, bound_to=PLACE) == b"words"


def test_before_rotation_the_old_master_is_still_needed_and_its_absence_is_named() -> None:
    _, stored = RING.fresh(owner=OWNER)

    with pytest.raises(Invalid, match=r"secrets\.master_keys: no key named 'k1'"):
        ONLY_NEW.unwrap(stored, owner=OWNER)


def test_a_blind_index_is_stable_and_tells_kinds_values_and_keys_apart() -> None:
    other_key = KeyRing(masters={"k1": OLD}, current="k1", index_key=b"j" * 32)
    found = {
        RING.blind_index("phone", "1"),
        RING.blind_index("phone", "2"),
        RING.blind_index("openid", "1"),
        other_key.blind_index("phone", "1"),
    }

    assert len(found) == 4
    assert RING.blind_index("phone", "1") == ROTATED.blind_index("phone", "1")


def test_a_ring_never_shows_its_keys() -> None:
    assert repr(OLD) not in repr(RING)
    assert "iiii" not in repr(RING)
