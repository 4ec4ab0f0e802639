"""Signing in with papers that hold, signing out with nothing left open, and what is left behind all the same."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import Row, select, update

from agents.desks import Desks
from agents.errors import CallRunning, NoSeat, NotLicensed, NotServing, SeatTaken, StillOpen
from agents.roles import Role, Scope, ScopeKind, Viewer
from agents.tables import protection, sitting
from agents.whereabouts import seats_now
from interactions.errors import NotAllowed, NotFound, WrongState
from interactions.events import Closed, NoteWritten, Returned
from interactions.model import State
from interactions.tables import account, assignment, audit, interaction, seat, shift
from interactions.verify import verify
from tests.integration.agents.console_client import ConsoleClient, log_in
from tests.integration.agents.house import House, Lawyer

TODAY = date(2026, 11, 23)


async def papers(house: House, account_id: UUID, **dates: object) -> None:
    """Sets a lawyer's dates."""
    async with house.database.unit() as unit:
        await unit.connection.execute(update(account).where(account.c.account_id == account_id).values(dates))


async def sittings(house: House) -> list[Row[Any]]:
    """Everything that was sat, in order."""
    async with house.database.read() as connection:
        return list((await connection.execute(select(sitting).order_by(sitting.c.started_at))).all())


async def seat_row(house: House, lawyer: Lawyer) -> Row[Any]:
    """The lawyer's first seat as it is now."""
    async with house.database.read() as connection:
        found: Row[Any] = (await connection.execute(select(seat).where(seat.c.seat_id == lawyer.seat_id))).one()
        return found


async def ends(house: House, at: timedelta) -> None:
    """Ends every shift so far from now."""
    async with house.database.unit() as unit:
        await unit.connection.execute(update(shift).values(ends_at=house.clock.now() + at))


@pytest.mark.parametrize(
    ("dates", "told"),
    [
        ({"licence_until": None}, "没有登记执业证有效期"),
        ({"licence_until": TODAY - timedelta(days=1)}, "已过期"),
        ({"trained_on": None}, "没有登记培训日期"),
        ({"trained_on": TODAY - timedelta(days=366)}, "已超过 365 天"),
    ],
)
async def test_without_papers_that_hold_nobody_signs_in_and_is_told_what_to_do(
    house: House, client: TestClient[Any, Any], dates: dict[str, object], told: str
) -> None:
    lawyer = await house.add_lawyer("seat01", sits=False)
    await papers(house, lawyer.account_id, **dates)

    with pytest.raises(NotLicensed, match=told) as refused:
        await house.roster.sign_in(lawyer.account_id)
    assert "管理员" in refused.value.message
    async with ConsoleClient(client) as console:
        welcome = await console.hello(await log_in(client, "seat01"))
        error = await console.until("error")
    assert (welcome["seat"], error["message"]) == (None, refused.value.message)


async def test_on_the_last_day_of_both_papers_a_lawyer_signs_in(house: House) -> None:
    lawyer = await house.add_lawyer("seat01", sits=False)
    await papers(house, lawyer.account_id, licence_until=TODAY, trained_on=TODAY - timedelta(days=365))

    assert (await house.roster.sign_in(lawyer.account_id)).code == "seat01"


async def test_papers_that_run_out_during_the_shift_end_no_work(house: House) -> None:
    lawyer = await house.add_lawyer("seat01")
    await papers(house, lawyer.account_id, licence_until=TODAY)
    house.clock.advance(timedelta(hours=20))

    assert (await house.roster.sign_in(lawyer.account_id)).code == "seat01"


async def test_a_lawyer_may_sign_in_a_little_early_and_is_told_when(house: House) -> None:
    viewer = await house.add_account("lawyer")
    start = house.clock.now() + timedelta(hours=1)
    await house.add_shift(viewer.account_id, await house.add_seat("seat01"), starts_at=start)

    house.clock.advance(timedelta(minutes=44))
    with pytest.raises(NoSeat, match="您的下一班是 11月23日 周一 10:00（seat01 坐席），开始前 15 分钟可以签入"):
        await house.roster.sign_in(viewer.account_id)
    house.clock.advance(timedelta(minutes=1))
    assert (await house.roster.sign_in(viewer.account_id)).code == "seat01"


async def test_who_comes_early_waits_for_the_one_still_on_shift(house: House) -> None:
    before = await house.add_lawyer("before")
    await ends(house, timedelta(minutes=10))
    after = await house.add_account("after")
    await house.add_shift(after.account_id, before.seat_id, starts_at=house.clock.now() + timedelta(minutes=10))

    with pytest.raises(SeatTaken):
        await house.roster.sign_in(after.account_id)
    house.clock.advance(timedelta(minutes=10))
    assert (await house.roster.sign_in(after.account_id)).seat_id == before.seat_id
    first, second = await sittings(house)
    assert (first.how, second.account_id, second.ended_at) == ("taken_over", after.account_id, None)


async def test_a_lawyer_moves_to_the_seat_of_the_next_shift_once_the_hands_are_empty(house: House) -> None:
    lawyer = await house.add_lawyer("seat01")
    head = await house.open()
    await house.give(head, lawyer)
    await ends(house, timedelta(hours=1))
    other = await house.add_seat("seat02")
    await house.add_shift(lawyer.account_id, other, starts_at=house.clock.now() + timedelta(hours=1))
    house.clock.advance(timedelta(hours=1))

    assert (await house.roster.sign_in(lawyer.account_id)).code == "seat01"
    await house.serving.release(lawyer.server, interaction_id=head.interaction_id)
    await house.wrap_up(head, lawyer)
    assert (await house.roster.sign_in(lawyer.account_id)).code == "seat02"
    assert (await seat_row(house, lawyer)).status == "signed_out"


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
        (row,) = (await connection.execute(select(audit))).all()
    assert (row.account_id, row.action, row.about) == (chief.account_id, "seat.signed_out", "seat01")
    assert (await verify(house.database, keys=house.keys)).violations == []


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


async def test_protected_minutes_go_with_the_lawyer_and_not_with_the_seat(house: House) -> None:
    lawyer = await house.add_lawyer("seat01")
    await ends(house, timedelta(minutes=1))
    head = await house.open(dangers=("violence",), urgency=0)
    await house.give(head, lawyer)
    house.clock.advance(timedelta(minutes=2))
    await house.serving.release(lawyer.server, interaction_id=head.interaction_id)
    await house.wrap_up(head, lawyer)
    until = house.clock.now() + timedelta(minutes=5)
    assert (await seat_row(house, lawyer)).protected_until == until

    after = await house.add_account("after")
    await house.add_shift(after.account_id, lawyer.seat_id)
    await house.roster.sign_in(after.account_id)
    assert (await seat_row(house, lawyer)).protected_until is None

    other = await house.add_seat("seat02")
    await house.add_shift(lawyer.account_id, other)
    await house.roster.sign_in(lawyer.account_id)
    async with house.database.read() as connection:
        found = await connection.scalar(select(seat.c.protected_until).where(seat.c.seat_id == other))
        (row,) = (await connection.execute(select(protection))).all()
    assert (found, row.account_id, row.ends_at) == (until, lawyer.account_id, until)


async def test_a_talk_in_danger_that_is_handed_over_earns_its_minutes_too(house: House) -> None:
    lawyer = await house.add_lawyer("seat01")
    head = await house.open(dangers=("violence",), urgency=0)
    await house.give(head, lawyer)

    await house.handing_back.hand_back(lawyer.server, interaction_id=head.interaction_id, note="请接着陪她谈")

    assert (await seat_row(house, lawyer)).protected_until == house.clock.now() + timedelta(minutes=5)


async def test_a_wrap_up_whose_lawyer_is_gone_is_closed_and_the_seat_is_free_for_the_next(house: House) -> None:
    lawyer = await house.add_lawyer("seat01")
    head = await house.open()
    await house.give(head, lawyer)
    await house.serving.release(lawyer.server, interaction_id=head.interaction_id)
    await ends(house, timedelta(minutes=1))
    after = await house.add_account("after")
    await house.add_shift(after.account_id, lawyer.seat_id, starts_at=house.clock.now() + timedelta(minutes=1))

    house.clock.advance(timedelta(minutes=14, seconds=59))
    assert await house.overdue.close_wrap_ups() == 0
    house.clock.advance(timedelta(seconds=1))
    assert await house.overdue.close_wrap_ups() == 1
    assert await house.overdue.close_wrap_ups() == 0

    head, events = await house.reader.read(head.interaction_id)
    closed = events[-1].event
    assert isinstance(closed, Closed)
    assert (head.state, head.request_kind, closed.how) == (State.CLOSED, None, "overdue")
    assert (await house.roster.sign_in(after.account_id)).seat_id == lawyer.seat_id
    assert (await verify(house.database, keys=house.keys)).violations == []


async def test_what_was_closed_without_a_registration_is_found_by_supervisors(
    house: House, client: TestClient[Any, Any]
) -> None:
    lawyer = await house.add_lawyer("seat01")
    await house.add_account("chief", role=Role.SUPERVISOR)
    left, written, open_still = [await house.open() for _ in range(3)]
    for head in (left, written, open_still):
        await house.give(head, lawyer)
    await house.serving.release(lawyer.server, interaction_id=written.interaction_id)
    await house.wrap_up(written, lawyer)
    await house.serving.release(lawyer.server, interaction_id=left.interaction_id)
    await house.handing_back.hand_back(lawyer.server, interaction_id=left.interaction_id, note="小结待补")

    bearer = {"Authorization": f"Bearer {await log_in(client, 'chief')}"}
    answer = await client.get("/api/interactions?unregistered=true", headers=bearer)
    assert [one["number"] for one in (await answer.json())["interactions"]] == [left.number]
    assert (await client.get("/api/interactions?unregistered=1", headers=bearer)).status == 400


async def test_a_lawyer_who_is_there_has_two_hours_for_a_wrap_up(house: House) -> None:
    lawyer = await house.add_lawyer("seat01")
    head = await house.open()
    await house.give(head, lawyer)
    await house.serving.release(lawyer.server, interaction_id=head.interaction_id)
    async with house.presence.connected(seat_id=lawyer.seat_id):
        for _ in range(2):
            house.clock.advance(timedelta(minutes=59, seconds=59))
            await house.presence.renew()
            assert await house.overdue.close_wrap_ups() == 0
        house.clock.advance(timedelta(seconds=2))
        assert await house.overdue.close_wrap_ups() == 1
    async with house.database.read() as connection:
        row = (await connection.execute(select(assignment))).one()
    # The time nobody wrote is no handling time.
    assert row.handling_s == 0.0


async def test_a_seat_nobody_got_up_from_is_signed_out_a_while_after_the_shift(house: House) -> None:
    lawyer = await house.add_lawyer("seat01")
    await ends(house, timedelta(minutes=1))

    house.clock.advance(timedelta(minutes=15, seconds=59))
    assert await house.overdue.sign_out_idle() == 0
    house.clock.advance(timedelta(seconds=2))
    assert await house.overdue.sign_out_idle() == 1
    assert (await seat_row(house, lawyer)).account_id is None
    assert [one.how for one in await sittings(house)] == ["shift_over"]


async def test_who_sits_early_for_the_next_shift_is_not_signed_out(house: House) -> None:
    viewer = await house.add_account("lawyer")
    await house.add_shift(
        viewer.account_id, await house.add_seat("seat01"), starts_at=house.clock.now() + timedelta(minutes=15)
    )
    await house.roster.sign_in(viewer.account_id)

    assert await house.overdue.sign_out_idle() == 0


async def test_a_supervisors_desk_has_no_shift_and_is_left_alone(house: House) -> None:
    chief = await house.add_account("chief", role=Role.SUPERVISOR)
    desk = await Desks(house.database, clock=house.clock).sit_down(chief)
    house.clock.advance(timedelta(hours=5))

    assert await house.overdue.sign_out_idle() == 0
    async with house.database.read() as connection:
        assert await connection.scalar(select(seat.c.account_id)) == chief.account_id
        assert await seats_now(connection, now=house.clock.now()) == []
    with pytest.raises(NotFound):
        await house.signing_out.force(chief, code=desk.code, note="x")


async def test_a_longer_break_of_the_line_is_no_work(house: House) -> None:
    lawyer = await house.add_lawyer("seat01")
    for away in (timedelta(seconds=50), timedelta(minutes=30)):
        async with house.presence.connected(seat_id=lawyer.seat_id):
            house.clock.advance(timedelta(minutes=10))
            await house.presence.renew()
        house.clock.advance(away)
        await house.roster.sign_in(lawyer.account_id)

    first, second = await sittings(house)
    assert (first.how, second.ended_at) == ("vanished", None)
    assert first.ended_at - first.started_at == timedelta(minutes=20, seconds=50)
    assert second.started_at == house.clock.now()
