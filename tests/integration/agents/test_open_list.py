"""What a supervisor finds open, and what of it stands still: as the router sees it, not as somebody remembers it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from agents.roles import Role, Scope, ScopeKind, Viewer
from interactions.head import Head
from interactions.model import State
from interactions.tables import recusal, seat, shift
from tests.integration.agents.house import House, Lawyer

MINUTES = timedelta(minutes=1)


@pytest.fixture
async def chief(house: House) -> Viewer:
    """A supervisor of the whole city."""
    return await house.add_chief()


async def waiting(house: House) -> Head:
    """Somebody in line, for labour."""
    head = await house.open(matter="labour")
    await house.offers.queue(head.interaction_id)
    return head


async def limbo(house: House, chief: Viewer) -> list[str | None]:
    """What stands still, in the list's order."""
    return [one["limbo"] for one in await house.open_list.read(chief)]


async def knows(house: House, lawyer: Lawyer, *matters: str) -> None:
    """What the lawyer serves."""
    async with house.database.unit() as unit:
        what = update(seat).where(seat.c.seat_id == lawyer.seat_id).values(matters=list(matters))
        await unit.connection.execute(what)


async def test_with_nobody_on_duty_nobody_serves(house: House, chief: Viewer) -> None:
    lawyer = await house.add_lawyer("seat01")
    head = await waiting(house)

    # Signed in, but without a console.
    (found,) = await house.open_list.read(chief)
    assert (found["number"], found["limbo"], found["state"]) == (head.number, "nobody_serves", State.WAITING)
    async with house.presence.connected(seat_id=lawyer.seat_id):
        assert await limbo(house, chief) == [None]


async def test_a_lawyer_whose_shift_is_over_serves_nobody_new(house: House, chief: Viewer) -> None:
    lawyer = await house.add_lawyer("seat01")
    await waiting(house)
    async with house.presence.connected(seat_id=lawyer.seat_id):
        assert await limbo(house, chief) == [None]
        async with house.database.unit() as unit:
            await unit.connection.execute(update(shift).values(ends_at=house.clock.now() + MINUTES))

        assert await limbo(house, chief) == ["nobody_serves"]


async def test_the_skill_asked_for_relaxes_and_then_somebody_serves(house: House, chief: Viewer) -> None:
    lawyer = await house.add_lawyer("seat01")
    await knows(house, lawyer, "maritime")
    await waiting(house)
    async with house.presence.connected(seat_id=lawyer.seat_id):
        assert await limbo(house, chief) == ["nobody_serves"]
        house.clock.advance(3 * MINUTES)
        await house.presence.renew()

        assert await limbo(house, chief) == [None]


async def test_who_serves_the_matter_but_may_not_have_it_is_nobody(house: House, chief: Viewer) -> None:
    lawyer = await house.add_lawyer("seat01")
    head = await waiting(house)
    row = {"interaction_id": head.interaction_id, "account_id": lawyer.account_id, "reason": "conflict"}
    async with house.presence.connected(seat_id=lawyer.seat_id):
        async with house.database.unit() as unit:
            await unit.connection.execute(insert(recusal).values(**row, at=house.clock.now()))

        assert await limbo(house, chief) == ["nobody_serves"]


async def test_a_wrap_up_is_long_after_its_time_and_whose_seat_is_gone_comes_before_it(
    house: House, chief: Viewer
) -> None:
    lawyer = await house.add_lawyer("seat01")
    head = await house.open()
    await house.give(head, lawyer)
    await house.serving.release(lawyer.server, interaction_id=head.interaction_id)
    async with house.presence.connected(seat_id=lawyer.seat_id):
        house.clock.advance(15 * MINUTES)
        await house.presence.renew()
        assert await limbo(house, chief) == [None]
        house.clock.advance(timedelta(seconds=1))

        assert await limbo(house, chief) == ["long_wrap_up"]

    assert await limbo(house, chief) == ["seat_gone"]


async def test_what_stands_still_comes_first_and_then_the_oldest(house: House, chief: Viewer) -> None:
    older = await house.open()
    house.clock.advance(timedelta(seconds=1))
    newer = await house.open()
    house.clock.advance(timedelta(seconds=1))
    stands_still = await waiting(house)

    found = [one["number"] for one in await house.open_list.read(chief)]

    assert found == [stands_still.number, older.number, newer.number]


async def test_a_scope_cuts_the_list_to_its_district_or_to_what_its_firm_served(house: House) -> None:
    here, elsewhere, unserved = [await house.open() for _ in range(3)]
    await house.move_to(here, district="120104")
    await house.move_to(elsewhere, district="120101")
    lawyer = await house.add_lawyer("seat01", firm="甲所")
    await house.give(elsewhere, lawyer)
    for scope, expected in (
        (Scope(ScopeKind.DISTRICT, "120104"), [here.number]),
        (Scope(ScopeKind.FIRM, "甲所"), [elsewhere.number]),
        (Scope(ScopeKind.FIRM, "乙所"), []),
    ):
        viewer = await house.add_account(f"of {scope.value}", role=Role.SUPERVISOR, scope=scope)
        found = [one["number"] for one in await house.open_list.read(viewer)]
        assert found == expected, scope
        assert unserved.number not in found
