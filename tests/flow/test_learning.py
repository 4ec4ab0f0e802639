"""What the bot did not know becomes a list, and the list becomes content."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from agents.accounts import named_viewer
from agents.roles import Viewer
from bots.content_file import add_variants
from hotline.unanswered import Group, Unanswered
from hotline.wiring import load_bot
from interactions.errors import NotAllowed, NotFound
from interactions.tables import audit
from tests.rig.engines import CONTENT
from tests.rig.house import RunningHouse, running_house, settings


async def viewer_of(house: RunningHouse, username: str) -> Viewer:
    """The viewer of a demo account."""
    async with house.house.database.read() as connection:
        return await named_viewer(connection, username)


async def groups(house: RunningHouse, username: str) -> list[Group]:
    """What that account sees of the last day."""
    unanswered = Unanswered(house.house.database, reader=house.house.reader, clock=house.house.clock)
    since = house.house.clock.now() - timedelta(days=1)
    return await unanswered.groups(await viewer_of(house, username), since=since)


async def ask(house: RunningHouse, *said: str) -> None:
    """Each by a resident of its own."""
    for text in said:
        resident = await house.resident()
        await resident.say(text)
        await house.house.bot_turns.drain()
        await resident.next_of("turn", by="bot")


async def test_questions_without_an_answer_are_grouped_masked_and_audited(house: RunningHouse) -> None:
    await ask(house, "无人机拍到我家阳台", "邻居的无人机老拍我家阳台13800000000", "老板拖欠我三个月工资怎么办")

    found = await groups(house, "supervisor")

    words = [asked.words for group in found for asked in group.asked]
    assert len(words) == 2
    assert not any("13800000000" in one for one in words)
    async with house.house.database.read() as connection:
        looks = (await connection.execute(select(audit).where(audit.c.action == "read_unanswered"))).all()
    assert len(looks) == 2


async def test_an_answer_rated_badly_is_in_the_list_with_its_entry(house: RunningHouse) -> None:
    resident = await house.resident()
    await resident.say("老板拖欠我三个月工资怎么办")
    await resident.next_of("turn", purpose="answer")
    await resident.command(type="leave")
    asked = await resident.next_of("rate_request")
    rated = await resident.command(
        type="rate", interaction_id=asked["interaction_id"], segment_id=asked["segment_id"], score=1
    )
    assert rated["type"] == "ack"

    (group,) = await groups(house, "supervisor")

    assert [one.entry_id for one in group.asked] == ["labour.wages.unpaid"]


async def test_who_may_not_read_words_gets_none(house: RunningHouse) -> None:
    await ask(house, "无人机拍到我家阳台")

    with pytest.raises(NotAllowed):
        await groups(house, "analyst")
    with pytest.raises(NotFound):
        await groups(house, "nobody")
    assert await groups(house, "seat01") == []


async def test_a_wording_added_by_command_is_answered_without_a_restart(
    postgres_url: str, redis_url: str, tmp_path: Path
) -> None:
    content = tmp_path / "faq"
    content.mkdir()
    shutil.copy(CONTENT / "medical.yaml", content)
    chosen = settings(HOTLINE_BOTS__CONTENT=str(content), HOTLINE_DATA=str(tmp_path))
    words = "牙医给我拔错了牙怎么讨说法"
    async with running_house(postgres_url, redis_url, chosen=chosen, with_bot=load_bot(chosen)) as house:
        await ask(house, words)
        add_variants(content, entry_id="medical.malpractice", wordings=[words])

        assert await house.house.upkeep.content.look()

        resident = await house.resident()
        await resident.say(words)
        said = await resident.next_of("turn", by="bot")
        assert said["purpose"] == "answer"
        assert said["answer"]["matter"] == "medical"
