"""What lawyers leave behind: protected minutes, wrap-ups nobody wrote, seats nobody got up from."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from agents.desks import Desks
from agents.roles import Role
from agents.tables import protection
from agents.whereabouts import seats_now
from interactions.errors import NotFound
from interactions.events import Closed
from interactions.model import State
from interactions.tables import assignment, seat
from interactions.verify import verify
from tests.integration.agents.console_client import log_in
from tests.integration.agents.house import House
from tests.integration.agents.seat_rows import ends, seat_row, sittings


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
