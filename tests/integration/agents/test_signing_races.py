"""Signing in and out while others do the same: one lawyer a seat, one sitting a lawyer, locks in one order."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import select, update

from agents.errors import StillOpen
from agents.roles import Role
from agents.tables import sitting
from interactions.errors import HotlineError
from interactions.model import State
from interactions.tables import seat, shift
from interactions.verify import verify
from tests.integration.agents.house import House
from tests.rig.lock_order import LockOrder


async def test_several_tabs_that_sign_in_at_once_sit_once(house: House) -> None:
    lawyer = await house.add_lawyer("seat01", sits=False)

    sat = await asyncio.gather(*(house.roster.sign_in(lawyer.account_id) for _ in range(6)))

    assert {one.seat_id for one in sat} == {lawyer.seat_id}
    async with house.database.read() as connection:
        assert len((await connection.execute(select(sitting))).all()) == 1


async def test_a_seat_that_changes_hands_has_one_lawyer_whoever_is_faster(house: House) -> None:
    before = await house.add_lawyer("before")
    over = house.clock.now() + timedelta(hours=1)
    async with house.database.unit() as unit:
        await unit.connection.execute(update(shift).values(ends_at=over))
    after = await house.add_account("after")
    await house.add_shift(after.account_id, before.seat_id, starts_at=over)
    house.clock.advance(timedelta(hours=1))

    await asyncio.gather(
        house.signing_out.sign_out(before.account_id),
        house.roster.sign_in(after.account_id),
        house.overdue.sign_out_idle(),
        return_exceptions=True,
    )
    await house.roster.sign_in(after.account_id)

    async with house.database.read() as connection:
        assert await connection.scalar(select(seat.c.account_id)) == after.account_id
        rows = (await connection.execute(select(sitting).order_by(sitting.c.started_at))).all()
    assert [(row.account_id, row.ended_at is None) for row in rows] == [
        (before.account_id, False),
        (after.account_id, True),
    ]


async def test_handing_over_meets_the_end_of_the_talk_and_one_of_them_wins(house: House) -> None:
    lawyer = await house.add_lawyer("seat01")
    chief = await house.add_account("chief", role=Role.SUPERVISOR)
    for _ in range(4):
        head = await house.open()
        await house.give(head, lawyer)
        done = await asyncio.gather(
            house.serving.release(lawyer.server, interaction_id=head.interaction_id),
            house.handing_back.hand_back(lawyer.server, interaction_id=head.interaction_id, note="交班"),
            house.signing_out.sign_out(lawyer.account_id),
            return_exceptions=True,
        )
        assert all(not isinstance(one, Exception) or isinstance(one, HotlineError) for one in done), done
        state = (await house.reader.read(head.interaction_id))[0].state
        assert state in {State.WAITING, State.CLOSED, State.WRAP_UP}
        if state is State.WRAP_UP:
            await house.handing_back.hand_back(lawyer.server, interaction_id=head.interaction_id, note="交班")
        await house.roster.sign_in(lawyer.account_id)
    await house.signing_out.force(chief, code="seat01", note="交班")

    verdict = await verify(house.database, keys=house.keys)
    assert verdict.violations == []


async def test_every_way_out_locks_interactions_before_seats(house: House) -> None:
    order = LockOrder()
    order.watch(house.database)
    lawyer = await house.add_lawyer("seat01")
    chief = await house.add_account("chief", role=Role.SUPERVISOR)
    talking, wrapping = await house.open(), await house.open()
    for head in (talking, wrapping):
        await house.give(head, lawyer)
    await house.serving.release(lawyer.server, interaction_id=wrapping.interaction_id)
    await house.offer(await house.open(), lawyer)
    try:
        await house.signing_out.sign_out(lawyer.account_id)
    except StillOpen:
        await house.signing_out.force(chief, code="seat01", note="交班")
    await house.roster.sign_in(lawyer.account_id)
    again = await house.open()
    await house.give(again, lawyer)
    await house.serving.release(lawyer.server, interaction_id=again.interaction_id)
    house.clock.advance(timedelta(hours=3))
    await house.overdue.close_wrap_ups()
    await house.roster.sign_out(lawyer.account_id)

    assert order.violations == []
