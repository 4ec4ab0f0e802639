"""Nonces of the system's generator, drawn many at a time: asking the kernel for each costs as much as sealing does."""

from __future__ import annotations

import os

NONCE_BYTES = 12
AT_ONCE = 256

_drawn: list[bytes] = []


def fresh_nonce() -> bytes:
    """Twelve random bytes that nobody was given before."""
    while True:
        try:
            return _drawn.pop()
        except IndexError:
            _draw()


def _draw() -> None:
    random = os.urandom(AT_ONCE * NONCE_BYTES)
    _drawn.extend(random[at : at + NONCE_BYTES] for at in range(0, len(random), NONCE_BYTES))


# A forked child would hand out the same ones again, and AES-GCM forgives no nonce used twice.
os.register_at_fork(after_in_child=_drawn.clear)
