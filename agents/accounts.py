"""Accounts: adding them, and finding out whether somebody is who they say."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import Row, insert, select, update

from agents.passwords import Passwords
from agents.roles import Role, Scope, ScopeKind, Viewer
from interactions.clock import Clock
from interactions.connections import Connection
from interactions.database import Database, Unit
from interactions.errors import NotFound
from interactions.identity import new_id
from interactions.tables import account


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to add; `password` is kept as a hash only."""

    username: str
    display_name: str
    role: Role
    password: str = field(repr=False)
    scope: Scope = field(default_factory=Scope)
    firm: str | None = None
    demo: bool = False
    licence_number: str | None = None
    licence_until: date | None = None
    trained_on: date | None = None


class Accounts:
    """The accounts of the house."""

    def __init__(self, database: Database, *, passwords: Passwords, clock: Clock) -> None:
        self._database = database
        self._passwords = passwords
        self._clock = clock

    async def verify(self, username: str, *, password: str) -> Viewer | None:
        """The viewer behind name and password; None for unknown, wrong or disabled, after the same work."""
        async with self._database.read() as connection:
            row = (await connection.execute(select(account).where(account.c.username == username))).first()
        stored = row.password_hash if row else None
        matched = await self._passwords.match(password, stored=stored)
        if row is None or not matched or row.disabled_at is not None:
            return None
        await self._refresh(row, password)
        return viewer_in(row)

    async def add(self, unit: Unit, new: NewAccount) -> UUID:
        """The id of a new account; raises `Conflict` where the username is taken."""
        password_hash = await self._passwords.hash(new.password)
        return await insert_account(unit, new, password_hash=password_hash, clock=self._clock)

    async def disable(self, unit: Unit, account_id: UUID) -> None:
        """From now on the account logs in nowhere; its open sockets are closed within seconds."""
        statement = update(account).where(account.c.account_id == account_id).values(disabled_at=self._clock.now())
        await unit.connection.execute(statement)

    async def _refresh(self, row: Row[*tuple[object, ...]], password: str) -> None:
        """Hashes anew where the cost was changed, unless somebody set another password meanwhile."""
        if not self._passwords.outdated(row.password_hash):
            return
        fresh = await self._passwords.hash(password)
        same = (account.c.account_id == row.account_id, account.c.password_hash == row.password_hash)
        async with self._database.unit() as unit:
            await unit.connection.execute(update(account).where(*same).values(password_hash=fresh))


async def insert_account(unit: Unit, new: NewAccount, *, password_hash: str, clock: Clock) -> UUID:
    """Writes the row of a new account."""
    account_id = new_id(clock.now())
    row = {
        "account_id": account_id,
        "username": new.username,
        "display_name": new.display_name,
        "password_hash": password_hash,
        "role": new.role.value,
        "scope_kind": new.scope.kind.value,
        "scope_value": new.scope.value,
        "firm": new.firm,
        "demo": new.demo,
        "licence_number": new.licence_number,
        "licence_until": new.licence_until,
        "trained_on": new.trained_on,
    }
    await unit.connection.execute(insert(account).values(row))
    return account_id


def viewer_in(row: Row[*tuple[object, ...]]) -> Viewer:
    """The viewer in a row that holds the columns of `account`."""
    scope = Scope(ScopeKind(row.scope_kind), row.scope_value)
    return Viewer(row.account_id, row.display_name, Role(row.role), scope)


async def named_viewer(connection: Connection, username: str) -> Viewer:
    """The viewer that the account `username` is; raises `NotFound` where there is none, or it was disabled."""
    columns = (
        account.c.account_id,
        account.c.display_name,
        account.c.role,
        account.c.scope_kind,
        account.c.scope_value,
    )
    live = select(*columns).where(account.c.username == username, account.c.disabled_at.is_(None))
    row = (await connection.execute(live)).first()
    if row is None:
        raise NotFound(f"没有可用的账号 {username}")
    return viewer_in(row)
