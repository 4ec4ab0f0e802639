"""Transfers: it stays with its lawyer until another accepts; every other way it is back where it was."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from agents.errors import SeatCannotTake
from interactions.errors import OfferGone, WrongState
from interactions.model import State, Urgency
from interactions.tables import assignment, interaction, rating, seat
from tests.rig.ground import Ground, Seat
from tests.rig.leaving import leave
from tests.rig.moments import let_time_pass
from tests.rig.routing import Routing
from tests.rig.transferring import Lawyers, server

FIND = timedelta(seconds=121)


async def test_a_transfer_by_matter_rings_at_who_serves_it_and_moves_on_acceptance(
    ground: Ground, routing: Routing, lawyers: Lawyers
) -> None:
    origin, other = await ground.seat(), await ground.seat(matters=("family",))
    talk = await lawyers.with_lawyer(origin)
    ground.clock.advance(timedelta(minutes=3))

    await lawyers.to_matter(talk, origin, note="涉及抚养费")

    assert await lawyers.place(talk) == (State.WITH_LAWYER, origin.seat_id)
    assert (await routing.live())[talk].seat_id == other.seat_id
    assert (await lawyers.held_by(origin), await lawyers.held_by(other)) == (1, 0)
    await lawyers.require_true_log()

    await lawyers.accept(talk, other)

    assert await lawyers.place(talk) == (State.WITH_LAWYER, other.seat_id)
    assert (await lawyers.held_by(origin), await lawyers.held_by(other)) == (0, 1)
    assert await lawyers.transfer_states() == ["accepted"]
    assert (await _handling(ground, origin), await _matter(ground, talk)) == (180.0, "family")
    told = (await ground.reader.read(talk))[1][-1]
    code = await lawyers.code(other)
    assert told.event.text == f"已转接给{code}，由该坐席的律师继续为您解答，前面的内容律师都能看到。"  # type: ignore[attr-defined]
    await lawyers.require_true_log()


async def test_the_old_stretch_may_be_rated_and_nobody_is_asked_in_the_middle(ground: Ground, lawyers: Lawyers) -> None:
    origin, other = await ground.seat(), await ground.seat(matters=("family",))
    talk = await lawyers.with_lawyer(origin)
    await lawyers.to_matter(talk, origin)

    await lawyers.accept(talk, other)

    async with ground.database.read() as connection:
        open_for = await connection.scalar(select(rating.c.segment_id))
        first = await connection.scalar(select(assignment.c.segment_id).where(assignment.c.seat_id == origin.seat_id))
    assert open_for == first
    assert "rating.asked" not in await lawyers.kinds(talk)


async def test_a_seat_that_hands_on_a_talk_in_danger_has_its_protected_minutes(
    ground: Ground, lawyers: Lawyers
) -> None:
    origin, other = await ground.seat(), await ground.seat(matters=("family",))
    talk = await lawyers.with_lawyer(origin, urgency=Urgency.DANGER)
    await lawyers.to_matter(talk, origin)

    await lawyers.accept(talk, other)

    async with ground.database.read() as connection:
        until = await connection.scalar(select(seat.c.protected_until).where(seat.c.seat_id == origin.seat_id))
    assert until == ground.clock.now() + timedelta(minutes=5)


async def test_the_old_seat_goes_on_talking_while_it_rings(ground: Ground, lawyers: Lawyers) -> None:
    origin, _ = await ground.seat(), await ground.seat(matters=("family",))
    talk = await lawyers.with_lawyer(origin)
    await lawyers.to_matter(talk, origin)

    await lawyers.serving.say(server(origin), interaction_id=talk, text="请稍等")

    assert await lawyers.place(talk) == (State.WITH_LAWYER, origin.seat_id)


async def test_a_refusal_by_the_only_one_who_could_brings_it_back(ground: Ground, lawyers: Lawyers) -> None:
    origin, other = await ground.seat(), await ground.seat(matters=("family",))
    talk = await lawyers.with_lawyer(origin)
    await lawyers.to_matter(talk, origin)

    await lawyers.decline(talk, other)
    await lawyers.routing.router.turn()

    assert await lawyers.transfer_states() == ["refused"]
    assert await lawyers.place(talk) == (State.WITH_LAWYER, origin.seat_id)
    assert (await lawyers.kinds(talk))[-2:] == ["interaction.transfer_offer_ended", "interaction.transfer_ended"]
    await lawyers.require_true_log()


async def test_a_refusal_goes_on_to_the_next_who_serves_it_and_never_back(
    ground: Ground, routing: Routing, lawyers: Lawyers
) -> None:
    origin, first, second = await ground.seat(), *[await ground.seat(matters=("family",)) for _ in "ab"]
    talk = await lawyers.with_lawyer(origin)
    await lawyers.to_matter(talk, origin)
    asked = (await routing.live())[talk].seat_id

    await lawyers.decline(talk, first if asked == first.seat_id else second)
    await routing.router.turn()

    again = (await routing.live())[talk].seat_id
    assert {asked, again} == {first.seat_id, second.seat_id}
    ground.clock.advance(timedelta(seconds=46))
    await routing.router.turn()
    await routing.router.turn()
    assert (await routing.live(), await lawyers.transfer_states()) == ({}, ["lapsed"])


async def test_where_nobody_serves_the_matter_it_looks_for_a_while_and_is_back(
    ground: Ground, routing: Routing, lawyers: Lawyers
) -> None:
    origin = await ground.seat()
    talk = await lawyers.with_lawyer(origin)
    await lawyers.to_matter(talk, origin)
    assert await lawyers.transfer_states() == ["open"]

    ground.clock.advance(FIND)
    await routing.router.turn()

    assert await lawyers.transfer_states() == ["lapsed"]
    assert await lawyers.place(talk) == (State.WITH_LAWYER, origin.seat_id)


async def test_somebody_who_comes_while_it_looks_gets_it(ground: Ground, routing: Routing, lawyers: Lawyers) -> None:
    origin = await ground.seat()
    talk = await lawyers.with_lawyer(origin)
    await lawyers.to_matter(talk, origin)

    other = await ground.seat(matters=("family",))
    await routing.router.turn()

    assert (await routing.live())[talk].seat_id == other.seat_id


async def test_it_never_rings_at_the_lawyer_who_hands_it_on_wherever_they_sit(
    ground: Ground, routing: Routing, lawyers: Lawyers
) -> None:
    origin = await ground.seat()
    talk = await lawyers.with_lawyer(origin)
    elsewhere = await ground.seat(matters=("family",))
    async with ground.database.unit() as unit:
        moved = update(seat).where(seat.c.seat_id == elsewhere.seat_id).values(account_id=origin.account_id)
        await unit.connection.execute(moved)
        over = text("delete from shift where account_id = :account_id")
        await unit.connection.execute(over, {"account_id": origin.account_id})
        shifts = "update shift set account_id = :account_id where seat_id = :seat_id"
        who = {"account_id": origin.account_id, "seat_id": elsewhere.seat_id}
        await unit.connection.execute(text(shifts), who)

    await lawyers.to_matter(talk, origin)

    assert await routing.live() == {}
    with pytest.raises(SeatCannotTake):
        await lawyers.transferring.cancel(server(origin), interaction_id=talk)
        await lawyers.to_seat(talk, origin, elsewhere)


async def test_cancelling_frees_the_other_seat_and_an_answer_comes_too_late(
    ground: Ground, routing: Routing, lawyers: Lawyers
) -> None:
    origin, other = await ground.seat(), await ground.seat(matters=("family",))
    talk = await lawyers.with_lawyer(origin)
    await lawyers.to_matter(talk, origin)
    ringing = (await routing.live())[talk]

    await lawyers.transferring.cancel(server(origin), interaction_id=talk)

    assert (await lawyers.transfer_states(), await routing.live()) == (["cancelled"], {})
    with pytest.raises(OfferGone):
        await routing.offers.accept(ringing.offer_id, seat_id=other.seat_id, account_id=other.account_id)
    with pytest.raises(WrongState):
        await lawyers.transferring.cancel(server(origin), interaction_id=talk)
    await lawyers.require_true_log()


async def test_a_resident_who_leaves_ends_the_ringing(ground: Ground, routing: Routing, lawyers: Lawyers) -> None:
    origin, other = await ground.seat(), await ground.seat(matters=("family",))
    resident_id = await ground.resident()
    talk = await lawyers.with_lawyer(origin, resident_id=resident_id)
    await lawyers.to_matter(talk, origin)
    ringing = (await routing.live())[talk]

    await leave(routing, resident_id)

    assert await lawyers.place(talk) == (State.WRAP_UP, origin.seat_id)
    assert (await lawyers.transfer_states(), await routing.live()) == (["withdrawn"], {})
    with pytest.raises(OfferGone):
        await routing.offers.accept(ringing.offer_id, seat_id=other.seat_id, account_id=other.account_id)
    await lawyers.require_true_log()


async def test_a_release_ends_the_ringing_and_its_repeat_ends_no_later_one(
    ground: Ground, routing: Routing, lawyers: Lawyers
) -> None:
    origin, _ = await ground.seat(), await ground.seat(matters=("family",))
    talk = await lawyers.with_lawyer(origin)
    await lawyers.to_matter(talk, origin)

    await lawyers.serving.release(server(origin), interaction_id=talk)

    assert (await lawyers.transfer_states(), await routing.live()) == (["withdrawn"], {})
    await lawyers.require_true_log()


async def test_an_old_seat_that_vanishes_gives_it_back_to_the_line(
    ground: Ground, routing: Routing, lawyers: Lawyers
) -> None:
    origin, other = await ground.seat(connected=False), await ground.seat(matters=("family",))
    await ground.connect(origin, lease=timedelta(seconds=5))
    talk = await lawyers.with_lawyer(origin)
    await lawyers.to_matter(talk, origin)

    await let_time_pass(routing, timedelta(seconds=30))

    state, at = await lawyers.place(talk)
    assert (state, at) == (State.WAITING, None)
    assert (await lawyers.transfer_states(), await routing.live()) == (["withdrawn"], {})
    assert await lawyers.held_by(other) == 0
    await lawyers.require_true_log()


async def test_a_receiving_seat_that_vanishes_is_no_end_for_the_old_one(
    ground: Ground, routing: Routing, lawyers: Lawyers
) -> None:
    origin, other = await ground.seat(), await ground.seat(matters=("family",), connected=False)
    await ground.connect(other, lease=timedelta(seconds=5))
    talk = await lawyers.with_lawyer(origin)
    await lawyers.to_seat(talk, origin, other)

    await let_time_pass(routing, timedelta(seconds=30))

    assert await lawyers.place(talk) == (State.WITH_LAWYER, origin.seat_id)
    assert (await lawyers.transfer_states(), await routing.live()) == (["lapsed"], {})
    await lawyers.require_true_log()


async def test_handed_on_and_back_again(ground: Ground, routing: Routing, lawyers: Lawyers) -> None:
    origin, other = await ground.seat(), await ground.seat(matters=("family",))
    talk = await lawyers.with_lawyer(origin)
    await lawyers.to_matter(talk, origin)
    await lawyers.accept(talk, other)

    await lawyers.to_matter(talk, other, "labour")
    await lawyers.accept(talk, origin)

    assert await lawyers.place(talk) == (State.WITH_LAWYER, origin.seat_id)
    assert await lawyers.transfer_states() == ["accepted", "accepted"]
    await lawyers.require_true_log()


async def _handling(ground: Ground, at: Seat) -> float | None:
    async with ground.database.read() as connection:
        found = select(assignment.c.handling_s).where(assignment.c.seat_id == at.seat_id)
        handling_s: float | None = await connection.scalar(found)
    return handling_s


async def _matter(ground: Ground, interaction_id: UUID) -> str:
    async with ground.database.read() as connection:
        found = select(interaction.c.matter).where(interaction.c.interaction_id == interaction_id)
        return str(await connection.scalar(found))
