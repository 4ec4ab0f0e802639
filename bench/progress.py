"""How a bench says what it is at: what is done, how far it got, out of how many."""

from __future__ import annotations

from collections.abc import Callable

Step = Callable[[str, float, float], None]


def silent(_: str, __: float, ___: float) -> None:
    """Says nothing."""
