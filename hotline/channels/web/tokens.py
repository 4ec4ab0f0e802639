"""The token of one resident's browser: opaque, stored as a hash, never in a URL.

hello without token ─▶ fresh resident + token      hello with token ─▶ that resident, or `BadToken`
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import insert, select

from interactions.clock import Clock
from interactions.database import Database
from interactions.errors import NotSignedIn
from interactions.identity import new_id
from interactions.tables import resident, resident_token

TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Browser:
    """Whose browser it is; `token` is what it comes back with."""

    token_id: UUID
    resident_id: UUID
    token: str


class ResidentTokens:
    """Grants and recognises residents' tokens."""

    def __init__(self, database: Database, *, clock: Clock, days: int) -> None:
        self._database = database
        self._clock = clock
        self._life = timedelta(days=days)

    async def grant(self) -> Browser:
        """A new resident with a token, valid for so many days."""
        now = self._clock.now()
        made = Browser(new_id(now), new_id(now), secrets.token_urlsafe(TOKEN_BYTES))
        person = {"resident_id": made.resident_id, "created_at": now}
        row = {
            "token_id": made.token_id,
            "token_hash": _hash(made.token),
            "resident_id": made.resident_id,
            "created_at": now,
            "expires_at": now + self._life,
        }
        async with self._database.unit() as unit:
            await unit.connection.execute(insert(resident).values(person))
            await unit.connection.execute(insert(resident_token).values(row))
        return made

    async def browser(self, token: str) -> Browser:
        """The browser that `token` was granted to; raises `NotSignedIn` for an unknown or expired one."""
        statement = select(resident_token.c.token_id, resident_token.c.resident_id).where(
            resident_token.c.token_hash == _hash(token), resident_token.c.expires_at > self._clock.now()
        )
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).first()
        if row is None:
            raise NotSignedIn("会话已失效，请重新开始")
        return Browser(row.token_id, row.resident_id, token)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
