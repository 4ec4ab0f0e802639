"""A talk with the bot over real sockets: what it knows of earlier turns is rows, so any process goes on with it."""

from __future__ import annotations

from tests.rig.house import RunningHouse, running_house


async def test_an_offer_of_one_process_is_chosen_on_another(postgres_url: str, redis_url: str) -> None:
    async with running_house(postgres_url, redis_url) as first:
        resident = await first.resident()
        await resident.say("工伤")
        offered = await resident.next_of("turn", by="bot")
        token = resident.token

    async with running_house(postgres_url, redis_url) as second:
        resident = await second.resident(token)
        await resident.say("2")
        chosen = await resident.until(lambda frame: frame.get("purpose") == "answer")
        await resident.say("要带什么材料")
        followed = await resident.until(lambda frame: "要准备什么" in frame.get("text", ""))

    assert len(offered["suggestions"]) == 3
    assert chosen["answer"]["confidence"] == 0.99
    assert followed["answer"]["matter"] == chosen["answer"]["matter"]


async def test_after_two_warnings_a_person_comes_and_the_log_says_why(house: RunningHouse) -> None:
    resident = await house.resident()

    for text in ("傻逼机器人", "滚蛋", "你个废物"):
        await resident.say(text)
        await house.house.bot_turns.drain()

    await resident.next_of("state", state="waiting")
    warnings = [frame for frame in resident.turns() if frame.get("purpose") == "warning"]
    assert len(warnings) == 2
    assert "值班律师" in (await resident.next_of("turn", purpose="queued"))["text"]


async def test_hard_words_beside_danger_bring_a_person_and_no_warning(house: RunningHouse) -> None:
    resident = await house.resident()

    for text in ("傻逼机器人", "滚，我不想活了"):
        await resident.say(text)
        await house.house.bot_turns.drain()

    await resident.next_of("state", state="waiting")
    assert [frame["purpose"] for frame in resident.turns() if frame["by"] == "bot"] == ["warning"]


async def test_goodbye_closes_nothing(house: RunningHouse) -> None:
    resident = await house.resident()
    await resident.say("再见")

    said = await resident.next_of("turn", purpose="goodbye")

    more = await resident.say("老板拖欠我三个月工资怎么办")
    assert more["interaction_id"] == said["interaction_id"]
    await resident.next_of("turn", purpose="answer")
