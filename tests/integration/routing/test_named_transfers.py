"""Transfers to a named seat: inside the capacity check, refused in words that tell no secret; and what may not be."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from agents.errors import NotServing, SeatCannotTake
from agents.named_seat import ABSENT, AWAY, NOT_NOW
from agents.transferring import Target
from interactions.errors import Invalid, NotFound, WrongState
from interactions.model import State
from interactions.verify import verify
from tests.rig.ground import Ground, Seat
from tests.rig.routing import Routing
from tests.rig.transferring import Lawyers, server


async def test_a_named_seat_rings_at_once_and_its_refusal_is_the_end(
    ground: Ground, routing: Routing, lawyers: Lawyers
) -> None:
    origin, other = await ground.seat(), await ground.seat(matters=("family",))
    talk = await lawyers.with_lawyer(origin)

    await lawyers.to_seat(talk, origin, other, note="请您接手")

    assert (await routing.live())[talk].seat_id == other.seat_id
    await lawyers.require_true_log()
    await lawyers.decline(talk, other)
    assert await lawyers.transfer_states() == ["refused"]
    ground.clock.advance(timedelta(minutes=2))
    await lawyers.to_seat(talk, origin, other)
    ground.clock.advance(timedelta(seconds=46))
    await routing.router.turn()
    assert await lawyers.transfer_states() == ["refused", "lapsed"]
    assert await lawyers.place(talk) == (State.WITH_LAWYER, origin.seat_id)
    await lawyers.require_true_log()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("update seat set status = 'away' where seat_id = :seat", AWAY),
        ("update seat set status = 'signed_out', account_id = null where seat_id = :seat", ABSENT),
        ("delete from connection where seat_id = :seat", ABSENT),
        ("update shift set starts_at = 'epoch', ends_at = '2001-01-01 00:00+00' where seat_id = :seat", ABSENT),
        ("update seat set chat_capacity = 0 where seat_id = :seat", NOT_NOW),
        ("update seat set protected_until = '9000-01-01 00:00+00' where seat_id = :seat", NOT_NOW),
        ("update seat set channels = '{voice}' where seat_id = :seat", NOT_NOW),
        ("update seat set languages = '{en}' where seat_id = :seat", NOT_NOW),
        (
            "insert into recusal select i.interaction_id, s.account_id, 'conflict', now() "
            "from interaction i cross join seat s where s.seat_id = :seat",
            NOT_NOW,
        ),
    ],
)
async def test_a_named_seat_that_cannot_take_it_is_refused_with_the_reason_that_may_be_told(
    ground: Ground, lawyers: Lawyers, change: str, told: str
) -> None:
    origin = await ground.seat()
    talk = await lawyers.with_lawyer(origin)
    other = await ground.seat(matters=("family",))
    async with ground.database.unit() as unit:
        await unit.connection.execute(text(change), {"seat": other.seat_id})

    with pytest.raises(SeatCannotTake, match=told):
        await lawyers.to_seat(talk, origin, other)

    assert (await lawyers.transfer_states(), await lawyers.routing.live()) == ([], {})


async def test_what_rings_by_transfer_takes_a_place_like_any_offer(
    ground: Ground, routing: Routing, lawyers: Lawyers
) -> None:
    origin, other = await ground.seat(capacity=2), await ground.seat(matters=("family",), capacity=1)
    first, second = await lawyers.with_lawyer(origin), await lawyers.with_lawyer(origin)
    await lawyers.to_matter(first, origin)
    await ground.waiting(matter="family")
    await routing.router.turn()

    assert set(await routing.live()) == {first}
    with pytest.raises(SeatCannotTake, match=NOT_NOW):
        await lawyers.to_seat(second, origin, other)


async def test_one_transfer_at_a_time(ground: Ground, lawyers: Lawyers) -> None:
    origin, other = await ground.seat(), await ground.seat(matters=("family",))
    talk = await lawyers.with_lawyer(origin)
    first = await lawyers.to_matter(talk, origin, client_id="t1")

    with pytest.raises(WrongState):
        await lawyers.to_seat(talk, origin, other)

    again = await lawyers.to_matter(talk, origin, client_id="t1")
    assert (again.seq, again.repeated) == (first.seq, True)
    assert await lawyers.transfer_states() == ["open"]


async def test_only_the_serving_lawyer_hands_on_and_only_to_what_exists(ground: Ground, lawyers: Lawyers) -> None:
    origin, other = await ground.seat(), await ground.seat(matters=("family",))
    talk = await lawyers.with_lawyer(origin)

    with pytest.raises(NotFound):
        await lawyers.to_matter(talk, other)
    with pytest.raises(NotServing):
        await lawyers.to_matter(talk, Seat(origin.seat_id, other.account_id))
    with pytest.raises(SeatCannotTake):
        await lawyers.to_seat(talk, origin, origin)
    with pytest.raises(Invalid):
        await lawyers.to_matter(talk, origin, matter="astrology")
    with pytest.raises(Invalid):
        to = Target(None, "nowhere")
        await lawyers.transferring.ask(server(origin), interaction_id=talk, to=to)
    assert await lawyers.transfer_states() == []


@pytest.mark.parametrize(
    "forged",
    [
        "update transfer set account_id = (select account_id from seat where seat_id = :other)",
        "update transfer set seat_id = :other",
        "update assignment set account_id = (select account_id from seat where seat_id = :other)",
    ],
)
async def test_verification_names_an_open_transfer_that_is_not_of_whoever_has_it(
    ground: Ground, lawyers: Lawyers, forged: str
) -> None:
    origin, other = await ground.seat(), await ground.seat(matters=("family",))
    talk = await lawyers.with_lawyer(origin)
    await lawyers.to_matter(talk, origin)
    await lawyers.require_true_log()
    async with ground.database.unit() as unit:
        values = {"other": other.seat_id}
        await unit.connection.execute(text(forged), values)

    found = [one.what for one in (await verify(ground.database)).violations]

    assert found == ["an open transfer is of another stretch of service than the live one"]
