"""Real accounts, as an administrator keeps them: added, given a new password, their papers noted, disabled, listed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text, update

from agents.accounts import Accounts, NewAccount
from agents.cancelling import clear_shifts
from agents.errors import UsernameTaken
from agents.passwords import Passwords
from agents.tables import login
from interactions.clock import Clock
from interactions.connections import Connection
from interactions.database import Database, Unit
from interactions.errors import Conflict, Invalid, NotFound
from interactions.tables import account

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
# NIST SP 800-63B-4, 3.1.1.2: at least 15 characters for a password alone, no rules about kinds of characters.
LEAST_PASSWORD = 15
MOST_PASSWORD = 256
MOST_LINE = 100
_LIST = text("""
select a.username, a.display_name, a.role, a.scope_kind, a.scope_value, a.firm, a.licence_number, a.licence_until,
       a.trained_on, a.disabled_at, a.demo,
       (select max(h.ends_at) from shift h where h.account_id = a.account_id) as planned_until
from account a where :all or a.disabled_at is null order by a.role, a.username
""")


@dataclass(frozen=True, slots=True)
class Papers:
    """What a lawyer has to show; None leaves what is noted."""

    licence_number: str | None = None
    licence_until: date | None = None
    trained_on: date | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """One account as a list shows it."""

    username: str
    display_name: str
    role: str
    scope_kind: str
    scope_value: str | None
    firm: str | None
    licence_number: str | None
    licence_until: date | None
    trained_on: date | None
    disabled_at: datetime | None
    demo: bool
    planned_until: datetime | None


class Staff:
    """The accounts of the house, by username."""

    def __init__(self, database: Database, *, accounts: Accounts, passwords: Passwords, clock: Clock) -> None:
        self._database = database
        self._accounts = accounts
        self._passwords = passwords
        self._clock = clock

    async def add(self, new: NewAccount) -> UUID:
        """The id of the new account; raises `Invalid`, or `UsernameTaken`."""
        _require_line(new.display_name, field="display_name")
        if new.firm is not None:
            _require_line(new.firm, field="firm")
        if not _USERNAME.fullmatch(new.username):
            raise Invalid("username：2–64 个小写字母、数字、点、横线或下划线，以字母或数字开头")
        require_password(new.password, username=new.username)
        try:
            async with self._database.unit() as unit:
                return await self._accounts.add(unit, new)
        except Conflict as error:
            raise UsernameTaken(f"已有账号 {new.username}") from error

    async def set_password(self, username: str, *, password: str) -> None:
        """A new password; every login made with the old one ends."""
        require_password(password, username=username)
        hashed = await self._passwords.hash(password)
        async with self._database.unit() as unit:
            account_id = await _id_of(unit.connection, username)
            changed = update(account).where(account.c.account_id == account_id).values(password_hash=hashed)
            await unit.connection.execute(changed)
            await self._end_logins(unit, account_id)

    async def note_papers(self, username: str, papers: Papers) -> None:
        """Notes what is given of a lawyer's licence and training."""
        given = {name: value for name in Papers.__slots__ if (value := getattr(papers, name)) is not None}
        if not given:
            raise Invalid("没有要登记的内容：请给出执业证号、有效期或培训日期")
        if papers.licence_number is not None:
            _require_line(papers.licence_number, field="licence_number")
        async with self._database.unit() as unit:
            account_id = await _id_of(unit.connection, username)
            await unit.connection.execute(update(account).where(account.c.account_id == account_id).values(given))

    async def disable(self, username: str) -> int:
        """From now on it logs in nowhere; returns how many shifts ahead were cancelled with it."""
        async with self._database.unit() as unit:
            account_id = await _id_of(unit.connection, username)
            await self._accounts.disable(unit, account_id)
            await self._end_logins(unit, account_id)
            return await clear_shifts(unit, [account_id], reason="disabled", now=self._clock.now())

    async def enable(self, username: str) -> None:
        """It may log in again; its shifts come back with the next plan."""
        async with self._database.unit() as unit:
            account_id = await _id_of(unit.connection, username)
            back = update(account).where(account.c.account_id == account_id).values(disabled_at=None)
            await unit.connection.execute(back)

    async def list(self, *, disabled: bool) -> Sequence[Member]:
        """All accounts by role and name; with `disabled`, those that log in nowhere, too."""
        async with self._database.read() as connection:
            return [Member(*row) for row in await connection.execute(_LIST, {"all": disabled})]

    async def _end_logins(self, unit: Unit, account_id: UUID) -> None:
        live = (login.c.account_id == account_id, login.c.revoked_at.is_(None))
        await unit.connection.execute(update(login).where(*live).values(revoked_at=self._clock.now()))


def require_password(password: str, *, username: str) -> None:
    """Raises `Invalid` for one that is too short, too long, or holds the username."""
    if not LEAST_PASSWORD <= len(password) <= MOST_PASSWORD:
        raise Invalid(f"密码：{LEAST_PASSWORD}–{MOST_PASSWORD} 个字符，可以是一句话")
    if username.lower() in password.lower() or len(set(password)) < LEAST_PASSWORD // 3:
        raise Invalid("密码：不得含有用户名，也不能只是几个字符的重复")


def _require_line(text: str, *, field: str) -> None:
    if not text.strip() or len(text) > MOST_LINE or not text.isprintable():
        raise Invalid(f"{field}：1–{MOST_LINE} 个字符，一行")


async def _id_of(connection: Connection, username: str) -> UUID:
    """The account's id, its row locked."""
    found = await connection.scalar(
        text("select account_id from account where username = :username for no key update"), {"username": username}
    )
    if found is None:
        raise NotFound(f"没有账号 {username}")
    return found  # type: ignore[no-any-return]
