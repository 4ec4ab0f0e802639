"""Symptom: a service with nothing to do used a whole processor. Looking for messages is a commit, too, and every
commit woke the outbox worker to look for messages."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Literal
from uuid import UUID

from interactions.courier import Sent
from interactions.identity import new_id
from interactions.locks import lock_heads
from interactions.model import By
from interactions.outbox import Outbox
from interactions.outbox_worker import OutboxWorker
from tests.rig.ground import Ground


class Courier:
    """Carries one message and tells so."""

    kind = "sms"
    unknown_outcome: Literal["resend", "hold"] = "resend"

    def __init__(self) -> None:
        self.sent = asyncio.Event()

    async def send(self, payload: bytes, *, idempotency_key: str) -> Sent:
        """Carries it."""
        self.sent.set()
        return Sent()


async def test_only_a_message_that_was_added_wakes_the_worker(ground: Ground) -> None:
    told: list[bool] = []
    outbox = Outbox(ground.database, log=ground.log, clock=ground.clock)
    interaction_id = (await ground.opened()).head.interaction_id
    ground.database.listen(lambda announcement: told.append(announcement.wake_outbox))

    await enqueue(ground, outbox, interaction_id)
    (claimed,) = await outbox.claim(process_id=interaction_id, lease=timedelta(seconds=1), most=1)
    await outbox.settle(claimed, state="sent")
    await outbox.claim(process_id=interaction_id, lease=timedelta(seconds=1), most=1)

    assert told == [True, False, False, False]


async def test_a_sleeping_worker_is_woken_by_a_message(ground: Ground) -> None:
    courier = Courier()
    outbox = Outbox(ground.database, log=ground.log, clock=ground.clock)
    worker = OutboxWorker(
        outbox,
        couriers={"sms": courier},
        clock=ground.clock,
        process_id=new_id(ground.clock.now()),
    )
    interaction_id = (await ground.opened()).head.interaction_id
    ground.database.listen(worker.listen)
    running = asyncio.ensure_future(worker.run())

    await enqueue(ground, outbox, interaction_id)

    async with asyncio.timeout(10):
        await courier.sent.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def enqueue(ground: Ground, outbox: Outbox, interaction_id: UUID) -> None:
    """Adds one message, in a unit of its own."""
    async with ground.database.unit() as unit:
        locked = (await lock_heads(unit, [interaction_id]))[interaction_id]
        await outbox.enqueue(unit, locked, kind="sms", by=By.BOT, payload=b"1")
