"""Symptom: after a contact in danger that a supervisor or time closed, or a call that nobody answered, the next offer
came at once: only three of the six ways in which a stretch of service ends gave the protected minutes. And a talk that
went on after its wrap-up was counted, once handed back, as if it had ended at the first one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Row, select, update

from agents.tables import protection
from interactions.database import Database
from interactions.head import Head
from interactions.tables import assignment, interaction, seat
from tests.integration.agents.house import House, Lawyer, house_on
from tests.rig.ground import Ground
from tests.rig.promises import Promises

MINUTES = timedelta(minutes=1)


@pytest.fixture
async def house(postgres_url: str) -> AsyncIterator[House]:
    """The agents' room on a fresh database."""
    async with house_on(postgres_url) as made:
        yield made


async def in_danger(house: House, lawyer: Lawyer) -> Head:
    """A talk of one in danger, two minutes old."""
    head = await house.open(dangers=("violence",), urgency=0)
    await house.give(head, lawyer)
    house.clock.advance(2 * MINUTES)
    return head


async def require_protected(database: Database, account_id: UUID, seat_id: UUID, *, since: datetime) -> None:
    """Five minutes without offers, which count as work."""
    async with database.read() as connection:
        until = await connection.scalar(select(seat.c.protected_until).where(seat.c.seat_id == seat_id))
        (row,) = (await connection.execute(select(protection))).all()
    assert until == since + 5 * MINUTES
    assert (row.account_id, row.starts_at, row.ends_at) == (account_id, since, until)


async def stretch(house: House) -> Row[Any]:
    """The only one."""
    async with house.database.read() as connection:
        found: Row[Any] = (await connection.execute(select(assignment))).one()
        return found


@pytest.mark.parametrize("wrapping_up", [False, True])
async def test_a_talk_in_danger_that_a_supervisor_closes_earns_its_minutes(house: House, *, wrapping_up: bool) -> None:
    lawyer, chief = await house.add_lawyer("seat01"), await house.add_chief()
    head = await in_danger(house, lawyer)
    if wrapping_up:
        await house.serving.release(lawyer.server, interaction_id=head.interaction_id)
        house.clock.advance(3 * MINUTES)

    await house.supervising.close(chief, interaction_id=head.interaction_id, reason="居民已脱险")

    await require_protected(house.database, lawyer.account_id, lawyer.seat_id, since=house.clock.now())
    # A wrap-up nobody wrote is no handling time.
    assert (await stretch(house)).handling_s == 120.0


async def test_a_wrap_up_in_danger_that_time_closes_earns_its_minutes(house: House) -> None:
    lawyer = await house.add_lawyer("seat01")
    head = await in_danger(house, lawyer)
    await house.serving.release(lawyer.server, interaction_id=head.interaction_id)
    house.clock.advance(15 * MINUTES)

    assert await house.overdue.close_wrap_ups() == 1

    await require_protected(house.database, lawyer.account_id, lawyer.seat_id, since=house.clock.now())
    assert (await stretch(house)).handling_s == 120.0


async def test_minutes_are_the_lawyers_and_not_those_of_who_sits_there_by_now(house: House) -> None:
    lawyer, after = await house.add_lawyer("seat01"), await house.add_account("after")
    head = await in_danger(house, lawyer)
    await house.serving.release(lawyer.server, interaction_id=head.interaction_id)
    async with house.database.unit() as unit:
        await unit.connection.execute(update(seat).values(account_id=after.account_id))
    house.clock.advance(15 * MINUTES)

    await house.overdue.close_wrap_ups()

    async with house.database.read() as connection:
        assert await connection.scalar(select(seat.c.protected_until)) is None
        assert await connection.scalar(select(protection.c.account_id)) == lawyer.account_id


async def test_a_call_in_danger_that_nobody_answers_earns_its_minutes(ground: Ground) -> None:
    promises, at = Promises.on(ground), await ground.seat()
    asked = (await promises.promise(await ground.resident(), promises.callback())).interaction_id
    await promises.taken(asked, at)
    async with ground.database.unit() as unit:
        await unit.connection.execute(update(interaction).values(dangers=["violence"], urgency=0))
    ground.clock.advance(MINUTES)

    await promises.tried(asked, at, "no_answer")

    await require_protected(ground.database, at.account_id, at.seat_id, since=ground.clock.now())


async def test_a_talk_that_went_on_after_its_wrap_up_is_counted_to_its_end(house: House) -> None:
    lawyer = await house.add_lawyer("seat01")
    head = await house.open()
    await house.give(head, lawyer)
    house.clock.advance(2 * MINUTES)
    await house.serving.release(lawyer.server, interaction_id=head.interaction_id)
    await house.say_in_wrap_up(head, "还有一件事")
    house.clock.advance(3 * MINUTES)

    await house.handing_back.hand_back(lawyer.server, interaction_id=head.interaction_id, note="交班")

    assert (await stretch(house)).handling_s == 300.0
