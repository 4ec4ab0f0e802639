"""The demo roster: fifteen seats in five matters, their lawyers, and one account of each other role.

    seat01 … seat12   two specialities each: every pair of labour, family, debt and housing, twice
    seat13 … seat15   generalists

Round-the-clock shifts without an end, and papers that each start brings up to date, so that the demo works at any
hour of any year. Nobody in it is a person: seats and accounts are named by their number, and have no licence number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import combinations
from uuid import UUID

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from agents.accounts import NewAccount, insert_account
from agents.cancelling import clear_shifts
from agents.passwords import Passwords
from agents.roles import Role
from interactions.clock import Clock
from interactions.database import Database, Unit
from interactions.identity import new_id
from interactions.model import GENERAL, VOICE
from interactions.tables import account, seat, shift

SEATS = 15
SPECIALITIES = ("labour", "family", "debt", "housing")
CHANNELS = ("web", "wechat", VOICE)
CHAT_CAPACITY = 3
# Any constant; all who seed draw the same lock.
_LOCK = 0x686F746C04
_ONE_AT_A_TIME = text("select pg_advisory_xact_lock(:lock)")
# Renewed at every start, and so is the training of today.
PAPERS_HOLD = timedelta(days=1095)
_RENEW = text("""
update account set licence_until = :until, trained_on = :today
where demo and role = 'lawyer' and disabled_at is null
""")
STAFF: Mapping[str, tuple[Role, str]] = {
    "supervisor": (Role.SUPERVISOR, "演示班长"),
    "analyst": (Role.ANALYST, "演示分析员"),
    "admin": (Role.ADMIN, "演示管理员"),
}


@dataclass(frozen=True, slots=True)
class Demo:
    """How the demo is seeded; `channels` are those the seats serve."""

    password: str = field(repr=False)
    channels: tuple[str, ...] = CHANNELS


async def seed_demo(database: Database, *, passwords: Passwords, clock: Clock, demo: Demo) -> int:
    """Adds what is missing of the demo roster and renews its papers; returns how many accounts it added."""
    known = await _usernames(database)
    missing = [new for new in _accounts(demo) if new.username not in known]
    # Hashing is slow by design: outside the transaction, which may take two seconds.
    hashes = {new.username: await passwords.hash(new.password) for new in missing}
    async with database.unit() as unit:
        # Two instances that start together on one database: the second adds what the first has left to add.
        await unit.connection.execute(_ONE_AT_A_TIME, {"lock": _LOCK})
        taken = set(await unit.connection.scalars(select(account.c.username)))
        added = {
            new.username: await insert_account(unit, new, password_hash=hashes[new.username], clock=clock)
            for new in missing
            if new.username not in taken
        }
        await _add_seats(unit, demo, clock=clock)
        today = clock.now().date()
        await unit.connection.execute(_RENEW, {"today": today, "until": today + PAPERS_HOLD})
        await _add_shifts(unit, added, clock=clock)
    return len(added)


async def _usernames(database: Database) -> set[str]:
    async with database.read() as connection:
        return set(await connection.scalars(select(account.c.username)))


async def live_demo_accounts(database: Database) -> int:
    """How many demo accounts could log in: none may in production."""
    live = (account.c.demo.is_(True), account.c.disabled_at.is_(None))
    async with database.read() as connection:
        return await connection.scalar(select(func.count()).select_from(account).where(*live)) or 0


async def withdraw_demo(database: Database, *, clock: Clock) -> int:
    """Disables every demo account and ends its shifts; returns how many could still log in. The records stay."""
    live = (account.c.demo.is_(True), account.c.disabled_at.is_(None))
    async with database.unit() as unit:
        ids = list(await unit.connection.scalars(select(account.c.account_id).where(*live)))
        now = clock.now()
        await unit.connection.execute(update(account).where(account.c.account_id.in_(ids)).values(disabled_at=now))
        await clear_shifts(unit, ids, reason="demo_withdrawn", now=now)
        return len(ids)


def matters_of(number: int) -> list[str]:
    """The matters of seat `number` (1–15)."""
    pairs = [*combinations(SPECIALITIES, 2)] * 2
    return [*pairs[number - 1]] if number <= len(pairs) else [GENERAL]


def _accounts(demo: Demo) -> list[NewAccount]:
    lawyers = [
        NewAccount(_code(number), f"{number:02d}号律师", Role.LAWYER, demo.password, demo=True)
        for number in range(1, SEATS + 1)
    ]
    staff = [NewAccount(name, title, role, demo.password, demo=True) for name, (role, title) in STAFF.items()]
    return [*lawyers, *staff]


async def _add_seats(unit: Unit, demo: Demo, *, clock: Clock) -> None:
    rows = [
        {
            "seat_id": new_id(clock.now()),
            "code": _code(number),
            "name": f"{number:02d}号坐席",
            "matters": matters_of(number),
            "languages": ["zh"],
            "channels": list(demo.channels),
            "chat_capacity": CHAT_CAPACITY,
        }
        for number in range(1, SEATS + 1)
    ]
    await unit.connection.execute(upsert(seat).values(rows).on_conflict_do_nothing(index_elements=["code"]))


async def _add_shifts(unit: Unit, added: Mapping[str, UUID], *, clock: Clock) -> None:
    """A shift for each lawyer that was added just now: one that an administrator took away stays away."""
    seats = await unit.connection.execute(select(seat.c.code, seat.c.seat_id))
    now = clock.now()
    rows = [
        {"shift_id": new_id(now), "seat_id": row.seat_id, "account_id": added[row.code], "starts_at": now}
        for row in seats
        if row.code in added
    ]
    if rows:
        await unit.connection.execute(insert(shift).values(rows))


def _code(number: int) -> str:
    return f"seat{number:02d}"
