"""The main job, end to end: a resident asks, the bot answers, a lawyer takes over, every word is in the log."""

from __future__ import annotations

import itertools

from interactions.verify import verify
from tests.rig.house import RunningHouse, running_house

WRAP_UP = {
    "matter": "labour.wages",
    "district": "120104",
    "request_kind": "consultation",
    "outcome": "answered",
    "summary": "欠薪三个月，已告知投诉与仲裁途径",
}


async def test_from_the_first_question_to_the_rating(house: RunningHouse) -> None:
    lawyer = await house.lawyer()
    resident = await house.resident()

    ack = await resident.say("老板拖欠我三个月工资怎么办")
    answer = await resident.next_of("turn", by="bot")
    assert answer["answer"]["matter"] == "labour.wages"
    assert {"law": "中华人民共和国劳动合同法", "article": "第三十条"} in answer["answer"]["basis"]

    await resident.say("转人工")
    interaction_id = ack["interaction_id"]
    await lawyer.accept(interaction_id)
    served = await resident.next_of("state", state="with_lawyer")
    assert served["lawyer"] == "01号坐席"
    first = await lawyer.next_of("turn", seq=ack["seq"])
    assert first["text"] == "老板拖欠我三个月工资怎么办"

    await lawyer.command(type="say", interaction_id=interaction_id, text="请问在哪个区？")
    await lawyer.command(type="note", interaction_id=interaction_id, text="核实时效")
    await resident.next_of("turn", text="请问在哪个区？")
    await resident.say("南开区")
    await lawyer.next_of("turn", text="南开区")

    await lawyer.command(type="release", interaction_id=interaction_id)
    asked = await resident.next_of("rate_request")
    ended = await resident.next_of("turn", purpose="farewell")
    assert served["number"] in ended["text"]
    wrapped = await lawyer.command(type="wrap_up", interaction_id=interaction_id, **WRAP_UP)
    assert wrapped["type"] == "ack"
    rated = await resident.command(
        type="rate", interaction_id=interaction_id, segment_id=asked["segment_id"], score=5, solved=True
    )
    assert rated["type"] == "ack"
    again = await resident.command(type="rate", score=1)
    assert again["type"] == "error"

    assert "核实时效" not in str(resident.frames)
    assert _prevs_join_up(resident.turns())
    verdict = await verify(house.house.database)
    assert verdict.holds, verdict.violations


async def test_the_second_word_to_a_released_lawyer_goes_back_to_their_seat(house: RunningHouse) -> None:
    lawyer, resident = await house.lawyer(), await house.resident()
    ack = await resident.say("转人工")
    await lawyer.accept(ack["interaction_id"])
    await lawyer.command(type="release", interaction_id=ack["interaction_id"])
    await resident.next_of("state", state="wrap_up")

    more = await resident.say("还有一个问题")

    assert more["interaction_id"] == ack["interaction_id"]
    await lawyer.next_of("turn", text="还有一个问题")
    said = await lawyer.command(type="say", interaction_id=ack["interaction_id"], text="请讲")
    assert said["type"] == "ack"


async def test_danger_words_lead_straight_to_a_person_with_the_number_in_writing(house: RunningHouse) -> None:
    lawyer, resident = await house.lawyer(), await house.resident()

    ack = await resident.say("老公打我，我很害怕")

    emergency = await resident.next_of("turn", purpose="emergency")
    assert "110" in emergency["text"]
    offer = await lawyer.next_of("offer", interaction_id=ack["interaction_id"])
    assert offer["urgency"] == "danger"
    await lawyer.command(type="accept", offer_id=offer["offer_id"])
    await lawyer.command(type="release", interaction_id=ack["interaction_id"])
    await resident.next_of("state", state="wrap_up")
    assert not [frame for frame in resident.frames if frame["type"] == "rate_request"]


async def test_leaving_while_offered_clears_the_lawyers_screen_and_is_a_full_record(house: RunningHouse) -> None:
    lawyer, resident = await house.lawyer(), await house.resident()
    ack = await resident.command(type="ask_lawyer")
    offer = await lawyer.next_of("offer", interaction_id=ack["interaction_id"])

    left = await resident.command(type="leave")

    assert left["type"] == "ack"
    gone = await lawyer.next_of("offer_gone", offer_id=offer["offer_id"])
    assert gone["reason"] == "resident_left"
    late = await lawyer.command(type="accept", offer_id=offer["offer_id"])
    assert late["code"] == "offer_gone"
    await resident.next_of("state", state="abandoned")
    assert (await verify(house.house.database)).holds


async def test_coming_back_by_cursor_shows_exactly_what_was_missed(house: RunningHouse) -> None:
    page = await house.resident()
    ack = await page.say("今天天气怎么样")
    await page.next_of("turn", by="bot")
    seen = page.turns()[0]["seq"]
    await page.close()

    back = await house.resident(page.token, interaction_id=ack["interaction_id"], after=seen)

    state = await back.next_of("state")
    assert state["state"] == "with_bot"
    missed = back.turns()
    assert [turn["by"] for turn in missed] == ["bot"]
    assert missed[0]["prev"] == seen


async def test_all_pages_of_one_browser_show_everything_and_repeats_are_acknowledged_alike(
    house: RunningHouse,
) -> None:
    one = await house.resident()
    other = await house.resident(one.token)

    first = await one.say("你好", client_id="same")
    again = await other.say("你好", client_id="same")

    assert first["seq"] == again["seq"]
    await other.next_of("turn", text="你好")
    assert len([turn for turn in other.turns() if turn["text"] == "你好"]) == 1


async def test_a_resident_on_one_process_and_the_lawyer_on_another(
    house: RunningHouse, postgres_url: str, redis_url: str
) -> None:
    async with running_house(postgres_url, redis_url) as second:
        lawyer, resident = await second.lawyer(), await house.resident()
        ack = await resident.say("转人工")
        await lawyer.accept(ack["interaction_id"])

        await lawyer.command(type="say", interaction_id=ack["interaction_id"], text="您好")
        await resident.next_of("turn", text="您好")
        await resident.say("谢谢")
        await lawyer.next_of("turn", text="谢谢")


async def test_a_stopping_process_tells_every_socket_to_come_back(postgres_url: str, redis_url: str) -> None:
    async with running_house(postgres_url, redis_url) as running:
        resident, lawyer = await running.resident(), await running.lawyer()
        running.house.web_chat.restart()
        running.house.consoles.restart()

        assert await resident.closed() == 1012
        assert await lawyer.closed() == 1012


def _prevs_join_up(turns: list[dict[str, object]]) -> bool:
    return all(after["prev"] == before["seq"] for before, after in itertools.pairwise(turns))
