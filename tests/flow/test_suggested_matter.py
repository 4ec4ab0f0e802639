"""A matter suggested from a resident's words: routed by, told, shown to the lawyer, logged, open to correction."""

from __future__ import annotations

from uuid import UUID

import orjson
from sqlalchemy import text

from tests.flow.test_main_path import WRAP_UP
from tests.rig.house import RunningHouse

STORY = "老板三个月没发工资，也没签劳动合同，去哪里申请劳动仲裁"
_QUEUED = text("select body from event where interaction_id = :id and kind = 'interaction.queued'")


async def why_queued(house: RunningHouse, interaction_id: str) -> dict[str, object]:
    """The explanation in the event with which it joined the line."""
    row = (await house.house.database.run(_QUEUED, {"id": UUID(interaction_id)})).one()
    why: dict[str, object] = orjson.loads(row.body)["why"]
    return why


async def test_words_that_ask_for_a_person_at_once_are_routed_by_their_matter(house: RunningHouse) -> None:
    lawyer, resident = await house.lawyer(), await house.resident()

    ack = await resident.say(f"转人工，{STORY}")

    told = await resident.next_of("turn", purpose="queued")
    offer = await lawyer.next_of("offer", interaction_id=ack["interaction_id"])
    why = await why_queued(house, ack["interaction_id"])
    assert "按“劳动纠纷”为您找律师" in told["text"]
    assert offer["matter"] == "labour"
    assert why["taken"] == "labour"
    suggested = why["suggested"]
    assert isinstance(suggested, list)
    assert (len(suggested), suggested[0]["matter"]) == (3, "labour")


async def test_the_lawyer_sees_what_was_suggested_and_registers_what_it_was(house: RunningHouse) -> None:
    lawyer, resident = await house.lawyer(), await house.resident()
    ack = await resident.say(f"{STORY}，另外房东也不退押金")
    said = await resident.next_of("turn", by="bot")
    await resident.command(type="ask_lawyer")
    await lawyer.accept(ack["interaction_id"])

    shown = await lawyer.next_of("turn", seq=said["seq"])
    await lawyer.command(type="release", interaction_id=ack["interaction_id"])
    wrapped = await lawyer.command(
        type="wrap_up", interaction_id=ack["interaction_id"], **{**WRAP_UP, "matter": "housing.rent"}
    )

    assert shown["answer"]["suggested"][0].keys() == {"matter", "confidence"}
    assert wrapped["type"] == "ack"


async def test_who_is_in_danger_is_told_of_no_matter(house: RunningHouse) -> None:
    resident = await house.resident()

    await resident.say("老公又打我，我要离婚，孩子抚养权怎么办")

    assert "按“" not in (await resident.next_of("turn", purpose="queued"))["text"]


async def test_a_person_asked_for_without_a_topic_fits_every_lawyer(house: RunningHouse) -> None:
    lawyer, resident = await house.lawyer(), await house.resident()

    ack = await resident.say("转人工")

    offer = await lawyer.next_of("offer", interaction_id=ack["interaction_id"])
    assert offer["matter"] == "general"
    assert "按“" not in (await resident.next_of("turn", purpose="queued"))["text"]
