"""The console over real sockets: one lawyer's whole way, several tabs, offers that end."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from agents.roles import Role
from interactions.model import OfferState, State
from interactions.tables import assignment, interaction, rating, seat
from tests.integration.agents.console_client import ConsoleClient, Frame, log_in
from tests.integration.agents.house import House

WRAP_UP = {
    "type": "wrap_up",
    "matter": "labour.wages",
    "district": "120104",
    "request_kind": "consultation",
    "outcome": "answered",
    "summary": "已告知劳动仲裁途径",
    "kinds": ["legal_aid"],
    "caller_groups": ["migrant_worker"],
    "place": {"district": "120104", "street": "某街道"},
    "other_party": "某公司",
    "aid_informed": True,
}


async def test_a_lawyer_accepts_talks_notes_releases_and_wraps_up(house: House, client: TestClient[Any, Any]) -> None:
    lawyer = await house.add_lawyer("seat01", sits=False)
    head = await house.open("老板拖欠我三个月工资怎么办")
    async with ConsoleClient(client) as console:
        welcome = await console.hello(await log_in(client, "seat01"))
        assert (welcome["seat"], welcome["status"], welcome["interactions"]) == ("seat01", "available", [])

        await house.offer(head, lawyer)
        offer = await console.until("offer")
        assert offer["interaction_id"] == str(head.interaction_id)
        assert offer["number"] == head.number
        assert offer["why"] == {"eligible": 1}

        ack = await console.ask({"type": "accept", "offer_id": offer["offer_id"], "client_id": "a"})
        assert ack["type"] == "ack"
        first = await console.until("turn")
        assert (first["text"], first["by"], first["prev"]) == ("老板拖欠我三个月工资怎么办", "resident", 0)

        here = {"interaction_id": str(head.interaction_id)}
        ack = await console.ask({"type": "say", "text": "您好 <b>", "client_id": "b", **here})
        said = await console.until("turn", client_id="b")
        assert (said["seq"], said["prev"], said["text"]) == (ack["seq"], first["seq"], "您好 <b>")

        await console.ask({"type": "note", "text": "疑似群体欠薪", "client_id": "c", **here})
        note = await console.until("turn", client_id="c")
        assert note["note"] is True
        assert note["prev"] == said["seq"]

        await console.ask({"type": "release", "client_id": "d", **here})
        assert (await console.until("state"))["state"] == State.WITH_LAWYER
        assert (await console.until("state"))["state"] == State.WRAP_UP
        farewell = await console.until("turn")
        assert head.number in farewell["text"]

        refused = await console.ask({"type": "say", "text": "再说一句", "client_id": "e", **here})
        assert refused["code"] == "wrong_state"

        await console.ask({**WRAP_UP, "client_id": "f", **here})
        assert (await console.until("state"))["state"] == State.CLOSED
    await _assert_closed(house, head.interaction_id)


async def _assert_closed(house: House, interaction_id: object) -> None:
    async with house.database.read() as connection:
        stored = (await connection.execute(select(interaction))).one()
        segment = (await connection.execute(select(assignment))).one()
        asked = (await connection.execute(select(rating))).one()
    assert (stored.state, stored.matter, stored.district, stored.street) == (
        "closed",
        "labour.wages",
        "120104",
        "某街道",
    )
    assert (stored.request_kind, stored.outcome) == ("consultation", "answered")
    assert segment.finished_at is not None
    assert segment.handling_s == 0.0
    assert (asked.segment_id, asked.interaction_id) == (segment.segment_id, interaction_id)


async def test_a_repeated_command_is_acknowledged_again_and_not_run_again(
    house: House, client: TestClient[Any, Any]
) -> None:
    lawyer = await house.add_lawyer("seat01")
    head = await house.open()
    await house.give(head, lawyer)
    here = {"interaction_id": str(head.interaction_id)}
    commands: list[Frame] = [
        {"type": "say", "text": "您好", "client_id": "1", **here},
        {"type": "note", "text": "记", "client_id": "2", **here},
        {"type": "release", "client_id": "3", **here},
        {**WRAP_UP, "client_id": "4", **here},
    ]
    async with ConsoleClient(client) as console:
        await console.hello(await log_in(client, "seat01"))
        once = [await console.ask(command) for command in commands]
        again = [await console.ask(command) for command in commands]
    assert once == again
    assert {ack["type"] for ack in once} == {"ack"}
    _, records = await house.reader.read(head.interaction_id)
    kinds = [record.kind for record in records]
    assert len(kinds) == len(set(kinds)) + 2  # three turns: the resident's, the lawyer's, the farewell


async def test_every_tab_of_a_seat_shows_the_same_and_one_accept_wins(
    house: House, client: TestClient[Any, Any]
) -> None:
    lawyer = await house.add_lawyer("seat01")
    head = await house.open()
    token = await log_in(client, "seat01")
    async with ConsoleClient(client) as one, ConsoleClient(client) as other:
        await one.hello(token)
        await other.hello(token)
        offer_id = str(await house.offer(head, lawyer))
        await one.until("offer")
        await other.until("offer")

        assert (await one.ask({"type": "accept", "offer_id": offer_id, "client_id": "1"}))["type"] == "ack"
        gone = await other.until("offer_gone")
        assert (gone["offer_id"], gone["reason"]) == (offer_id, "accepted_elsewhere")
        late = await other.ask({"type": "accept", "offer_id": offer_id, "client_id": "2"})
        assert late["code"] == "offer_gone"

        here = {"interaction_id": str(head.interaction_id)}
        await one.ask({"type": "say", "text": "您好", "client_id": "3", **here})
        await house.resident_says(head, "谢谢")
        await one.until("turn", text="谢谢")
        await other.until("turn", text="谢谢")
    assert one.turns(head.interaction_id) == other.turns(head.interaction_id)
    assert not [frame for frame in one.received if frame["type"] == "offer_gone"]


@pytest.mark.parametrize(
    ("state", "reason", "told"),
    [
        (OfferState.LAPSED, None, "lapsed"),
        (OfferState.WITHDRAWN, "resident_left", "resident_left"),
        (OfferState.WITHDRAWN, None, "withdrawn"),
    ],
)
async def test_an_offer_that_ends_leaves_the_screen_with_its_reason(
    house: House, client: TestClient[Any, Any], state: OfferState, reason: str | None, told: str
) -> None:
    lawyer = await house.add_lawyer("seat01")
    head = await house.open()
    async with ConsoleClient(client) as console:
        await console.hello(await log_in(client, "seat01"))
        offer_id = await house.offer(head, lawyer)
        await console.until("offer")
        await house.offers.finish(offer_id, seat_id=lawyer.seat_id, state=state, how=state.value, reason=reason)
        assert (await console.until("offer_gone"))["reason"] == told


async def test_status_is_shown_in_all_tabs_and_is_the_wish_for_the_next_sign_in(
    house: House, client: TestClient[Any, Any]
) -> None:
    lawyer = await house.add_lawyer("seat01")
    token = await log_in(client, "seat01")
    async with ConsoleClient(client) as one, ConsoleClient(client) as other:
        await one.hello(token)
        await other.hello(token)
        ack = await one.ask({"type": "status", "status": "away", "reason": "小休", "client_id": "1"})
        assert ack["type"] == "ack"
        assert await other.until("status") == {"type": "status", "status": "away", "reason": "小休"}
    await house.roster.sign_out(lawyer.account_id)
    assert (await house.roster.sign_in(lawyer.account_id)).status == "away"


async def test_who_has_no_seat_is_welcomed_and_may_command_nothing(house: House, client: TestClient[Any, Any]) -> None:
    await house.add_account("analyst", role=Role.ANALYST)
    await house.add_account("idle_lawyer")
    async with ConsoleClient(client) as console:
        welcome = await console.hello(await log_in(client, "analyst"))
        assert welcome["seat"] is None
        refused = await console.ask({"type": "status", "status": "available", "client_id": "1"})
        assert refused["code"] == "not_allowed"
    async with ConsoleClient(client) as console:
        assert (await console.hello(await log_in(client, "idle_lawyer")))["seat"] is None
        assert (await console.until("error"))["code"] == "not_allowed"


async def test_a_transfer_is_acknowledged_and_the_talk_stays_until_somebody_takes_it(
    house: House, client: TestClient[Any, Any]
) -> None:
    lawyer = await house.add_lawyer("seat01")
    head = await house.open()
    await house.give(head, lawyer)
    async with ConsoleClient(client) as console:
        await console.hello(await log_in(client, "seat01"))
        frame = {"type": "transfer", "interaction_id": str(head.interaction_id), "to": {"matter": "family"}}
        assert (await console.ask({**frame, "note": "请协助", "client_id": "1"}))["type"] == "ack"
        said = {"type": "say", "interaction_id": str(head.interaction_id), "text": "请稍等", "client_id": "2"}
        assert (await console.ask(said))["type"] == "ack"
        asked = await console.until("transfer_asked")
    assert (asked["matter"], asked["interaction_id"]) == ("family", str(head.interaction_id))


async def test_another_seats_interaction_answers_like_one_that_does_not_exist(
    house: House, client: TestClient[Any, Any]
) -> None:
    mine, theirs = await house.add_lawyer("seat01"), await house.add_lawyer("seat02")
    head = await house.open()
    await house.give(head, theirs)
    async with ConsoleClient(client) as console:
        await console.hello(await log_in(client, "seat01"))
        for kind in ("say", "note", "release", "wrap_up"):
            frame = {**WRAP_UP, "type": kind, "text": "x", "interaction_id": str(head.interaction_id)}
            assert (await console.ask({**frame, "client_id": kind}))["code"] == "not_found"
        assert not console.turns(head.interaction_id)
    _, records = await house.reader.read(head.interaction_id)
    assert not [record for record in records if record.by_id == mine.account_id]


async def test_after_the_interaction_left_the_seat_nothing_more_of_it_is_shown(
    house: House, client: TestClient[Any, Any]
) -> None:
    lawyer = await house.add_lawyer("seat01")
    head = await house.open()
    await house.give(head, lawyer)
    here = {"interaction_id": str(head.interaction_id)}
    async with ConsoleClient(client) as console:
        await console.hello(await log_in(client, "seat01"))
        await console.ask({"type": "release", "client_id": "1", **here})
        await console.ask({**WRAP_UP, "client_id": "2", **here})
        await console.until("state", state="closed")
        await house.resident_says(head, "补充一句")
        await console.ask({"type": "status", "status": "away", "client_id": "3"})
        await console.until("status")
    assert not [turn for turn in console.turns(head.interaction_id) if turn["text"] == "补充一句"]


async def test_a_danger_contact_asks_for_no_rating_and_protects_the_seat(
    house: House, client: TestClient[Any, Any]
) -> None:
    lawyer = await house.add_lawyer("seat01")
    head = await house.open(dangers=("violence",), urgency=0)
    await house.give(head, lawyer)
    here = {"interaction_id": str(head.interaction_id)}
    async with ConsoleClient(client) as console:
        await console.hello(await log_in(client, "seat01"))
        await console.ask({"type": "release", "client_id": "1", **here})
        await console.ask({**WRAP_UP, "client_id": "2", **here})
    async with house.database.read() as connection:
        assert (await connection.execute(select(rating))).first() is None
        until = await connection.scalar(select(seat.c.protected_until))
    assert until is not None
    assert (until - house.clock.now()).total_seconds() == house.settings.serving.protected_after_danger_s


@pytest.mark.parametrize("field", ["matter", "district", "request_kind", "outcome", "kinds", "caller_groups", "place"])
async def test_a_wrap_up_with_an_unknown_code_is_refused_naming_the_field(
    house: House, client: TestClient[Any, Any], field: str
) -> None:
    lawyer = await house.add_lawyer("seat01")
    head = await house.open()
    await house.give(head, lawyer)
    here = {"interaction_id": str(head.interaction_id)}
    wrong: object = {"kinds": ["nope"], "caller_groups": ["nope"], "place": {"district": "nope"}}.get(field, "nope")
    async with ConsoleClient(client) as console:
        await console.hello(await log_in(client, "seat01"))
        await console.ask({"type": "release", "client_id": "1", **here})
        refused = await console.ask({**WRAP_UP, field: wrong, "client_id": "2", **here})
    assert refused["code"] == "invalid"
    assert refused["message"].startswith(field)
