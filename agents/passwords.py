"""argon2id in worker threads, so that the event loop never waits for a hash."""

from __future__ import annotations

import asyncio
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from agents.settings import PasswordSettings


class Passwords:
    """Hashes and checks passwords; at most `at_once` at a time, each takes tens of megabytes."""

    def __init__(self, settings: PasswordSettings) -> None:
        self._hasher = PasswordHasher(
            time_cost=settings.time_cost, memory_cost=settings.memory_kib, parallelism=settings.lanes
        )
        # Nobody's password: an unknown user costs the same check as a known one.
        self._nobody = self._hasher.hash(secrets.token_urlsafe(32))
        self._turns = asyncio.Semaphore(settings.at_once)

    async def hash(self, password: str) -> str:
        """The hash to store, with its salt and cost in it."""
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def match(self, password: str, *, stored: str | None) -> bool:
        """Whether `password` is the one behind `stored`; without one it takes as long and says no."""
        async with self._turns:
            matched = await asyncio.to_thread(self._verify, stored or self._nobody, password)
        return matched and stored is not None

    def outdated(self, stored: str) -> bool:
        """Whether `stored` was made at another cost than is set now."""
        return self._hasher.check_needs_rehash(stored)

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False
