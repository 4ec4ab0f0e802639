"""Rotation and erasure on a real PostgreSQL: the chain always verifies, the words stay or go."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from interactions.clock import ManualClock
from interactions.database import Database
from interactions.erasure import erase
from interactions.errors import Erased, WrongState
from interactions.events import Closed, TurnSaid
from interactions.model import OPEN_STATES, By, State
from interactions.record import Bundle, Draft, drafts
from interactions.rotation import outdated, rotate
from interactions.sealing import KeyRing
from interactions.tables import interaction_key
from interactions.verify import verify
from tests.rig.ground import KEYS, Ground

NEWER = KeyRing(KEYS.masters, "k2", KEYS.index_key)
ONLY_NEW = KeyRing({"k2": KEYS.masters["k2"]}, "k2", KEYS.index_key)


async def closed(ground: Ground, text: str) -> UUID:
    """An interaction that is over."""
    interaction_id = (await ground.opened(text=text)).head.interaction_id
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
