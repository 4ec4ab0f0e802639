"""Words under lock: one key per interaction, wrapped by a master key; blind indexes for looking people up.

    master key (settings, rotated) ──wraps──▶ interaction key (table interaction_key) ──seals──▶ words of its events

Sealed bytes are `nonce(12) ‖ AES-256-GCM ciphertext`. The associated data binds them to interaction, seq and kind,
so that a ciphertext moved elsewhere does not open. Erasure deletes the wrapped key; rotation wraps it anew and
touches no event.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from interactions.errors import Invalid
from interactions.nonces import NONCE_BYTES, fresh_nonce

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A data key as it lies in the database."""

    master_id: str
    wrapped: bytes


class WordsCipher:
    """Seals and opens the words of one interaction."""

    __slots__ = ("_aead",)

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def seal(self, words: bytes, *, bound_to: bytes) -> bytes:
        """`nonce ‖ ciphertext`, bound to `bound_to`."""
        nonce = fresh_nonce()
        return nonce + self._aead.encrypt(nonce, words, bound_to)

    def open(self, sealed: bytes, *, bound_to: bytes) -> bytes:
        """The words; raises `Invalid` where the bytes or what they are bound to were changed."""
        try:
            return self._aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)
        except InvalidTag as error:
            raise Invalid("sealed words do not open: changed, or moved from another place") from error


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Master keys by id (32 bytes each); `current` wraps, all unwrap. `index_key` drives the blind indexes."""

    masters: Mapping[str, bytes] = field(repr=False)
    current: str
    index_key: bytes = field(repr=False)

    def fresh(self, *, owner: UUID) -> tuple[WordsCipher, WrappedKey]:
        """A new data key for `owner`, ready for use and wrapped for the database."""
        key = os.urandom(KEY_BYTES)
        return WordsCipher(key), self._wrap(key, owner=owner)

    def unwrap(self, stored: WrappedKey, *, owner: UUID) -> WordsCipher:
        """The cipher of a stored key; raises `Invalid` where its master key is not on the ring."""
        return WordsCipher(self._data_key(stored, owner=owner))

    def rewrap(self, stored: WrappedKey, *, owner: UUID) -> WrappedKey:
        """The same data key under the current master key."""
        return self._wrap(self._data_key(stored, owner=owner), owner=owner)

    def blind_index(self, kind: str, value: str) -> bytes:
        """A keyed digest for looking `value` up without storing it (HMAC-SHA-256; `kind` separates domains)."""
        return hmac.new(self.index_key, f"{kind}\x00{value}".encode(), hashlib.sha256).digest()

    def _wrap(self, key: bytes, *, owner: UUID) -> WrappedKey:
        master = WordsCipher(self.masters[self.current])
        return WrappedKey(self.current, master.seal(key, bound_to=owner.bytes))

    def _data_key(self, stored: WrappedKey, *, owner: UUID) -> bytes:
        if stored.master_id not in self.masters:
            raise Invalid(f"secrets.master_keys: no key named {stored.master_id!r}, which wraps stored words")
        return WordsCipher(self.masters[stored.master_id]).open(stored.wrapped, bound_to=owner.bytes)


def bound_to(interaction_id: UUID, seq: int, kind: str) -> bytes:
    """The associated data of an event's words: interaction, seq and kind."""
    return interaction_id.bytes + seq.to_bytes(8, "big") + kind.encode()
