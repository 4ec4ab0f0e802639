"""A supervisor listens, whispers, joins, assigns, takes over and closes; each leaves its trace, none passes a rule."""

from __future__ import annotations

import asyncio
from uuid import UUID

from sqlalchemy import select

from interactions.tables import audit
from interactions.verify import verify
from tests.rig.clients import Frame, Lawyer, Resident
from tests.rig.house import RunningHouse

WRAP_UP = {
    "matter": "labour",
    "district": "120104",
    "request_kind": "consultation",
    "outcome": "answered",
    "summary": "已告知途径",
}
PATIENCE_S = 30.0
WORKER, BOSS = "周小河", "天津海河劳务有限公司"


async def talk(house: RunningHouse, *, username: str = "seat01") -> tuple[Lawyer, Resident, str]:
    """A resident with a lawyer who is alone here."""
    lawyer, resident = await house.lawyer(username), await house.resident()
    ack = await resident.say("我想咨询，转人工")
    await lawyer.accept(ack["interaction_id"])
    return lawyer, resident, ack["interaction_id"]


async def test_watching_shows_everything_and_is_audited_in_table_and_log(house: RunningHouse) -> None:
    lawyer, resident, interaction_id = await talk(house)
    supervisor = await house.lawyer("supervisor")

    ack = await supervisor.command(type="watch", interaction_id=interaction_id)

    assert ack["type"] == "ack", ack
    await supervisor.next_of("turn", text="我想咨询，转人工", watched=True)
    await resident.say("还有一件事")
    await supervisor.next_of("turn", text="还有一件事", watched=True)
    async with house.house.database.read() as connection:
        actions = await connection.scalars(select(audit.c.action))
    assert list(actions) == ["supervisor.watch"]
    assert "interaction.watched" in await kinds(house, interaction_id)
    # Neither of the two learns of it, not even that there is something new which they do not see.
    await lawyer.command(type="say", interaction_id=interaction_id, text="请讲")
    said = await resident.next_of("turn", text="请讲")
    before = (await resident.next_of("turn", text="还有一件事"))["seq"]
    assert said["prev"] == before
    frames = (*lawyer.frames, *resident.frames)
    assert len([one for one in frames if one.get("text") == "还有一件事"]) == 2
    assert not [one for one in frames if one.get("watched") or "watch" in str(one)]


async def test_a_repeated_watch_shows_what_was_written_down_and_nothing_else(house: RunningHouse) -> None:
    _, _, watched = await talk(house)
    other = await house.resident()
    unwatched = (await other.say("我想咨询另一件事，转人工"))["interaction_id"]
    supervisor = await house.lawyer("supervisor")
    await supervisor.command(type="watch", interaction_id=watched, client_id="one")
    await supervisor.next_of("turn", interaction_id=watched, watched=True)
    seen = len(supervisor.frames)

    await supervisor.send(type="watch", interaction_id=unwatched, client_id="one")
    await supervisor.command(type="watch", interaction_id=watched, client_id="two")
    await supervisor.until(lambda one: one in supervisor.frames[seen:] and bool(one.get("watched")))

    assert unwatched not in {one.get("interaction_id") for one in supervisor.frames if one.get("watched")}
    assert "interaction.watched" not in await kinds(house, unwatched)


async def test_a_whisper_is_for_the_lawyer_alone_and_joining_is_for_both(house: RunningHouse) -> None:
    lawyer, resident, interaction_id = await talk(house)
    supervisor = await house.lawyer("supervisor")

    await supervisor.command(type="whisper", interaction_id=interaction_id, text="请先问证据")
    await supervisor.command(type="join", interaction_id=interaction_id, text="我是值班班长")

    whispered = await lawyer.next_of("turn", text="请先问证据")
    assert (whispered["by"], whispered["note"], whispered["purpose"]) == ("supervisor", True, "whisper")
    await lawyer.next_of("turn", text="我是值班班长", by="supervisor")
    await resident.next_of("turn", text="我是值班班长")
    assert "请先问证据" not in str(resident.frames)


async def test_taking_over_moves_the_talk_and_the_old_seat_is_told(house: RunningHouse) -> None:
    lawyer, resident, interaction_id = await talk(house)
    other, supervisor = await house.lawyer("seat02"), await house.lawyer("supervisor")
    await lawyer.command(type="transfer", interaction_id=interaction_id, to={"seat": "seat02"}, note="")
    offer = await other.next_of("offer", interaction_id=interaction_id)

    taken = await supervisor.command(type="take_over", interaction_id=interaction_id)

    assert taken["type"] == "ack", taken
    await lawyer.next_of("taken_over", interaction_id=interaction_id)
    await other.next_of("offer_gone", offer_id=offer["offer_id"])
    await supervisor.next_of("state", interaction_id=interaction_id, state="with_lawyer")
    assert (await lawyer.command(type="say", interaction_id=interaction_id, text="x"))["code"] == "not_found"
    said = await supervisor.command(type="say", interaction_id=interaction_id, text="我来继续为您解答")
    assert said["type"] == "ack"
    await resident.next_of("turn", text="我来继续为您解答")
    await resident.next_of("state", state="with_lawyer", lawyer="班长席")
    again = await supervisor.command(type="take_over", interaction_id=interaction_id)
    assert again["code"] == "wrong_state"
    await holds(house)


async def test_somebody_in_line_is_assigned_inside_the_capacity_check(house: RunningHouse) -> None:
    supervisor, resident = await house.lawyer("supervisor"), await house.resident()
    waiting = (await resident.say("转人工"))["interaction_id"]
    absent = await supervisor.command(type="assign", interaction_id=waiting, seat="seat02")
    assert (absent["code"], "无人在岗" in absent["message"]) == ("wrong_state", True)
    first = await house.lawyer("seat02")
    offer = await first.next_of("offer", interaction_id=waiting)
    second = await house.lawyer("seat03")

    assigned = await supervisor.command(type="assign", interaction_id=waiting, seat="seat03")

    assert assigned["type"] == "ack", assigned
    await second.next_of("state", interaction_id=waiting, state="with_lawyer")
    await first.next_of("offer_gone", offer_id=offer["offer_id"])
    await resident.next_of("state", state="with_lawyer", lawyer="03号坐席")
    full = await supervisor.command(type="assign", interaction_id=waiting, seat="seat03")
    assert full["code"] == "wrong_state"
    await holds(house)


async def test_not_even_a_supervisor_goes_past_a_conflict_of_interest(house: RunningHouse) -> None:
    lawyer, _, before = await talk(house)
    await lawyer.command(type="parties", interaction_id=before, own=BOSS, other=WORKER)
    page = await house.resident()
    waiting = (await page.say("转人工"))["interaction_id"]
    await page.command(type="parties", own=WORKER, other=BOSS)
    supervisor = await house.lawyer("supervisor")

    refused = await supervisor.command(type="assign", interaction_id=waiting, seat="seat01")

    assert refused["code"] == "wrong_state"
    assert "不宜承办" in refused["message"]
    assert BOSS not in str(refused)
    assert WORKER not in str(refused)
    # Another lawyer may have it: the conflict was what kept the first one from it, and nothing else.
    other = await house.lawyer("seat02")
    assigned = await supervisor.command(type="assign", interaction_id=waiting, seat="seat02")
    assert assigned["type"] == "ack", assigned
    await other.next_of("state", interaction_id=waiting, state="with_lawyer")


async def test_the_lawyer_who_serves_is_warned_when_a_name_tells(house: RunningHouse) -> None:
    lawyer, _, before = await talk(house)
    await lawyer.command(type="parties", interaction_id=before, own=BOSS, other=WORKER)
    await lawyer.command(type="release", interaction_id=before)
    await lawyer.command(type="wrap_up", interaction_id=before, **WRAP_UP)
    page = await house.resident()
    asked = (await page.say("转人工"))["interaction_id"]
    await lawyer.accept(asked)

    await page.command(type="parties", own="周小河先生", other="天津海河劳务公司")

    warned = await lawyer.next_of("conflict", interaction_id=asked)
    assert "请转接" in warned["message"]


async def test_closing_what_would_not_end_needs_a_reason_and_the_list_shows_what_stands_still(
    house: RunningHouse,
) -> None:
    lawyer, resident, interaction_id = await talk(house)
    supervisor = await house.lawyer("supervisor")
    await lawyer.close()
    async with asyncio.timeout(PATIENCE_S):
        while not (limbo := [one for one in await open_list(house, supervisor) if one["limbo"] == "seat_gone"]):
            pass  # each look is a request; the goodbye commits in between
    assert [(one["interaction_id"], one["seat_name"]) for one in limbo] == [(interaction_id, "01号坐席")]

    blank = await supervisor.command(type="close", interaction_id=interaction_id, reason=" ")
    closed = await supervisor.command(type="close", interaction_id=interaction_id, reason="居民已在别处解决")

    assert (blank["code"], closed["type"]) == ("invalid", "ack")
    await resident.next_of("state", state="closed")
    assert await open_list(house, supervisor) == []
    await holds(house)


async def test_what_is_closed_while_it_is_handed_on_ends_with_its_end(house: RunningHouse) -> None:
    lawyer, _, interaction_id = await talk(house)
    other, supervisor = await house.lawyer("seat02"), await house.lawyer("supervisor")
    await lawyer.command(type="transfer", interaction_id=interaction_id, to={"seat": "seat02"}, note="")
    offer = await other.next_of("offer", interaction_id=interaction_id)

    assert (await supervisor.command(type="close", interaction_id=interaction_id, reason="已解决"))["type"] == "ack"

    await other.next_of("offer_gone", offer_id=offer["offer_id"])
    written = await kinds(house, interaction_id)
    assert written[-1] == "interaction.closed"
    assert written.index("interaction.transfer_ended") < written.index("interaction.closed")
    await holds(house)


async def test_others_may_not(house: RunningHouse) -> None:
    lawyer, _, interaction_id = await talk(house)
    await house.lawyer("seat02")
    for frame in (
        {"type": "watch"},
        {"type": "whisper", "text": "x"},
        {"type": "join", "text": "x"},
        {"type": "take_over"},
        {"type": "assign", "seat": "seat02"},
        {"type": "close", "reason": "x"},
    ):
        refused = await lawyer.command(interaction_id=interaction_id, **frame)
        assert refused["code"] == "not_allowed", frame
        assert refused["message"] == "role：律师账号没有此项权限（督导）"
    headers = {"Authorization": f"Bearer {lawyer.token}"}
    async with house.session.get(f"{house.url}/api/supervisor/open", headers=headers) as answer:
        assert answer.status == 403


async def test_a_supervisors_desk_cannot_be_set_available(house: RunningHouse) -> None:
    supervisor = await house.lawyer("supervisor")

    refused = await supervisor.command(type="status", status="available")

    assert (refused["type"], refused["code"]) == ("error", "not_allowed")
    assert refused["message"] == "role：班长账号没有此项权限（接待居民）"
    assert (await supervisor.command(type="status", status="away", reason="开会"))["type"] == "ack"


async def kinds(house: RunningHouse, interaction_id: str) -> list[str]:
    """Every event's kind."""
    _, records = await house.house.reader.read(UUID(interaction_id))
    return [record.kind for record in records]


async def open_list(house: RunningHouse, supervisor: Lawyer) -> list[Frame]:
    """What is open, as the supervisor's page asks."""
    headers = {"Authorization": f"Bearer {supervisor.token}"}
    async with house.session.get(f"{house.url}/api/supervisor/open", headers=headers) as answer:
        found: list[Frame] = (await answer.json())["interactions"]
    return found


async def holds(house: RunningHouse) -> None:
    """The whole log verifies."""
    verdict = await verify(house.house.database)
    assert verdict.holds, verdict.violations
