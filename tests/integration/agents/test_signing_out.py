"""Signing out with nothing left open, by oneself or by a supervisor: nobody is forgotten, no running call is cut."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select, update

from agents.errors import CallRunning, NotServing, StillOpen
from agents.roles import Role, Scope, ScopeKind, Viewer
from interactions.errors import NotAllowed, NotFound, Unavailable, WrongState
from interactions.events import Closed, NoteWritten, Returned
from interactions.model import State
from interactions.tables import audit, interaction
from interactions.verify import verify
from tests.integration.agents.console_client import ConsoleClient, log_in
from tests.integration.agents.house import House, Lawyer
from tests.integration.agents.seat_rows import ends, seat_row, sittings


async def test_signing_out_lists_what_is_open_until_each_is_done_or_handed_over(
    house: House, client: TestClient[Any, Any]
) -> None:
    lawyer = await house.add_lawyer("seat01")
    talking, wrapping, ringing = [await house.open() for _ in range(3)]
    await house.give(talking, lawyer)
    await house.give(wrapping, lawyer)
    await house.serving.release(lawyer.server, interaction_id=wrapping.interaction_id)
    offer_id = await house.offer(ringing, lawyer)
    house.clock.advance(timedelta(minutes=1))
    waited_since = (await house.reader.read(talking.interaction_id))[0].waiting_since

    async with ConsoleClient(client) as console:
        await console.hello(await log_in(client, "seat01"))
        drafts = [str(talking.interaction_id), str(uuid4())]
        refused = await console.ask({"type": "sign_out", "client_id": "a", "drafts": drafts})
        assert refused["code"] == "wrong_state"
        assert [(one["kind"], one["number"]) for one in refused["open"]] == [
            ("chat", talking.number),
            ("wrap_up", wrapping.number),
            ("offer", ringing.number),
            ("draft", talking.number),
        ]
        handed = {"type": "hand_back", "interaction_id": str(talking.interaction_id), "note": "已核对合同，等回复"}
        assert (await console.ask({**handed, "client_id": "b"}))["type"] == "ack"
        assert (await console.ask({**handed, "client_id": "b"}))["type"] == "ack"  # a repeat is no second one
        closing = {"type": "hand_back", "interaction_id": str(wrapping.interaction_id), "note": "小结待补"}
        assert (await console.ask({**closing, "client_id": "c"}))["type"] == "ack"
        declined = {"type": "decline", "offer_id": str(offer_id), "reason": "busy", "client_id": "d"}
        assert (await console.ask(declined))["type"] == "ack"
        assert (await console.ask({"type": "sign_out", "client_id": "e"}))["type"] == "ack"
        assert (await console.until("status", status="signed_out"))["status"] == "signed_out"
        late = await console.ask({"type": "status", "status": "available", "client_id": "f"})
        assert late["code"] == "not_allowed"

    head, events = await house.reader.read(talking.interaction_id)
    assert (head.state, head.waiting_since, head.seat_id) == (State.WAITING, waited_since, None)
    note, back = [one.event for one in events if isinstance(one.event, NoteWritten | Returned)]
    assert isinstance(note, NoteWritten)
    assert isinstance(back, Returned)
    assert (note.text, back.how) == ("已核对合同，等回复", "handed_over")
    closed = (await house.reader.read(wrapping.interaction_id))[1][-1].event
    assert isinstance(closed, Closed)
    assert closed.how == "handed_over"
    (sat,) = await sittings(house)
    assert (sat.how, sat.ended_at) == ("signed_out", house.clock.now())
    assert (await verify(house.database, keys=house.keys)).violations == []


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "hand_back", "interaction_id": str(uuid4()), "note": "x"},
        {"type": "hand_back", "interaction_id": "x", "note": "x"},
        {"type": "hand_back", "interaction_id": str(uuid4()), "note": "  "},
        {"type": "hand_back", "interaction_id": str(uuid4()), "note": "\u0000"},
        {"type": "hand_back", "interaction_id": str(uuid4()), "note": "长" * 4_001},
        {"type": "hand_back", "interaction_id": str(uuid4())},
        {"type": "sign_out", "drafts": "x"},
        {"type": "sign_out", "drafts": ["x"]},
        {"type": "sign_out", "drafts": [str(uuid4())] * 201},
        {"type": "sign_out", "drafts": {"a": 1}},
    ],
)
async def test_hostile_frames_are_refused_and_the_console_goes_on(
    house: House, client: TestClient[Any, Any], frame: dict[str, Any]
) -> None:
    await house.add_lawyer("seat01")
    async with ConsoleClient(client) as console:
        await console.hello(await log_in(client, "seat01"))
        assert (await console.ask({**frame, "client_id": "a"}))["type"] == "error"
        assert (await console.ask({"type": "status", "status": "away", "client_id": "b"}))["type"] == "ack"


async def test_nobody_hands_over_what_another_lawyer_has(house: House) -> None:
    lawyer, other = await house.add_lawyer("seat01"), await house.add_lawyer("seat02")
    head = await house.open()
    await house.give(head, lawyer)

    with pytest.raises(NotFound):
        await house.handing_back.hand_back(other.server, interaction_id=head.interaction_id, note="拿走")
    stranger = Lawyer("x", other.account_id, lawyer.seat_id)
    with pytest.raises(NotServing):
        await house.handing_back.hand_back(stranger.server, interaction_id=head.interaction_id, note="拿走")
    assert (await house.reader.read(head.interaction_id))[0].state is State.WITH_LAWYER


async def test_a_running_call_is_cut_by_nobody(house: House) -> None:
    lawyer = await house.add_lawyer("seat01")
    chief = await house.add_account("chief", role=Role.SUPERVISOR)
    head = await house.open()
    await house.give(head, lawyer)
    async with house.database.unit() as unit:
        await unit.connection.execute(update(interaction).values(channel="voice"))

    with pytest.raises(CallRunning):
        await house.handing_back.hand_back(lawyer.server, interaction_id=head.interaction_id, note="交班")
    with pytest.raises(CallRunning):
        await house.signing_out.force(chief, code="seat01", note="交班")
    # What was refused did nothing: the seat is what it was.
    assert (await seat_row(house, lawyer)).status == "available"
    with pytest.raises(StillOpen) as refused:
        await house.signing_out.sign_out(lawyer.account_id)
    assert [one["kind"] for one in refused.value.open] == ["call"]
    # Neither does the end of the shift.
    await ends(house, timedelta(minutes=1))
    house.clock.advance(timedelta(hours=3))
    assert await house.overdue.sign_out_idle() == 0
    assert (await house.reader.read(head.interaction_id))[0].state is State.WITH_LAWYER


async def test_a_supervisor_may_sign_a_seat_out_with_a_note_and_an_audit_row(house: House) -> None:
    lawyer = await house.add_lawyer("seat01")
    chief = await house.add_account("chief", role=Role.SUPERVISOR)
    talking, wrapping, ringing = [await house.open() for _ in range(3)]
    await house.give(talking, lawyer)
    await house.give(wrapping, lawyer)
    await house.serving.release(lawyer.server, interaction_id=wrapping.interaction_id)
    await house.offer(ringing, lawyer)

    await house.signing_out.force(chief, code="seat01", note="律师突发不适")

    states = [(await house.reader.read(one.interaction_id))[0].state for one in (talking, wrapping, ringing)]
    assert states == [State.WAITING, State.CLOSED, State.WAITING]
    assert (await seat_row(house, lawyer)).status == "signed_out"
    async with house.database.read() as connection:
        rows = (await connection.execute(select(audit))).all()
    assert {(row.account_id, row.action, row.about) for row in rows} == {
        (chief.account_id, "seat.sign_out_ordered", "seat01"),
        (chief.account_id, "seat.signed_out", "seat01"),
    }
    assert (await verify(house.database, keys=house.keys)).violations == []


async def test_a_forced_sign_out_that_fails_half_way_has_its_audit_row(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    lawyer = await house.add_lawyer("seat01")
    chief = await house.add_chief()
    head = await house.open()
    await house.give(head, lawyer)

    async def fails(*_: object, **__: object) -> None:
        raise Unavailable("服务暂时没有响应，请稍后重试")

    with monkeypatch.context() as patched:
        patched.setattr(house.handing_back, "give_back", fails)
        with pytest.raises(Unavailable):
            await house.signing_out.force(chief, code="seat01", note="交班")

    assert (await seat_row(house, lawyer)).status == "away"
    async with house.database.read() as connection:
        assert await connection.scalars(select(audit.c.action)) == ["seat.sign_out_ordered"]
    await house.signing_out.force(chief, code="seat01", note="交班")
    assert (await seat_row(house, lawyer)).status == "signed_out"


async def test_only_who_keeps_the_roster_signs_others_out_and_only_of_their_firm(house: House) -> None:
    lawyer = await house.add_lawyer("seat01", firm="甲所")
    other = await house.add_account("other", role=Role.SUPERVISOR, scope=Scope(ScopeKind.FIRM, "乙所"))
    district = await house.add_account("d", role=Role.SUPERVISOR, scope=Scope(ScopeKind.DISTRICT, "120104"))
    analyst = await house.add_account("analyst", role=Role.ANALYST)

    async def refused(viewer: Viewer, error: type[Exception], code: str = "seat01") -> None:
        with pytest.raises(error):
            await house.signing_out.force(viewer, code=code, note="x")

    await refused(other, NotFound)
    await refused(district, NotAllowed)
    await refused(analyst, NotAllowed)
    await refused(Viewer(lawyer.account_id, "x", Role.LAWYER, Scope()), NotAllowed)
    await refused(await house.add_account("chief", role=Role.ADMIN), NotFound, code="nowhere")
    assert (await seat_row(house, lawyer)).status == "available"
    await house.signing_out.force(
        await house.add_account("own", role=Role.SUPERVISOR, scope=Scope(ScopeKind.FIRM, "甲所")),
        code="seat01",
        note="x",
    )
    with pytest.raises(WrongState):
        await house.signing_out.force(await house.add_account("again", role=Role.SUPERVISOR), code="seat01", note="x")
