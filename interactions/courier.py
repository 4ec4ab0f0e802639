"""The port of whoever carries a kind of message to the outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Sent:
    """It arrived at the provider."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Not now; at the earliest after `after_s` seconds. `error` is a code."""

    error: str
    after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Refused:
    """Never; trying again would change nothing. `error` is a code."""

    error: str


class Courier(Protocol):
    """Carries one kind of message.

    Owes: answers within its deadline, sends nothing twice for one `idempotency_key` where the provider knows such
    keys. `unknown_outcome` says what a lost answer means: `resend` (a message twice is better than none) or `hold`
    (a call twice is not: a person decides).
    """

    kind: str
    unknown_outcome: Literal["resend", "hold"]

    async def send(self, payload: bytes, *, idempotency_key: str) -> Sent | Retry | Refused:
        """What became of it; an exception is an unknown outcome."""
