"""A callback and a message over real sockets: what each side is shown, and what it is not."""

from __future__ import annotations

import pytest

from interactions.verify import verify
from tests.rig.house import RunningHouse
from tests.rig.promises import PHONE

MASKED = "138****0000"
WRAP_UP = {
    "matter": "labour.wages",
    "district": "120104",
    "request_kind": "consultation",
    "outcome": "answered",
    "summary": "已回电答复",
}


async def test_from_the_wish_to_the_wrap_up(house: RunningHouse) -> None:
    resident = await house.resident()
    said = await resident.say("老板拖欠我三个月工资怎么办")
    interaction_id = said["interaction_id"]

    ack = await resident.command(type="callback", phone="+86 138-0000-0000", if_others_answer="hang_up")

    assert ack["type"] == "ack"
    state = await resident.until(lambda one: one.get("state") == "waiting" and "callback" in one)
    assert state["callback"]["phone"] == MASKED
    assert state["callback"]["soon"] is True
    told = await resident.next_of("turn", purpose="callback")
    assert MASKED in told["text"]
    lawyer = await house.lawyer()
    offer = await lawyer.next_of("offer", interaction_id=interaction_id)
    assert offer["work"]["phone"] == MASKED
    assert offer["why"]["work"] == "callback"
    assert PHONE not in str(lawyer.frames)
    await lawyer.command(type="accept", offer_id=offer["offer_id"])
    work = await lawyer.next_of("work", interaction_id=interaction_id)
    assert work["phone"] == PHONE
    assert (work["calls"], work["confirmed"]) == (True, False)
    assert "直接挂断" in work["to_others"]
    first = await lawyer.next_of("turn")
    assert lawyer.frames.index(work) < lawyer.frames.index(first)
    early = await lawyer.command(type="release", interaction_id=interaction_id)
    assert early["code"] == "wrong_state"

    await lawyer.command(type="callback_attempt", interaction_id=interaction_id, result="reached")

    await lawyer.next_of("work", interaction_id=interaction_id, confirmed=True)
    await lawyer.command(type="release", interaction_id=interaction_id)
    wrapped = await lawyer.command(type="wrap_up", interaction_id=interaction_id, **WRAP_UP)
    assert wrapped["type"] == "ack"
    closed = await resident.next_of("state", state="closed")
    assert "callback" not in closed
    assert PHONE not in str(resident.frames)
    assert (await verify(house.house.database)).holds


async def test_not_reached_the_lawyers_screen_is_free_and_the_resident_knows_when(house: RunningHouse) -> None:
    lawyer, resident = await house.lawyer(), await house.resident()
    ack = await resident.command(type="callback", phone=PHONE)
    interaction_id = ack["interaction_id"]
    await lawyer.accept(interaction_id)

    tried = await lawyer.command(type="callback_attempt", interaction_id=interaction_id, result="no_answer")

    assert tried["type"] == "ack"
    await lawyer.next_of("state", interaction_id=interaction_id, state="waiting")
    due = await resident.until(lambda one: one.get("callback", {}).get("due_at", "") > one.get("now", "~"))
    assert due["state"] == "callback_due"
    assert "没有联系上" in (await resident.until(lambda one: "没有联系上" in str(one.get("text"))))["text"]


async def test_who_returns_sees_the_promise_and_may_wait_at_once(house: RunningHouse) -> None:
    page = await house.resident()
    ack = await page.command(type="callback", phone=PHONE, window="明天上午")
    await page.close()

    back = await house.resident(page.token)
    state = await back.next_of("state", state="callback_due")
    assert state["callback"]["phone"] == MASKED
    left = await back.command(type="leave")
    assert left["code"] == "wrong_state"
    await back.command(type="ask_lawyer")
    waiting = await back.next_of("state", state="waiting")
    assert waiting["callback"]["kind"] == "callback"
    lawyer = await house.lawyer()
    await lawyer.accept(ack["interaction_id"])
    work = await lawyer.next_of("work")
    assert work["calls"] is False


async def test_danger_said_while_a_call_is_promised_leads_to_a_person_at_once(house: RunningHouse) -> None:
    lawyer, resident = await house.lawyer(), await house.resident()
    ack = await resident.command(type="callback", phone=PHONE, window="明天上午")
    await resident.next_of("state", state="callback_due")

    said = await resident.say("他现在打我，我很害怕")

    assert said["interaction_id"] == ack["interaction_id"]
    await resident.next_of("turn", purpose="emergency")
    offer = await lawyer.next_of("offer", interaction_id=ack["interaction_id"])
    assert offer["urgency"] == "danger"


async def test_a_message_is_answered_in_writing(house: RunningHouse) -> None:
    resident = await house.resident()
    ack = await resident.command(type="leave_message", text="房东不退押金，请问怎么办", phone="")

    state = await resident.next_of("state", state="callback_due")

    assert state["callback"]["kind"] == "message"
    turn = await resident.next_of("turn", by="resident")
    assert (turn["seq"], turn["purpose"]) == (ack["seq"], "message")
    cancelled = await resident.command(type="cancel_callback")
    assert cancelled["type"] == "ack"
    await resident.next_of("state", state="abandoned")
    assert (await verify(house.house.database)).holds


@pytest.mark.parametrize(
    ("fields", "code", "named"),
    [
        ({}, "invalid", "phone"),
        ({"phone": "110"}, "invalid", "phone"),
        ({"phone": "1380000000"}, "invalid", "phone"),
        ({"phone": "+1 202 555 0100"}, "invalid", "phone"),
        ({"phone": "1" * 41}, "too_large", "phone"),
        ({"phone": "138\u00000000000"}, "invalid", "phone"),
        ({"phone": PHONE, "window": "昨天"}, "invalid", "window"),
        ({"phone": PHONE, "window": "2020-01-01T10:00+08:00/2020-01-01T12:00+08:00"}, "invalid", "window"),
        ({"phone": PHONE, "window": "明" * 81}, "too_large", "window"),
        ({"phone": PHONE, "how": "pigeon"}, "invalid", "how"),
        ({"phone": 13800000000}, "invalid", "phone"),
        ({"phone": PHONE, "if_others_answer": "说" * 201}, "too_large", "if_others_answer"),
    ],
)
async def test_a_wish_that_cannot_be_kept_is_refused_by_field_and_nothing_is_stored(
    house: RunningHouse, fields: dict[str, object], code: str, named: str
) -> None:
    resident = await house.resident()

    refused = await resident.command(type="callback", **fields)

    assert refused["code"] == code
    assert refused["message"].startswith(f"{named}：")
    assert PHONE not in refused["message"]
    nothing = await resident.command(type="cancel_callback")
    assert nothing["code"] == "wrong_state"


async def test_an_attempt_belongs_to_whoever_serves_and_to_a_callback(house: RunningHouse) -> None:
    lawyer, resident, stranger = await house.lawyer(), await house.resident(), await house.lawyer("seat02")
    ack = await resident.say("转人工")
    await lawyer.accept(ack["interaction_id"])

    for console, code in ((lawyer, "wrong_state"), (stranger, "not_found")):
        told = await console.command(type="callback_attempt", interaction_id=ack["interaction_id"], result="no_answer")
        assert told["code"] == code
