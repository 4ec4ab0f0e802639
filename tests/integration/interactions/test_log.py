"""The log on a real PostgreSQL: order, repeats, neighbours, words at rest."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select, text

from interactions.errors import Invalid, WrongState
from interactions.events import TurnSaid
from interactions.model import OPEN_STATES, By, State
from interactions.record import Bundle, Draft, drafts
from interactions.tables import event
from tests.rig.ground import Ground


async def test_turns_are_numbered_without_a_gap_in_the_order_they_were_said(ground: Ground) -> None:
    opened = await ground.opened(text="第一句")
    interaction_id = opened.head.interaction_id

    for text_said in ("第二句", "第三句"):
        await ground.say(interaction_id, text_said)

    head, records = await ground.reader.read(interaction_id)
    assert [record.seq for record in records] == [1, 2, 3, 4]
    assert [record.event.text for record in records if isinstance(record.event, TurnSaid)] == [
        "第一句",
        "第二句",
        "第三句",
    ]
    assert head.last_seq == 4
    assert head.head == records[-1].hash


async def test_words_lie_sealed_on_disk(ground: Ground) -> None:
    opened = await ground.opened(text="我的手机号是一三八")

    async with ground.database.read() as connection:
        rows = (await connection.execute(select(event.c.body, event.c.sealed))).all()

    assert opened.head.last_seq == len(rows)
    assert not any("手机".encode() in part for row in rows for part in row if part)


async def test_copies_of_one_message_racing_get_one_seq(ground: Ground) -> None:
    interaction_id = (await ground.opened()).head.interaction_id

    written = await asyncio.gather(*(ground.say(interaction_id, "在吗", client_id="c1") for _ in range(20)))

    assert {one.seq for one in written} == {3}
    assert sum(not one.repeated for one in written) == 1
    head, _ = await ground.reader.read(interaction_id)
    assert head.last_seq == 3


async def test_a_poisoned_bundle_does_not_sink_its_neighbours(ground: Ground) -> None:
    interaction_id = (await ground.opened()).head.interaction_id
    good = [ground.say(interaction_id, f"第{n}句") for n in range(10)]
    bad = [ground.say(interaction_id, "\ud800"), _with_matter(ground, "bad\x00matter")]

    outcomes = await asyncio.gather(*good, *bad, return_exceptions=True)

    assert all(not isinstance(outcome, BaseException) for outcome in outcomes[:10])
    assert isinstance(outcomes[10], Invalid)
    assert isinstance(outcomes[11], Exception)
    _, records = await ground.reader.read(interaction_id)
    assert [record.seq for record in records] == list(range(1, 13))


async def _with_matter(ground: Ground, matter: str) -> None:
    interaction_id = (await ground.opened()).head.interaction_id
    draft = Draft(TurnSaid(text="x"), By.RESIDENT, changes={"matter": matter})
    await ground.shared_commit.submit(Bundle(interaction_id, drafts(draft, only_in=OPEN_STATES)))


async def test_a_refused_bundle_leaves_no_trace(ground: Ground) -> None:
    interaction_id = (await ground.opened()).head.interaction_id
    only_closed = drafts(Draft(TurnSaid(text="太晚了"), By.RESIDENT), only_in=frozenset({State.CLOSED}))

    with pytest.raises(WrongState):
        await ground.shared_commit.submit(Bundle(interaction_id, only_closed))

    head, _ = await ground.reader.read(interaction_id)
    assert head.last_seq == 2


async def test_two_simultaneous_first_words_join_one_interaction(ground: Ground) -> None:
    resident_id = await ground.resident()

    opened = await asyncio.gather(*(ground.opened(text=f"{n}", resident_id=resident_id) for n in range(5)))

    assert len({one.head.interaction_id for one in opened}) == 1
    _, records = await ground.reader.read(opened[0].head.interaction_id)
    assert [record.seq for record in records] == list(range(1, 7))


async def test_numbers_are_counted_by_the_day_of_the_city(ground: Ground) -> None:
    numbers = [(await ground.opened()).head.number for _ in range(2)]

    assert numbers == ["20261123-000001", "20261123-000002"]


@pytest.mark.parametrize(
    "statement", ["update event set kind = 'x'", "delete from event", "truncate event", "truncate event_y2026m11"]
)
async def test_the_database_refuses_to_change_the_log(ground: Ground, statement: str) -> None:
    await ground.opened()

    with pytest.raises(Exception, match="append-only"):
        async with ground.database.unit() as unit:
            await unit.connection.execute(text(statement))
