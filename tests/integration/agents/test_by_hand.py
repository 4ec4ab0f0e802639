"""What a supervisor gives or takes by hand is held for a while, stays in the scope, and goes past no conflict."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from agents.errors import SeatCannotTake
from agents.named_seat import FULL, UNFIT
from agents.parties import named
from agents.roles import Role, Scope, ScopeKind, Viewer
from agents.roster import Sitting
from agents.supervising import BARRED
from interactions.errors import NotAllowed, NotFound
from interactions.events import Offered
from interactions.head import Head
from interactions.model import By, State
from interactions.record import Bundle, Draft
from interactions.supervisor_events import TakenOver
from interactions.tables import assignment, audit, recusal
from interactions.verify import verify
from tests.integration.agents.house import House

HELD = timedelta(seconds=600)
WORKER, BOSS = "周小河", "天津海河劳务有限公司"


@pytest.fixture
async def chief(house: House) -> Viewer:
    """A supervisor of the whole city."""
    return await house.add_chief()


async def waiting(house: House) -> Head:
    """Somebody in line."""
    head = await house.open()
    await house.offers.queue(head.interaction_id)
    return head


async def name_parties(house: House, head: Head, *, own: str, other: str) -> None:
    """Both sides become known."""
    said = Draft(named(own, other), By.RESIDENT)
    await house.shared_commit.submit(Bundle(head.interaction_id, lambda _: [said]))


async def held_until(house: House) -> datetime | None:
    """Of the stretch that is not finished."""
    async with house.database.read() as connection:
        live = select(assignment.c.held_until).where(assignment.c.finished_at.is_(None))
        found: datetime | None = await connection.scalar(live)
        return found


async def last(house: House, head: Head, of: type[Any]) -> Any:
    """The last event of a class."""
    _, records = await house.reader.read(head.interaction_id)
    return [record.event for record in records if isinstance(record.event, of)][-1]


async def test_what_is_assigned_is_held_and_the_log_says_until_when(house: House, chief: Viewer) -> None:
    lawyer, head = await house.add_lawyer("seat01"), await waiting(house)
    async with house.presence.connected(seat_id=lawyer.seat_id):
        await house.supervising.assign(chief, interaction_id=head.interaction_id, seat="seat01")

    assert await held_until(house) == house.clock.now() + HELD
    why = (await last(house, head, Offered)).why
    assert why["held_until"] == (house.clock.now() + HELD).isoformat()
    assert (why["chosen_for"], why["load"], why["most"]) == ("assigned", 0, 1)


async def test_where_it_rings_already_it_makes_room_for_itself(house: House, chief: Viewer) -> None:
    lawyer, head = await house.add_lawyer("seat01"), await waiting(house)
    async with house.presence.connected(seat_id=lawyer.seat_id):
        await house.offers.make(head.interaction_id, seat_id=lawyer.seat_id)
        # So soon after signing in the seat has one place, and that is the one that rings.
        await house.supervising.assign(chief, interaction_id=head.interaction_id, seat="seat01")

        other = await waiting(house)
        with pytest.raises(SeatCannotTake, match=FULL):
            await house.supervising.assign(chief, interaction_id=other.interaction_id, seat="seat01")
    assert (await house.reader.read(head.interaction_id))[0].state is State.WITH_LAWYER


@pytest.mark.parametrize("talking", [False, True])
async def test_what_is_taken_over_is_held_and_the_log_says_until_when(
    house: House, chief: Viewer, *, talking: bool
) -> None:
    lawyer, desk = await house.add_lawyer("seat01"), await house.desks.sit_down(chief)
    head = await waiting(house)
    if talking:
        offer_id = await house.offers.make(head.interaction_id, seat_id=lawyer.seat_id)
        await house.answers.accept(offer_id, seat_id=lawyer.seat_id, account_id=lawyer.account_id)

    await house.supervising.take_over(chief, desk, interaction_id=head.interaction_id)

    until = house.clock.now() + HELD
    assert await held_until(house) == until
    event = await last(house, head, TakenOver if talking else Offered)
    assert until.isoformat() == (event.held_until if talking else event.why["held_until"])
    assert (await house.reader.read(head.interaction_id))[0].seat_id == desk.seat_id
    assert (await verify(house.database, keys=house.keys)).violations == []


async def test_a_wrap_up_is_not_closed_by_time_while_a_hand_holds_it(house: House) -> None:
    lawyer, head = await house.add_lawyer("seat01"), await house.open()
    await house.give(head, lawyer)
    await house.serving.release(lawyer.server, interaction_id=head.interaction_id)
    absent = timedelta(seconds=house.settings.roster.wrap_up_absent_s)
    async with house.database.unit() as unit:
        held = assignment.update().values(held_until=house.clock.now() + absent + timedelta(seconds=1))
        await unit.connection.execute(held)

    house.clock.advance(absent)
    assert await house.overdue.close_wrap_ups() == 0
    house.clock.advance(timedelta(seconds=1))
    assert await house.overdue.close_wrap_ups() == 1


@pytest.mark.parametrize("kind", ["recusal", "conflict"])
@pytest.mark.parametrize("talking", [False, True])
async def test_nobody_takes_over_what_they_may_not_have(
    house: House, chief: Viewer, *, kind: str, talking: bool
) -> None:
    lawyer, desk = await house.add_lawyer("seat01"), await house.desks.sit_down(chief)
    before = await waiting(house)
    await house.supervising.take_over(chief, desk, interaction_id=before.interaction_id)
    head = await waiting(house)
    if talking:
        offer_id = await house.offers.make(head.interaction_id, seat_id=lawyer.seat_id)
        await house.answers.accept(offer_id, seat_id=lawyer.seat_id, account_id=lawyer.account_id)
    await _bar(house, chief, head, before, kind)

    with pytest.raises(NotAllowed, match=BARRED):
        await house.supervising.take_over(chief, desk, interaction_id=head.interaction_id)

    now = (await house.reader.read(head.interaction_id))[0]
    assert (now.state, now.seat_id) == ((State.WITH_LAWYER, lawyer.seat_id) if talking else (State.WAITING, None))


async def test_a_supervisor_is_told_that_a_lawyer_is_unfit_and_not_why(house: House, chief: Viewer) -> None:
    lawyer, head = await house.add_lawyer("seat01"), await waiting(house)
    row = {"interaction_id": head.interaction_id, "account_id": lawyer.account_id, "reason": "conflict"}
    async with house.presence.connected(seat_id=lawyer.seat_id):
        async with house.database.unit() as unit:
            await unit.connection.execute(insert(recusal).values(**row, at=house.clock.now()))

        with pytest.raises(SeatCannotTake, match=UNFIT):
            await house.supervising.assign(chief, interaction_id=head.interaction_id, seat="seat01")


@pytest.mark.parametrize(
    ("scope", "reaches"),
    [
        (Scope(ScopeKind.DISTRICT, "120104"), True),
        (Scope(ScopeKind.DISTRICT, "120101"), False),
        (Scope(ScopeKind.FIRM, "甲所"), True),
        (Scope(ScopeKind.FIRM, "乙所"), False),
    ],
)
async def test_every_command_stays_in_the_supervisors_scope(house: House, scope: Scope, *, reaches: bool) -> None:
    lawyer, head = await house.add_lawyer("seat01", firm="甲所"), await house.open()
    await house.give(head, lawyer)
    await house.move_to(head, district="120104")
    viewer = await house.add_account("scoped", role=Role.SUPERVISOR, scope=scope)
    desk = await house.desks.sit_down(viewer)

    refused = [one for one, done in _everything(house, viewer, desk, head).items() if not await _reached(done)]

    assert refused == ([] if reaches else ["watch", "whisper", "join", "take_over", "close"])
    async with house.database.read() as connection:
        actions = await connection.scalars(select(audit.c.action).order_by(audit.c.audit_id))
    # What was refused was not done: neither is there a row of it.
    assert len(actions) == (5 if reaches else 0)


def _everything(house: House, viewer: Viewer, desk: Sitting, head: Head) -> dict[str, Awaitable[object]]:
    about, hand = head.interaction_id, house.supervising
    return {
        "watch": hand.watch(viewer, interaction_id=about),
        "whisper": hand.whisper(viewer, interaction_id=about, text="请先问证据"),
        "join": hand.join(viewer, interaction_id=about, text="我是班长"),
        "take_over": hand.take_over(viewer, desk, interaction_id=about),
        "close": hand.close(viewer, interaction_id=about, reason="已解决"),
    }


async def _reached(done: Awaitable[object]) -> bool:
    try:
        await done
    except NotFound:
        return False
    return True


async def _bar(house: House, chief: Viewer, head: Head, before: Head, kind: str) -> None:
    """Keeps the supervisor from it, who served `before`."""
    if kind == "conflict":
        await name_parties(house, before, own=BOSS, other=WORKER)
        await name_parties(house, head, own=WORKER, other=BOSS)
        return
    row = {"interaction_id": head.interaction_id, "account_id": chief.account_id, "reason": "conflict"}
    async with house.database.unit() as unit:
        await unit.connection.execute(insert(recusal).values(**row, at=house.clock.now()))
