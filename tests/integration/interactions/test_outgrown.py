"""What serves nobody any more goes after its time; what is open, stuck or the log itself stays."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from interactions import outgrown
from interactions.inbound import Delivery, Inbound
from interactions.locks import lock_heads
from interactions.model import By
from interactions.outbox import Outbox
from interactions.outgrown import Swept, sweep
from interactions.settings import KeepSettings
from interactions.tables import dedupe, event, inbound, outbox
from interactions.verify import verify
from tests.integration.interactions.test_keys import closed
from tests.rig.ground import KEYS, Ground

KEEP = KeepSettings(repeats_days=60, deliveries_days=30, messages_days=90)


async def swept(ground: Ground) -> Swept:
    """One sweep now."""
    return await sweep(ground.database, clock=ground.clock, keep=KEEP)


async def said_and_closed(ground: Ground, count: int) -> UUID:
    """A closed interaction in which so many things were said with a client id."""
    interaction_id = (await ground.opened()).head.interaction_id
    for number in range(count):
        await ground.say(interaction_id, "话", client_id=f"c{number}")
    return await closed(ground, "", interaction_id=interaction_id)


async def test_keys_of_repeats_go_once_nobody_can_repeat_and_the_log_stays(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgrown, "PAGE", 2)
    await said_and_closed(ground, 5)
    still_open = (await ground.opened()).head.interaction_id
    await ground.say(still_open, "话", client_id="open")
    ground.clock.advance(timedelta(days=59))
    await said_and_closed(ground, 1)
    assert (await swept(ground)).repeats == 0
    ground.clock.advance(timedelta(days=3))

    both = await asyncio.gather(swept(ground), swept(ground))

    assert sum(one.repeats for one in both) == 5
    async with ground.database.read() as connection:
        assert set(await connection.scalars(select(dedupe.c.client_id))) == {"open", "c0"}
        assert await connection.scalar(select(func.count()).select_from(event)) == 8 + 3 + 4
    assert (await ground.say(still_open, "话", client_id="open")).repeated
    assert (await verify(ground.database, keys=KEYS)).holds


async def test_processed_deliveries_go_and_dead_and_open_ones_stay(ground: Ground) -> None:
    store = Inbound(ground.database, keys=KEYS, clock=ground.clock)
    for key in ("done", "dead", "open"):
        await store.store(Delivery("wechat", "official", key, b"x"))
    async with ground.database.unit() as unit:
        is_dead = update(inbound).where(inbound.c.dedupe_key == "dead")
        await unit.connection.execute(is_dead.values(dead_at=ground.clock.now()))
        empty = {"sealed": None, "wrapped": None, "master_id": None, "processed_at": ground.clock.now()}
        await unit.connection.execute(update(inbound).where(inbound.c.dedupe_key == "done").values(empty))
    ground.clock.advance(timedelta(days=32))

    assert (await swept(ground)).deliveries == 1
    async with ground.database.read() as connection:
        assert set(await connection.scalars(select(inbound.c.dedupe_key))) == {"dead", "open"}


async def test_sent_messages_go_and_stuck_ones_stay_and_the_order_goes_on(ground: Ground) -> None:
    head = (await ground.opened()).head
    messages = Outbox(ground.database, log=ground.log, clock=ground.clock)

    async def enqueue(state: str) -> None:
        async with ground.database.unit() as unit:
            locked = (await lock_heads(unit, [head.interaction_id]))[head.interaction_id]
            made = await messages.enqueue(unit, locked, kind="sms", by=By.SYSTEM, payload=b"x")
            of_it = update(outbox).where(outbox.c.outbox_id == made)
            await unit.connection.execute(of_it.values(state=state))

    for state in ("sent", "dead", "pending", "sent"):
        await enqueue(state)
    ground.clock.advance(timedelta(days=92))

    assert (await swept(ground)).messages == 2
    await enqueue("pending")
    async with ground.database.read() as connection:
        rows = select(outbox.c.position, outbox.c.state).order_by(outbox.c.position)
        assert [tuple(row) for row in await connection.execute(rows)] == [(2, "dead"), (3, "pending"), (4, "pending")]
