"""Seats of the bench's own, each with a lawyer on shift who is logged in: hashing a thousand passwords is no figure."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import insert

from agents.accounts import NewAccount, insert_account
from agents.roles import Role
from agents.settings import LoginSettings
from agents.tokens import Tokens
from interactions.clock import SystemClock
from interactions.database import Unit, connect
from interactions.identity import new_id
from interactions.model import GENERAL
from interactions.settings import DatabaseSettings
from interactions.tables import seat, shift

NO_PASSWORD = "!"  # noqa: S105 - matches no hash: these accounts only come by token


async def seat_lawyers(database_url: str, *, seats: int, capacity: int) -> list[str]:
    """Adds so many generalist seats that can take `capacity` chats each; returns their lawyers' console tokens."""
    clock = SystemClock()
    database = connect(database_url, settings=DatabaseSettings(transaction_s=60.0, answer_s=60.0))
    try:
        async with database.unit() as unit:
            accounts = [await _seat_one(unit, number, capacity=capacity, clock=clock) for number in range(seats)]
        tokens = Tokens(database, clock=clock, settings=LoginSettings())
        return [(await tokens.grant(account_id)).token for account_id in accounts]
    finally:
        await database.close()


async def _seat_one(unit: Unit, number: int, *, capacity: int, clock: SystemClock) -> UUID:
    code, now = f"bench{number:04d}", clock.now()
    today = now.date()
    until = today + timedelta(days=1)
    account = NewAccount(code, code, Role.LAWYER, NO_PASSWORD, licence_until=until, trained_on=today)
    account_id = await insert_account(unit, account, password_hash=NO_PASSWORD, clock=clock)
    seat_row = {
        "seat_id": new_id(now),
        "code": code,
        "name": code,
        "matters": [GENERAL],
        "languages": ["zh"],
        "channels": ["web"],
        "chat_capacity": capacity,
    }
    shift_row = {"shift_id": new_id(now), "seat_id": seat_row["seat_id"], "account_id": account_id, "starts_at": now}
    await unit.connection.execute(insert(seat).values(seat_row))
    await unit.connection.execute(insert(shift).values(shift_row))
    return account_id
