"""Deliveries: stored once before they are acknowledged, processed in order, retried, visible when dead."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from interactions.errors import NotFound
from interactions.inbound import Delivery, Inbound, Received
from interactions.inbound_worker import Handler, InboundPace, InboundWorker
from interactions.stuck import Stuck
from interactions.tables import inbound
from tests.rig.ground import Ground

LEASE = timedelta(seconds=30)
TRIES = InboundPace().most_attempts


@pytest.fixture
def store(ground: Ground) -> Inbound:
    """The store under test."""
    return Inbound(ground.database, keys=ground.keys, clock=ground.clock)


@pytest.fixture
def stuck(ground: Ground) -> Stuck:
    """What a person sees of it."""
    return Stuck(ground.database, clock=ground.clock)


class Taking:
    """A handler that remembers what it took, and fails for payloads in `failing`."""

    def __init__(self, *failing: bytes) -> None:
        self.failing = set(failing)
        self.taken: list[bytes] = []

    async def __call__(self, received: Received) -> UUID | None:
        """Takes it."""
        if received.payload in self.failing:
            raise ValueError(received.payload)
        self.taken.append(received.payload)
        return None


def delivery(
    key: str, *, account: str = "official", payload: bytes = "我的话".encode(), sender: str | None = None
) -> Delivery:
    """A delivery."""
    return Delivery("wechat", account, key, payload, sender)


def worker(ground: Ground, store: Inbound, handler: Handler) -> InboundWorker:
    """A worker of one process."""
    return InboundWorker(store, handlers={"wechat": handler}, clock=ground.clock)


async def process(ground: Ground, store: Inbound, handler: Handler) -> None:
    """Everything due, by three processes at once."""
    await asyncio.gather(*(_until_done(worker(ground, store, handler)) for _ in range(3)))


async def _until_done(one: InboundWorker) -> None:
    while await one.process_due():
        pass


async def test_three_copies_at_once_are_stored_once_and_all_acknowledged(store: Inbound) -> None:
    stored = await asyncio.gather(*(store.store(delivery("m1")) for _ in range(3)))

    assert len({one.inbound_id for one in stored}) == 1
    assert sorted(one.repeated for one in stored) == [False, True, True]


async def test_the_same_key_on_another_account_is_another_delivery(store: Inbound) -> None:
    one, other = await store.store(delivery("m1")), await store.store(delivery("m1", account="mini"))

    assert one.inbound_id != other.inbound_id


async def test_what_was_processed_is_not_processed_again_and_keeps_no_words(
    ground: Ground, store: Inbound, stuck: Stuck
) -> None:
    await store.store(delivery("m1", sender="openid"))
    taking = Taking()

    await process(ground, store, taking)

    assert taking.taken == ["我的话".encode()]
    async with ground.database.read() as connection:
        left = select(inbound.c.sealed, inbound.c.wrapped, inbound.c.sender)
        assert tuple((await connection.execute(left)).one()) == (None, None, None)
    assert (await stuck.delivery_backlog()).oldest_at is None
    assert (await store.store(delivery("m1"))).repeated


async def test_words_and_their_sender_lie_sealed_until_then(store: Inbound, ground: Ground) -> None:
    await store.store(delivery("m1", sender="o-openid"))

    async with ground.database.read() as connection:
        sealed, sender = (await connection.execute(select(inbound.c.sealed, inbound.c.sender))).one()
    assert "我的话".encode() not in sealed
    assert b"openid" not in sender


async def test_what_one_person_sent_stays_in_order_whoever_processes_it(ground: Ground, store: Inbound) -> None:
    said = [f"{number}".encode() for number in range(10)]
    for number, payload in enumerate(said):
        await store.store(delivery(f"m{number}", payload=payload, sender="one"))
    taking = Taking()

    await process(ground, store, taking)

    assert taking.taken == said


async def test_a_failure_holds_up_its_sender_and_nobody_else(ground: Ground, store: Inbound) -> None:
    for key, payload, sender in (("1", b"bad", "one"), ("2", b"after", "one"), ("3", b"good", "other")):
        await store.store(delivery(key, payload=payload, sender=sender))
    taking = Taking(b"bad")

    await process(ground, store, taking)
    assert taking.taken == [b"good"]

    taking.failing.clear()
    ground.clock.advance(timedelta(seconds=3))
    await process(ground, store, taking)
    assert taking.taken == [b"good", b"bad", b"after"]


async def test_after_so_many_tries_it_is_a_dead_letter_that_a_person_retries_or_drops(
    ground: Ground, store: Inbound, stuck: Stuck
) -> None:
    first = await store.store(delivery("m1", payload=b"bad"))
    second = await store.store(delivery("m2", payload=b"worse"))
    taking = Taking(b"bad", b"worse")
    for _ in range(TRIES):
        await process(ground, store, taking)
        ground.clock.advance(timedelta(minutes=10))
    listed = await stuck.deliveries()
    assert [(one.letter_id, one.error) for one in listed] == [
        (first.inbound_id, "ValueError"),
        (second.inbound_id, "ValueError"),
    ]
    assert (await stuck.delivery_backlog()).by_state == {"open": 0, "dead": 2}

    taking.failing.clear()
    await stuck.retry_delivery(first.inbound_id)
    await stuck.drop_delivery(second.inbound_id)
    await process(ground, store, taking)

    assert taking.taken == [b"bad"]
    assert await stuck.deliveries() == []
    assert (await store.store(delivery("m2"))).repeated
    for decide in (stuck.retry_delivery, stuck.drop_delivery):
        with pytest.raises(NotFound):
            await decide(first.inbound_id)


async def test_what_a_killed_process_held_is_taken_over_after_its_lease(ground: Ground, store: Inbound) -> None:
    await store.store(delivery("m1"))
    (old,) = await store.lease(["wechat"], lease=LEASE, most=5)
    taking = Taking()

    await process(ground, store, taking)
    assert taking.taken == []

    ground.clock.advance(timedelta(seconds=31))
    await process(ground, store, taking)
    assert taking.taken == ["我的话".encode()]
    assert not await store.failed(old, error="late", next_at=ground.clock.now())
    assert not await store.processed(old, interaction_id=None)


async def test_a_delivery_of_a_channel_without_a_handler_waits(ground: Ground, store: Inbound) -> None:
    await store.store(Delivery("voice", "line", "c1", b"ring"))

    await process(ground, store, Taking())

    assert len(await store.lease(["voice"], lease=LEASE, most=5)) == 1


async def test_a_stored_delivery_wakes_the_worker_and_a_stop_waits_for_what_is_under_way(
    ground: Ground, store: Inbound
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(_: Received) -> UUID | None:
        begun.set()
        await go_on.wait()
        return None

    one = worker(ground, store, slowly)
    running = asyncio.ensure_future(one.run())
    async with asyncio.timeout(10):
        await asyncio.sleep(0)
        await store.store(delivery("m1"))
        await begun.wait()
        await store.store(delivery("m2"))
        draining = asyncio.ensure_future(one.drain())
        go_on.set()
        await asyncio.gather(draining, running)

    async with ground.database.read() as connection:
        done = select(inbound.c.dedupe_key).where(inbound.c.processed_at.is_not(None))
        assert list(await connection.scalars(done)) == ["m1"]
