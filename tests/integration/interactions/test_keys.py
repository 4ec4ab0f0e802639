"""Rotation and erasure on a real PostgreSQL: the chain always verifies, the words stay or go."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from interactions.blind_index import OTHER_PARTY, find
from interactions.clock import ManualClock
from interactions.database import Database
from interactions.erasure import erase
from interactions.errors import Erased, WrongState
from interactions.events import Closed, TurnSaid
from interactions.inbound import Delivery, Inbound
from interactions.locks import lock_heads
from interactions.model import OPEN_STATES, By, State
from interactions.outbox import Outbox
from interactions.record import Bundle, Draft, drafts
from interactions.rotation import outdated, rotate
from interactions.sealing import KeyRing
from interactions.tables import inbound, interaction, interaction_key, outbox
from interactions.verify import verify
from tests.integration.interactions.test_blind_index import closed_against
from tests.rig.ground import KEYS, Ground

NEWER = KeyRing(KEYS.masters, "k2", KEYS.index_key)
ONLY_NEW = KeyRing({"k2": KEYS.masters["k2"]}, "k2", KEYS.index_key)


async def closed(ground: Ground, text: str, *, interaction_id: UUID | None = None) -> UUID:
    """An interaction that is over: the given one, or a new one in which `text` was said."""
    interaction_id = interaction_id or (await ground.opened(text=text)).head.interaction_id
    ended = Draft(Closed(how="idle"), By.SYSTEM, to=State.CLOSED, changes={"closed_at": ground.clock.now()})
    await ground.shared_commit.submit(Bundle(interaction_id, drafts(ended, only_in=OPEN_STATES)))
    return interaction_id


async def said_in(ground: Ground, interaction_id: UUID) -> list[str | None]:
    """The words of an interaction."""
    _, records = await ground.reader.read(interaction_id)
    return [record.event.text for record in records if isinstance(record.event, TurnSaid)]


async def test_after_rotation_the_old_master_is_not_needed_and_the_words_are_the_same(
    database: Database, clock: ManualClock
) -> None:
    before = Ground.on(database, clock=clock)
    talks = [await closed(before, f"第{number}位") for number in range(5)]

    assert await rotate(database, keys=NEWER) == 5

    assert await outdated(database, keys=NEWER) == 0
    after = Ground.on(database, clock=clock, keys=ONLY_NEW)
    assert [await said_in(after, one) for one in talks] == [[f"第{number}位"] for number in range(5)]
    assert (await verify(database)).holds


async def test_rotation_goes_on_where_it_was_and_writers_go_on_beside_it(
    database: Database, clock: ManualClock
) -> None:
    ground = Ground.on(database, clock=clock)
    interaction_id = (await ground.opened(text="旧钥匙")).head.interaction_id
    await rotate(database, keys=NEWER)

    await ground.say(interaction_id, "换钥匙以后")

    assert await rotate(database, keys=NEWER) == 0
    assert await said_in(ground, interaction_id) == ["旧钥匙", "换钥匙以后"]


async def test_keys_of_deliveries_are_wrapped_anew_too(ground: Ground) -> None:
    words = "还没有处理的话".encode()
    store = Inbound(ground.database, keys=KEYS, clock=ground.clock)
    await store.store(Delivery("wechat", "official", "m1", words))

    assert await outdated(ground.database, keys=NEWER) == 1
    assert await rotate(ground.database, keys=NEWER) == 1

    after = Inbound(ground.database, keys=ONLY_NEW, clock=ground.clock)
    (leased,) = await after.lease(["wechat"], lease=timedelta(seconds=1), most=1)
    assert after.open(leased).payload == words


async def test_erased_words_are_gone_and_the_chain_still_verifies(ground: Ground) -> None:
    interaction_id = await closed(ground, "请忘记我")

    await erase(ground.database, log=ground.log, clock=ground.clock, interaction_id=interaction_id, reason="request")

    assert await said_in(ground, interaction_id) == [None]
    assert (await verify(ground.database)).holds
    async with ground.database.read() as connection:
        assert await connection.scalar(select(interaction_key.c.wrapped)) is None


async def test_erasing_twice_changes_nothing_and_open_interactions_are_refused(ground: Ground) -> None:
    over = await closed(ground, "一")
    still_open = (await ground.opened(text="二")).head.interaction_id
    parts = {"log": ground.log, "clock": ground.clock, "reason": "request"}
    await erase(ground.database, interaction_id=over, **parts)  # type: ignore[arg-type]
    head, _ = await ground.reader.read(over)

    assert await erase(ground.database, interaction_id=over, **parts) is None  # type: ignore[arg-type]
    assert (await ground.reader.read(over))[0] == head
    with pytest.raises(WrongState):
        await erase(ground.database, interaction_id=still_open, **parts)  # type: ignore[arg-type]


async def test_no_word_can_be_added_once_the_key_is_gone(ground: Ground) -> None:
    interaction_id = await closed(ground, "一")
    await erase(ground.database, log=ground.log, clock=ground.clock, interaction_id=interaction_id, reason="request")
    late = drafts(Draft(TurnSaid(text="晚了"), By.SYSTEM), only_in=frozenset({State.CLOSED}))

    with pytest.raises(Erased):
        await ground.shared_commit.submit(Bundle(interaction_id, late))


async def test_every_copy_of_the_words_goes_with_them_and_nothing_finds_the_interaction(ground: Ground) -> None:
    interaction_id = await closed_against(ground, "海河建筑公司")
    await _leave_copies(ground, interaction_id)

    await erase(ground.database, log=ground.log, clock=ground.clock, interaction_id=interaction_id, reason="request")

    async with ground.database.read() as connection:
        letters = (await connection.execute(select(outbox.c.sealed, outbox.c.state))).one()
        deliveries = select(inbound.c.sealed, inbound.c.wrapped, inbound.c.master_id, inbound.c.sender)
        assert tuple(letters) == (None, "withdrawn")
        assert tuple((await connection.execute(deliveries)).one()) == (None, None, None, None)
        assert await find(connection, OTHER_PARTY, "海河建筑公司", keys=KEYS) == []
        assert await connection.scalar(select(interaction.c.street)) is None
    _, records = await ground.reader.read(interaction_id)
    words = [getattr(one.event, name) for one in records for name in one.event.sealed_names]
    assert words
    assert set(words) == {None}
    assert records[-1].kind == "interaction.erased"
    assert (await verify(ground.database)).holds


async def _leave_copies(ground: Ground, interaction_id: UUID) -> None:
    """A message not sent yet, a delivery in the middle of being processed, a street on the head."""
    store = Inbound(ground.database, keys=KEYS, clock=ground.clock)
    await store.store(Delivery("wechat", "official", "m1", b"words", sender="openid"))
    messages = Outbox(ground.database, log=ground.log, clock=ground.clock)
    async with ground.database.unit() as unit:
        locked = (await lock_heads(unit, [interaction_id]))[interaction_id]
        await messages.enqueue(unit, locked, kind="sms", by=By.SYSTEM, payload=b"words")
        await unit.connection.execute(update(inbound).values(interaction_id=interaction_id))
        await unit.connection.execute(update(interaction).values(street="某街道"))


async def test_of_two_erasures_at_once_one_is_recorded(ground: Ground) -> None:
    over = await closed(ground, "一")
    parts = {"log": ground.log, "clock": ground.clock, "reason": "request", "interaction_id": over}

    written = await asyncio.gather(*(erase(ground.database, **parts) for _ in range(4)))  # type: ignore[arg-type]

    assert sum(one is not None for one in written) == 1
    _, records = await ground.reader.read(over)
    assert [one.kind for one in records].count("interaction.erased") == 1
