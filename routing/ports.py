"""What routing needs from the house; the wiring fills it."""

from __future__ import annotations

from collections.abc import Callable

Rescued = Callable[[str], None]
"""Counts what only the safety poll found, because a wake-up was lost; zero without faults."""
