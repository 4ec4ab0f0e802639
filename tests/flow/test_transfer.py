"""A talk handed on between two consoles: what each side is shown, and that the log holds."""

from __future__ import annotations

from interactions.verify import verify
from tests.rig.clients import Lawyer, Resident
from tests.rig.house import RunningHouse


async def talk(house: RunningHouse) -> tuple[Lawyer, Resident, str]:
    """A resident with the lawyer of seat 1, who alone is here."""
    lawyer, resident = await house.lawyer("seat01"), await house.resident()
    ack = await resident.say("老板拖欠工资，还要离婚，转人工")
    await lawyer.accept(ack["interaction_id"])
    await resident.next_of("state", state="with_lawyer", lawyer="01号坐席")
    return lawyer, resident, ack["interaction_id"]


async def test_handed_on_to_a_named_seat_with_a_note(house: RunningHouse) -> None:
    lawyer, resident, interaction_id = await talk(house)
    other = await house.lawyer("seat02")

    ack = await lawyer.command(
        type="transfer", interaction_id=interaction_id, to={"seat": "seat02"}, note="请核对抚养费"
    )
    assert ack["type"] == "ack", ack
    asked = await lawyer.next_of("transfer_asked", interaction_id=interaction_id)
    offer = await other.next_of("offer", interaction_id=interaction_id)
    assert offer["transfer"] == {"from": "seat01", "from_name": "01号坐席", "note": "请核对抚养费"}
    assert (asked["seq"], offer["why"]["chosen_for"]) == (ack["seq"], "named")

    accepted = await other.command(type="accept", offer_id=offer["offer_id"])
    assert accepted["type"] == "ack"
    result = await lawyer.next_of("transfer_result", interaction_id=interaction_id)
    assert result["result"] == "accepted"
    taken = await other.next_of("state", interaction_id=interaction_id)
    assert taken["state"] == "with_lawyer"
    await other.next_of("turn", text="请核对抚养费", note=True, purpose="transfer")
    moved = await resident.next_of("turn", purpose="transferred")
    assert "已转接给02号坐席" in moved["text"]
    await resident.next_of("state", state="with_lawyer", lawyer="02号坐席")

    await resident.say("您好")
    await other.next_of("turn", text="您好")
    late = await lawyer.command(type="say", interaction_id=interaction_id, text="还在吗")
    assert late["code"] == "not_found"
    assert "请核对抚养费" not in str(resident.frames)
    assert not [frame for frame in lawyer.frames if frame.get("text") == "您好"]
    verdict = await verify(house.house.database)
    assert verdict.holds, verdict.violations


async def test_refused_by_the_only_other_one_it_is_back_where_it_was(house: RunningHouse) -> None:
    lawyer, _, interaction_id = await talk(house)
    other = await house.lawyer("seat02")
    await lawyer.command(type="transfer", interaction_id=interaction_id, to={"matter": "general"}, note="")
    offer = await other.next_of("offer", interaction_id=interaction_id)

    await other.command(type="decline", offer_id=offer["offer_id"], reason="busy")

    result = await lawyer.next_of("transfer_result", interaction_id=interaction_id)
    assert result["result"] == "refused"
    said = await lawyer.command(type="say", interaction_id=interaction_id, text="我继续为您解答")
    assert said["type"] == "ack"


async def test_cancelled_it_stops_ringing_and_a_page_that_reloads_knows(house: RunningHouse) -> None:
    lawyer, _, interaction_id = await talk(house)
    other = await house.lawyer("seat02")
    await lawyer.command(type="transfer", interaction_id=interaction_id, to={"seat": "seat02"}, note="")
    offer = await other.next_of("offer", interaction_id=interaction_id)
    again = await Lawyer.open(house.session, house.url, token=lawyer.token)
    (held,) = (await again.next_of("welcome"))["interactions"]
    assert held["transfer"]["seat_name"] == "02号坐席"

    cancelled = await lawyer.command(type="cancel_transfer", interaction_id=interaction_id)

    assert cancelled["type"] == "ack"
    gone = await other.next_of("offer_gone", offer_id=offer["offer_id"])
    assert gone["reason"] == "withdrawn"
    for console in (lawyer, again):
        assert (await console.next_of("transfer_result"))["result"] == "cancelled"


async def test_a_colleague_sees_who_has_room(house: RunningHouse) -> None:
    lawyer, other = await house.lawyer("seat01"), await house.lawyer("seat02")
    headers = {"Authorization": f"Bearer {lawyer.token}"}

    async with house.session.get(f"{house.url}/api/seats", headers=headers) as answer:
        seen = {one["code"]: one for one in (await answer.json())["seats"]}
    async with house.session.get(f"{house.url}/api/seats") as nobody:
        assert nobody.status == 401

    assert not other.socket.closed
    assert (seen["seat02"]["name"], seen["seat02"]["state"], seen["seat03"]["state"]) == ("02号坐席", "free", "absent")
