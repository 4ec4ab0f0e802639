"""Deliveries: stored once before they are acknowledged, processed, retried, visible when dead."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from interactions.inbound import MOST_ATTEMPTS, Delivery, Inbound, Received
from interactions.tables import inbound
from tests.rig.ground import Ground


@pytest.fixture
def store(ground: Ground) -> Inbound:
    """The store under test."""
    return Inbound(ground.database, keys=ground.keys, clock=ground.clock)


def delivery(key: str, *, account: str = "official", payload: bytes = "我的话".encode()) -> Delivery:
    """A delivery."""
    return Delivery("wechat", account, key, payload)


async def test_three_copies_at_once_are_stored_once_and_all_acknowledged(store: Inbound) -> None:
    stored = await asyncio.gather(*(store.store(delivery("m1")) for _ in range(3)))

    assert len({one.inbound_id for one in stored}) == 1
    assert sorted(one.repeated for one in stored) == [False, True, True]


async def test_the_same_key_on_another_account_is_another_delivery(store: Inbound) -> None:
    one, other = await store.store(delivery("m1")), await store.store(delivery("m1", account="mini"))

    assert one.inbound_id != other.inbound_id


async def test_what_was_processed_is_not_processed_again_and_keeps_no_words(store: Inbound, ground: Ground) -> None:
    await store.store(delivery("m1"))
    seen: list[bytes] = []

    async def take(received: Received) -> UUID | None:
        seen.append(received.payload)
        return None

    assert [await store.process(take), await store.process(take)] == [1, 0]

    assert seen == ["我的话".encode()]
    async with ground.database.read() as connection:
        assert (await connection.execute(select(inbound.c.sealed, inbound.c.wrapped))).one() == (None, None)
    assert await store.oldest_open() is None


async def test_words_lie_sealed_until_then(store: Inbound, ground: Ground) -> None:
    await store.store(delivery("m1"))

    async with ground.database.read() as connection:
        assert "我的话".encode() not in (await connection.scalar(select(inbound.c.sealed)) or b"")


async def test_a_failure_is_tried_again_and_in_the_end_a_dead_letter(store: Inbound, ground: Ground) -> None:
    bad = await store.store(delivery("bad"))
    good = await store.store(delivery("good", payload=b"good"))
    seen: list[UUID] = []

    async def take(received: Received) -> UUID | None:
        if received.payload != b"good":
            raise ValueError
        seen.append(received.inbound_id)
        return None

    for _ in range(MOST_ATTEMPTS):
        await store.process(take)
        ground.clock.advance(timedelta(minutes=10))

    assert seen == [good.inbound_id]
    assert await store.dead_letters() == [bad.inbound_id]


async def test_what_a_killed_process_held_is_taken_over_after_its_lease(store: Inbound, ground: Ground) -> None:
    await store.store(delivery("m1"))

    async def dies(_: Received) -> UUID | None:
        raise asyncio.CancelledError

    async def take(_: Received) -> UUID | None:
        return None

    with pytest.raises(asyncio.CancelledError):
        await store.process(dies)
    assert await store.process(take) == 0

    ground.clock.advance(timedelta(seconds=31))
    assert await store.process(take) == 1
