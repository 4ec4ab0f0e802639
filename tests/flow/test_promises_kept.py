"""What becomes of a promise when pages close, talks are handed on, and people come back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from interactions.verify import verify
from tests.rig.house import RunningHouse, running_house, settings
from tests.rig.promises import PHONE

WRAP_UP = {
    "matter": "labour.wages",
    "district": "120104",
    "request_kind": "consultation",
    "outcome": "answered",
    "summary": "已书面答复",
}


@pytest.fixture
async def house(postgres_url: str, redis_url: str) -> AsyncIterator[RunningHouse]:
    """A house in which messages are due at once and pages are missed at once."""
    chosen = settings(
        HOTLINE_ROUTING__MESSAGE="{due_after_s: 0, working_days: 1}", HOTLINE_CHANNELS__WEB_CHAT__ABSENT_S="0.001"
    )
    async with running_house(postgres_url, redis_url, chosen=chosen) as running:
        yield running


async def _record(house: RunningHouse, interaction_id: str, *, username: str = "supervisor") -> Any:
    login = {"username": username, "password": "hotline-demo"}
    async with house.session.post(f"{house.url}/api/login", json=login) as answer:
        token = (await answer.json())["token"]
    headers = {"Authorization": f"Bearer {token}"}
    async with house.session.get(f"{house.url}/api/interactions/{interaction_id}", headers=headers) as answer:
        assert answer.status == 200
        return await answer.json()


async def test_a_message_is_answered_while_its_resident_is_away_and_read_on_return(house: RunningHouse) -> None:
    page = await house.resident()
    ack = await page.command(type="leave_message", text="老板拖欠工资，请问怎么办")
    interaction_id = ack["interaction_id"]
    await page.close()
    lawyer = await house.lawyer()
    offer = await lawyer.next_of("offer", interaction_id=interaction_id)
    assert offer["work"]["kind"] == "message"
    await lawyer.command(type="accept", offer_id=offer["offer_id"])
    work = await lawyer.next_of("work")
    assert (work["calls"], work["kind"]) == (False, "message")
    await lawyer.next_of("turn", text="老板拖欠工资，请问怎么办")

    await lawyer.command(type="say", interaction_id=interaction_id, text="可以向劳动监察部门投诉")
    assert (await lawyer.command(type="release", interaction_id=interaction_id))["type"] == "ack"
    assert (await lawyer.command(type="wrap_up", interaction_id=interaction_id, **WRAP_UP))["type"] == "ack"

    back = await house.resident(page.token)
    await back.next_of("turn", by="lawyer", text="可以向劳动监察部门投诉")
    state = await back.next_of("state", state="closed")
    assert "callback" not in state
    assert (await verify(house.house.database)).holds


async def test_who_is_owed_a_callback_may_close_the_page_and_stays_in_line(house: RunningHouse) -> None:
    waiting, owed = await house.resident(), await house.resident()
    plain = await waiting.say("转人工")
    promised = await owed.command(type="callback", phone=PHONE)
    await waiting.close()
    await owed.close()

    upkeep = house.house.upkeep
    gone = await house.resident(waiting.token)
    await gone.close()
    for _ in range(200):
        await upkeep.end_silent()
        head, _ = await house.house.reader.read(_id(plain))
        if head.state == "abandoned":
            break
    assert head.state == "abandoned"

    head, _ = await house.house.reader.read(_id(promised))
    assert head.state == "waiting"


async def test_a_call_stays_with_whoever_makes_it(house: RunningHouse) -> None:
    lawyer, resident = await house.lawyer(), await house.resident()
    ack = await resident.command(type="callback", phone=PHONE)
    interaction_id = ack["interaction_id"]
    await lawyer.accept(interaction_id)
    await house.lawyer("seat02")

    asked = await lawyer.command(type="transfer", interaction_id=interaction_id, to={"seat": "seat02"}, note="请接")

    assert asked["code"] == "wrong_state"
    assert (await lawyer.command(type="callback_attempt", interaction_id=interaction_id, result="no_answer"))[
        "type"
    ] == "ack"
    assert (await verify(house.house.database)).holds


async def test_nobody_reads_a_number_in_a_record(house: RunningHouse) -> None:
    resident = await house.resident()
    ack = await resident.command(type="callback", phone=PHONE, if_others_answer="请说是朋友找")

    record = await _record(house, ack["interaction_id"])

    (asked,) = [event for event in record["events"] if event["kind"] == "callback.asked"]
    assert asked["body"]["phone"] == "138****0000"
    assert PHONE not in str(record)


async def test_who_left_and_comes_again_takes_the_old_place(house: RunningHouse) -> None:
    page = await house.resident()
    await page.say("转人工")
    before = await page.next_of("state", state="waiting")
    await page.command(type="leave")
    later = await house.resident()
    await later.say("转人工")

    said = await page.say("你好，我又来了")
    await page.next_of("turn", purpose="place_resumed")
    await page.command(type="ask_lawyer")

    again = await page.next_of("state", interaction_id=said["interaction_id"], state="waiting")
    assert again["position"] == before["position"] == 1
    assert (await verify(house.house.database)).holds


def _id(ack: Any) -> Any:
    return UUID(ack["interaction_id"])
