"""A resident's page that comes back: the old visit first, then the current one; nothing twice, nothing left out."""

from __future__ import annotations

import itertools

from tests.rig.house import RunningHouse


async def test_the_rest_of_the_old_visit_comes_first_then_the_current_one_from_its_start(house: RunningHouse) -> None:
    page = await house.resident()
    seen = await page.say("第一次")
    await page.next_of("turn", by="bot")
    await page.command(type="leave")
    current = await page.say("第二次")
    await page.next_of("turn", interaction_id=current["interaction_id"], by="bot")

    back = await house.resident(page.token, interaction_id=seen["interaction_id"], after=seen["seq"])
    await back.next_of("state", interaction_id=current["interaction_id"])

    welcome = back.frames[0]
    assert welcome["interaction_id"] == current["interaction_id"]
    assert welcome["now"].endswith("Z")
    shown = [(turn["interaction_id"], turn["seq"]) for turn in back.turns()]
    wanted = [(turn["interaction_id"], turn["seq"]) for turn in page.turns()]
    assert shown == [one for one in wanted if one != (seen["interaction_id"], seen["seq"])]
    assert back.turns()[0]["prev"] == seen["seq"]
    for _, turns in itertools.groupby(back.turns(), key=lambda turn: turn["interaction_id"]):
        assert all(after["prev"] == before["seq"] for before, after in itertools.pairwise(turns))


async def test_last_and_prev_count_only_what_a_resident_may_see(house: RunningHouse) -> None:
    lawyer, page = await house.lawyer(), await house.resident()
    interaction_id = (await page.say("转人工"))["interaction_id"]
    await lawyer.accept(interaction_id)
    said = await lawyer.command(type="say", interaction_id=interaction_id, text="您好")
    noted = await lawyer.command(type="note", interaction_id=interaction_id, text="内部")

    back = await house.resident(page.token)
    await back.next_of("turn", seq=said["seq"])
    after = await page.say("谢谢")

    assert back.frames[0]["last"] == said["seq"]
    turn = await back.next_of("turn", seq=after["seq"])
    assert turn["prev"] == said["seq"] < noted["seq"]
    assert "内部" not in str(back.frames + page.frames)


async def test_a_cursor_beyond_the_log_is_no_reason_to_miss_anything(house: RunningHouse) -> None:
    page = await house.resident()
    first = await page.say("你好")

    back = await house.resident(page.token, interaction_id=first["interaction_id"], after=2**53)
    said = await page.say("再见")

    assert (await back.next_of("turn", seq=said["seq"]))["text"] == "再见"


async def test_a_visit_begun_in_another_tab_is_found_though_its_news_was_lost(house: RunningHouse) -> None:
    page = await house.resident()
    await page.say("第一次")
    await page.command(type="leave")
    other = await house.resident(page.token)
    await other.next_of("state", state="closed")
    gateway = house.house.web_chat
    gateway._deps.changes._by_topic.clear()

    begun = await page.say("第二次")
    await gateway.recheck()
    await gateway.recheck()

    assert (await other.next_of("turn", text="第二次"))["interaction_id"] == begun["interaction_id"]


async def test_news_that_was_lost_is_shown_at_the_next_look_and_counted_at_the_one_after(house: RunningHouse) -> None:
    page = await house.resident()
    said = await page.say("你好")
    other = await house.resident(page.token, interaction_id=said["interaction_id"])
    await other.next_of("state")
    gateway, rescues = house.house.web_chat, house.house.metrics.rescues.labels(what="chat")._value
    gateway._deps.changes._by_topic.clear()

    lost = await page.say("这句的消息丢了")
    await gateway.recheck()
    await other.next_of("turn", seq=lost["seq"])
    await gateway.recheck()

    # Both sockets were deaf to it; each counts.
    assert rescues.get() >= 1
