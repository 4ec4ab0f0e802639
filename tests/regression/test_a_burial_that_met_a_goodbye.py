"""Symptom: a process that came out of a pause and another that was burying it waited for each other's rows.

PostgreSQL ended one of the two transactions: the goodbye of a console, or the burial and with it a renewal.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import pytest

from agents.presence import Presence
from agents.settings import PresenceSettings
from tests.rig.ground import Ground
from tests.rig.locks import until_somebody_waits


@pytest.fixture
async def presence(ground: Ground) -> Presence:
    """The process that is buried."""
    made = Presence(ground.database, clock=ground.clock, settings=PresenceSettings())
    await made.renew()
    return made


@pytest.fixture
async def other(postgres_url: str) -> AsyncIterator[asyncpg.Connection]:
    """The process that buries, its transaction taken step by step."""
    made = await asyncpg.connect(postgres_url)
    yield made
    await made.close()


async def test_a_console_that_closes_while_its_process_is_buried(
    ground: Ground, presence: Presence, other: asyncpg.Connection, postgres_url: str
) -> None:
    at = await ground.seat(connected=False)
    async with _console(presence, at.seat_id) as close, other.transaction():
        await _lock(other, presence)
        await other.execute("update seat set last_seen_at = now() where seat_id = $1", at.seat_id)
        close.set()
        await until_somebody_waits(postgres_url)

        await other.execute("delete from process where process_id = $1", presence.process_id)

    assert await other.fetchval("select count(*) from connection") == 0


async def test_a_process_that_leaves_while_it_is_buried(
    ground: Ground, presence: Presence, other: asyncpg.Connection, postgres_url: str
) -> None:
    at = await ground.seat(connected=False)
    async with _console(presence, at.seat_id) as close:
        async with other.transaction():
            await _lock(other, presence)
            leaving = asyncio.ensure_future(presence.leave())
            await until_somebody_waits(postgres_url)

            await other.execute("update seat set last_seen_at = now() where seat_id = $1", at.seat_id)
            await other.execute("delete from process where process_id = $1", presence.process_id)
        await leaving
        close.set()

    assert await other.fetchval("select count(*) from connection") == 0


@asynccontextmanager
async def _console(presence: Presence, seat_id: UUID) -> AsyncIterator[asyncio.Event]:
    """A console on a task of its own; it closes when the event is set."""
    opened, close = asyncio.Event(), asyncio.Event()

    async def serve() -> None:
        async with presence.connected(seat_id=seat_id):
            opened.set()
            await close.wait()

    serving = asyncio.ensure_future(serve())
    await opened.wait()
    yield close
    await serving


async def _lock(other: asyncpg.Connection, presence: Presence) -> None:
    await other.fetch("select from process where process_id = $1 for update", presence.process_id)
