"""Who sits where: shifts, signing in and out, seats that change hands, and the demo roster."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from agents.demo_roster import Demo, seed_demo
from agents.errors import NoSeat, SeatTaken
from interactions.database import Unit
from interactions.errors import WrongState
from interactions.model import GENERAL, SeatStatus
from interactions.seats import set_away
from interactions.tables import account, seat, shift
from tests.integration.agents.house import House


async def test_without_a_shift_there_is_no_seat(house: House) -> None:
    viewer = await house.add_account("lawyer")
    with pytest.raises(NoSeat):
        await house.roster.sign_in(viewer.account_id)
    assert await house.roster.find_seat(viewer.account_id) is None


async def test_a_shift_counts_from_its_start_to_its_end_over_midnight(house: House) -> None:
    viewer = await house.add_account("lawyer")
    start = house.clock.now() + timedelta(hours=20)  # 21:00 to 05:00 UTC
    await house.add_shift(
        viewer.account_id, await house.add_seat("seat01"), starts_at=start, ends_at=start + timedelta(hours=8)
    )
    assert await house.roster.find_seat(viewer.account_id) is None
    house.clock.advance(timedelta(hours=27, minutes=59))
    assert await house.roster.find_seat(viewer.account_id) == "seat01"
    house.clock.advance(timedelta(minutes=1))
    assert await house.roster.find_seat(viewer.account_id) is None


async def test_signing_in_starts_the_ramp_up_and_a_reload_does_not(house: House) -> None:
    lawyer = await house.add_lawyer("seat01")
    signed_in_at = house.clock.now()
    house.clock.advance(timedelta(minutes=10))
    await house.roster.sign_in(lawyer.account_id)
    async with house.database.read() as connection:
        row = (await connection.execute(select(seat))).one()
    assert (row.signed_in_at, row.idle_since, row.status) == (signed_in_at, signed_in_at, "available")


async def test_a_shift_that_ends_in_the_middle_of_a_talk_takes_no_seat_away(house: House) -> None:
    lawyer = await house.add_lawyer("seat01")
    await house.give(await house.open(), lawyer)
    async with house.database.unit() as unit:
        await unit.connection.execute(update(shift).values(ends_at=house.clock.now() + timedelta(hours=1)))
    house.clock.advance(timedelta(hours=2))
    assert (await house.roster.sign_in(lawyer.account_id)).seat_id == lawyer.seat_id


async def test_a_seat_changes_hands_only_when_its_shift_is_over_and_its_hands_are_empty(house: House) -> None:
    first = await house.add_lawyer("seat01")
    over = house.clock.now() + timedelta(hours=1)
    async with house.database.unit() as unit:
        await unit.connection.execute(update(shift).values(ends_at=over))
    second = await house.add_account("second")
    await house.add_shift(second.account_id, first.seat_id, starts_at=over)
    with pytest.raises(NoSeat):
        await house.roster.sign_in(second.account_id)

    head = await house.open()
    await house.give(head, first)
    house.clock.advance(timedelta(hours=2))
    with pytest.raises(SeatTaken):
        await house.roster.sign_in(second.account_id)

    await house.serving.release(first.server, interaction_id=head.interaction_id)
    await house.wrap_up(head, first)
    assert (await house.roster.sign_in(second.account_id)).account_id == second.account_id


async def test_nobody_signs_out_with_somebody_in_hand_or_ringing(house: House) -> None:
    lawyer = await house.add_lawyer("seat01")
    offer_id = await house.offer(await house.open(), lawyer)
    with pytest.raises(WrongState):
        await house.roster.sign_out(lawyer.account_id)
    await house.answers.decline(offer_id, seat_id=lawyer.seat_id, account_id=lawyer.account_id, reason="busy")
    await house.roster.sign_out(lawyer.account_id)
    await house.roster.sign_out(lawyer.account_id)  # twice is once


@pytest.mark.parametrize(("reason", "status"), [("vanished", "available"), ("missed_offers", "away")])
async def test_a_vanished_seat_comes_back_as_its_lawyer_wished_one_that_missed_offers_stays_away(
    house: House, reason: str, status: str
) -> None:
    lawyer = await house.add_lawyer("seat01")
    async with house.database.unit() as unit:
        await _set_away(unit, lawyer.seat_id, reason)
    house.clock.advance(timedelta(minutes=1))
    assert (await house.roster.sign_in(lawyer.account_id)).status == status
    async with house.database.read() as connection:
        signed_in_at = await connection.scalar(select(seat.c.signed_in_at))
    # A fresh ramp-up keeps a flapping console from drawing everything to itself.
    assert (signed_in_at == house.clock.now()) == (reason == "vanished")


async def _set_away(unit: Unit, seat_id: object, reason: str) -> None:
    await set_away(unit, [seat_id], reason=reason)  # type: ignore[list-item]


async def test_a_status_set_by_hand_clears_the_misses(house: House) -> None:
    lawyer = await house.add_lawyer("seat01")
    sitting = await house.roster.sign_in(lawyer.account_id)
    async with house.database.unit() as unit:
        await unit.connection.execute(update(seat).values(misses=2))
    await house.roster.set_status(sitting, SeatStatus.AWAY, reason="小休")
    await house.roster.set_status(sitting, SeatStatus.AVAILABLE)
    async with house.database.read() as connection:
        row = (await connection.execute(select(seat))).one()
    assert (row.misses, row.status, row.status_reason) == (0, "available", None)


async def test_the_demo_roster_is_fifteen_seats_in_five_matters_and_seeding_it_again_adds_nothing(
    house: House,
) -> None:
    demo = Demo(password="a-demo-password")
    assert await seed_demo(house.database, passwords=house.passwords, clock=house.clock, demo=demo) == 18
    assert await seed_demo(house.database, passwords=house.passwords, clock=house.clock, demo=demo) == 0
    async with house.database.read() as connection:
        seats = (await connection.execute(select(seat))).all()
        accounts = (await connection.execute(select(account))).all()
        shifts = (await connection.execute(select(shift))).all()
    assert {row.code for row in seats} == {f"seat{number:02d}" for number in range(1, 16)}
    assert {matter for row in seats for matter in row.matters} == {"labour", "family", "debt", "housing", "general"}
    assert sum(row.matters == [GENERAL] for row in seats) == 3
    assert all(row.chat_capacity == 3 for row in seats)
    assert (len(accounts), len(shifts)) == (18, 15)
    assert all(row.demo for row in accounts)
    assert all(row.ends_at is None for row in shifts)
    viewer = await house.accounts.verify("seat07", password="a-demo-password")
    assert viewer is not None
    assert (await house.roster.sign_in(viewer.account_id)).code == "seat07"
