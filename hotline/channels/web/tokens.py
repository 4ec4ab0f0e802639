"""The token of one resident's browser: opaque, stored as a hash, never in a URL.

hello without token ─▶ fresh resident + token      hello with token ─▶ that resident, or `BadToken`
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from interactions.clock import Clock
from interactions.database import Database
from interactions.errors import NotSignedIn
from interactions.identity import new_id

TOKEN_BYTES = 32
_GRANT = text("""
with person as (insert into resident (resident_id, created_at) values (:resident_id, :now) returning resident_id)
insert into resident_token (token_id, token_hash, resident_id, created_at, expires_at)
select :token_id, :token_hash, resident_id, :now, :expires_at from person
""")
_FIND = text("select token_id, resident_id from resident_token where token_hash = :token_hash and expires_at > :now")


@dataclass(frozen=True, slots=True)
class Browser:
    """Whose browser it is; `token` is what it comes back with. `fresh`: its resident was never here before."""

    token_id: UUID
    resident_id: UUID
    token: str
    fresh: bool = False


class ResidentTokens:
    """Grants and recognises residents' tokens."""

    def __init__(self, database: Database, *, clock: Clock, days: int) -> None:
        self._database = database
        self._clock = clock
        self._life = timedelta(days=days)

    async def grant(self) -> Browser:
        """A new resident with a token, valid for so many days."""
        now = self._clock.now()
        made = Browser(new_id(now), new_id(now), secrets.token_urlsafe(TOKEN_BYTES), fresh=True)
        values = {
            "token_id": made.token_id,
            "token_hash": _hash(made.token),
            "resident_id": made.resident_id,
            "now": now,
            "expires_at": now + self._life,
        }
        await self._database.run(_GRANT, values)
        return made

    async def browser(self, token: str) -> Browser:
        """The browser that `token` was granted to; raises `NotSignedIn` for an unknown or expired one."""
        row = (await self._database.run(_FIND, {"token_hash": _hash(token), "now": self._clock.now()})).first()
        if row is None:
            raise NotSignedIn("会话已失效，请重新开始")
        return Browser(row.token_id, row.resident_id, token)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
