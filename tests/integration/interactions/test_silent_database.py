"""A database that does not answer: the caller is told in time, somebody is alarmed, nothing was done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from interactions.clock import ManualClock
from interactions.database import Database, connect
from interactions.errors import Unavailable
from interactions.inbound import Delivery, Inbound
from interactions.settings import DatabaseSettings
from tests.rig.ground import KEYS


@pytest.fixture
async def impatient(postgres_url: str) -> AsyncIterator[tuple[Database, list[str]]]:
    """A database whose callers wait a fifth of a second, and its alarms."""
    alarms: list[str] = []
    made = connect(postgres_url, settings=DatabaseSettings(answer_s=0.2))
    made.on_silence(lambda: alarms.append("silent"))
    yield made, alarms
    await made.close()


async def test_a_delivery_that_cannot_be_stored_is_unavailable_and_alarms(
    impatient: tuple[Database, list[str]], database: Database, clock: ManualClock
) -> None:
    silent, alarms = impatient
    store = Inbound(silent, keys=KEYS, clock=clock)
    stored: list[str] = []
    store.listen(lambda: stored.append("stored"))

    async with database.unit() as unit:
        await unit.connection.execute(text("lock table inbound"))
        with pytest.raises(Unavailable) as told:
            await store.store(Delivery("wechat", "official", "m1", b"x"))

    assert (told.value.status, told.value.code) == (503, "unavailable")
    assert alarms == ["silent"]
    assert stored == []
    assert not (await store.store(Delivery("wechat", "official", "m1", b"x"))).repeated


async def test_a_server_that_is_gone_is_unavailable_and_alarms() -> None:
    alarms: list[str] = []
    gone = connect("postgresql://nobody@127.0.0.1:1/none", settings=DatabaseSettings(answer_s=2.0))
    gone.on_silence(lambda: alarms.append("silent"))

    with pytest.raises(Unavailable):
        async with asyncio.timeout(10), gone.read() as connection:
            await connection.execute(text("select 1"))

    assert alarms == ["silent"]
    await gone.close()
