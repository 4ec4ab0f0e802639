"""Where a resident's words go: into the visit that is open, back to the lawyer, back into the line, or a new visit."""

from __future__ import annotations

import asyncio

from sqlalchemy import update

from interactions.tables import seat
from interactions.verify import verify
from tests.rig.house import RunningHouse


async def test_simultaneous_first_words_join_one_visit(house: RunningHouse) -> None:
    first = await house.resident()
    pages = [first, *[await house.resident(first.token) for _ in range(7)]]

    acks = await asyncio.gather(*(page.say(f"第 {number} 页") for number, page in enumerate(pages)))

    assert len({ack["interaction_id"] for ack in acks}) == 1
    assert len({ack["seq"] for ack in acks}) == len(pages)
    for page in pages:
        for number in range(len(pages)):
            await page.next_of("turn", text=f"第 {number} 页")
    assert (await verify(house.house.database)).holds


async def test_simultaneous_first_words_with_one_client_id_are_said_once(house: RunningHouse) -> None:
    first = await house.resident()
    pages = [first, *[await house.resident(first.token) for _ in range(5)]]

    acks = await asyncio.gather(*(page.say("只说一次", client_id="once") for page in pages))

    assert len({(ack["interaction_id"], ack["seq"]) for ack in acks}) == 1
    verdict = await verify(house.house.database)
    assert (verdict.holds, verdict.interactions) == (True, 1)


async def test_words_after_the_end_begin_a_new_visit_in_every_tab(house: RunningHouse) -> None:
    page = await house.resident()
    other = await house.resident(page.token)
    asked = await page.command(type="ask_lawyer")
    await page.command(type="leave")
    await other.next_of("state", state="abandoned")

    said = await page.say("又来了")

    assert said["interaction_id"] != asked["interaction_id"]
    begun = await other.next_of("state", interaction_id=said["interaction_id"])
    assert (begun["state"], begun["number"][-6:]) == ("with_bot", "000002")
    assert (await other.next_of("turn", text="又来了"))["prev"] == 0


async def test_words_in_wrap_up_go_back_into_the_line_where_the_seat_is_gone(house: RunningHouse) -> None:
    lawyer, page = await house.lawyer(), await house.resident()
    asked = await page.command(type="ask_lawyer")
    await lawyer.accept(asked["interaction_id"])
    await lawyer.command(type="release", interaction_id=asked["interaction_id"])
    await page.next_of("state", state="wrap_up")
    await lawyer.close()
    await _signed_out(house)

    said = await page.say("还有一个问题")

    assert said["interaction_id"] == asked["interaction_id"]
    await page.next_of("state", state="waiting", seq=said["seq"] + 1)
    assert (await verify(house.house.database)).holds


async def test_asking_for_a_lawyer_twice_is_told_what_is_so(house: RunningHouse) -> None:
    lawyer, page = await house.lawyer("seat15"), await house.resident()
    asked = await page.command(type="ask_lawyer")
    in_line = await page.command(type="ask_lawyer")
    await lawyer.accept(asked["interaction_id"])
    await page.next_of("state", state="with_lawyer")
    served = await page.command(type="ask_lawyer")
    await lawyer.command(type="release", interaction_id=asked["interaction_id"])
    await page.next_of("state", state="wrap_up")
    after = await page.command(type="ask_lawyer")

    assert {one["code"] for one in (in_line, served, after)} == {"wrong_state"}
    assert "已在" in in_line["message"] or "正在呼叫" in in_line["message"]
    assert "直接输入" in served["message"]
    assert "刚结束" in after["message"]


async def _signed_out(house: RunningHouse) -> None:
    """The lawyer's shift ended without a 小结: rare, but nobody may be lost by it."""
    async with house.house.database.unit() as unit:
        await unit.connection.execute(update(seat).values(status="signed_out", account_id=None))
