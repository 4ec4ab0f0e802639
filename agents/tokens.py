"""Login tokens: 256 random bits, opaque, stored only as a hash.

grant ─▶ live ─┬─▶ revoked (logout)
               └─▶ expired (lifetime), or its account disabled
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, insert, select, update

from agents.accounts import viewer_in
from agents.errors import LoginExpired
from agents.roles import Viewer
from agents.settings import LoginSettings
from agents.tables import login
from interactions.clock import Clock
from interactions.database import Database
from interactions.identity import new_id
from interactions.tables import account

TOKEN_BYTES = 32
MAX_TOKEN = 128


@dataclass(frozen=True, slots=True)
class Holder:
    """Who came with a token, and by which login."""

    login_id: UUID
    viewer: Viewer


@dataclass(frozen=True, slots=True)
class Granted:
    """A fresh token; it is shown once and can't be read back."""

    login_id: UUID
    token: str = field(repr=False)
    expires_at: datetime


class Tokens:
    """Grants, recognises and revokes logins."""

    def __init__(self, database: Database, *, clock: Clock, settings: LoginSettings) -> None:
        self._database = database
        self._clock = clock
        self._lifetime = timedelta(seconds=settings.lifetime_s)

    async def grant(self, account_id: UUID) -> Granted:
        """A new token for `account_id`."""
        now = self._clock.now()
        granted = Granted(new_id(now), secrets.token_urlsafe(TOKEN_BYTES), now + self._lifetime)
        row = {
            "login_id": granted.login_id,
            "token_hash": _hashed(granted.token),
            "account_id": account_id,
            "created_at": now,
            "expires_at": granted.expires_at,
        }
        async with self._database.unit() as unit:
            await unit.connection.execute(insert(login).values(row))
        return granted

    async def holder(self, token: str) -> Holder:
        """Who holds `token`; raises `LoginExpired` for unknown, revoked, expired and disabled alike."""
        if not 0 < len(token) <= MAX_TOKEN or not token.isascii():
            raise LoginExpired("登录已失效，请重新登录")
        statement = self._live().add_columns(account).where(login.c.token_hash == _hashed(token))
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).first()
        if row is None:
            raise LoginExpired("登录已失效，请重新登录")
        return Holder(row.login_id, viewer_in(row))

    async def still_live(self, login_ids: Collection[UUID]) -> frozenset[UUID]:
        """Those of `login_ids` that still hold: what open sockets are compared with."""
        if not login_ids:
            return frozenset()
        async with self._database.read() as connection:
            rows = await connection.scalars(self._live().where(login.c.login_id.in_(login_ids)))
            return frozenset(rows)

    async def revoke(self, login_id: UUID) -> None:
        """Ends this login; repeating it changes nothing."""
        live = (login.c.login_id == login_id, login.c.revoked_at.is_(None))
        async with self._database.unit() as unit:
            await unit.connection.execute(update(login).where(*live).values(revoked_at=self._clock.now()))

    def _live(self) -> Select[UUID]:
        return (
            select(login.c.login_id)
            .join(account, account.c.account_id == login.c.account_id)
            .where(
                login.c.revoked_at.is_(None), login.c.expires_at > self._clock.now(), account.c.disabled_at.is_(None)
            )
        )


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
