"""A lawyer who advised the other side is never rung: in the line, by preference, by transfer, at another seat."""

from __future__ import annotations

from uuid import UUID

import pytest

from agents.errors import SeatCannotTake
from agents.named_seat import NOT_NOW
from interactions.erasure import erase
from interactions.errors import OfferGone
from interactions.model import State
from routing.offers import GONE
from tests.rig.ground import Ground, Seat
from tests.rig.parties import advised, change_places, named
from tests.rig.routing import Routing
from tests.rig.transferring import Lawyers

WORKER, BOSS, OTHER = "周小河", "天津海河劳务有限公司", "李大海"


@pytest.mark.parametrize(
    ("before", "now", "barred"),
    [
        ((BOSS, WORKER), (WORKER, BOSS), True),
        (("天津海河劳务公司", WORKER), ("周小河先生", "天津海河劳务有限责任公司"), True),
        ((BOSS, None), (WORKER, BOSS), True),
        ((BOSS, WORKER), (None, BOSS), True),
        ((None, WORKER), (WORKER, BOSS), True),
        ((None, WORKER), (WORKER, None), True),
        ((BOSS, OTHER), (WORKER, BOSS), False),
        ((WORKER, BOSS), (WORKER, BOSS), False),
        ((BOSS, WORKER), (WORKER, OTHER), False),
        ((BOSS, WORKER), (None, "对方"), False),
        ((BOSS, WORKER), (None, None), False),
        (("张先生", None), (None, "张女士"), False),
        ((f"{OTHER}、{BOSS}", None), (None, BOSS), True),
    ],
)
async def test_who_advised_the_other_side_is_not_offered_it(
    lawyers: Lawyers, before: tuple[str | None, str | None], now: tuple[str | None, str | None], barred: bool
) -> None:
    routing, ground = lawyers.routing, lawyers.routing.ground
    at = await ground.seat()
    await advised(lawyers, at, own=before[0], other=before[1]) if any(before) else None
    waiting = await ground.waiting()
    if any(now):
        await named(ground, waiting, own=now[0], other=now[1])

    await routing.router.turn()

    assert (waiting not in await routing.live()) is barred
    if barred:
        free = await ground.seat()
        await routing.router.turn()
        assert (await routing.live())[waiting].seat_id == free.seat_id
        _, records = await ground.reader.read(waiting)
        assert records[-1].event.why["excluded"] == {"party": 1}  # type: ignore[attr-defined]


async def test_the_rule_follows_the_lawyer_and_not_the_seat(ground: Ground, routing: Routing, lawyers: Lawyers) -> None:
    at, other = await ground.seat(), await ground.seat(status="away")
    await advised(lawyers, at, own=BOSS, other=WORKER)
    await change_places(ground, at, other)
    waiting = await ground.waiting()
    await named(ground, waiting, own=WORKER, other=BOSS)

    await routing.router.turn()

    assert (await routing.live())[waiting].seat_id == at.seat_id


async def test_a_refusal_for_conflict_or_competence_follows_the_lawyer(
    ground: Ground, routing: Routing, lawyers: Lawyers
) -> None:
    at, other = await ground.seat(), await ground.seat(status="away")
    waiting = await ground.waiting()
    await routing.router.turn()
    await lawyers.decline(waiting, at, reason="conflict")
    await change_places(ground, at, other)

    await routing.router.turn()

    assert (await routing.live())[waiting].seat_id == at.seat_id


async def test_not_by_preference_for_the_lawyer_who_served_last(
    ground: Ground, routing: Routing, lawyers: Lawyers
) -> None:
    at = await ground.seat()
    await advised(lawyers, at, own=BOSS, other=WORKER)
    resident_id = await ground.resident()
    known = await lawyers.with_lawyer(at, resident_id=resident_id)
    await routing.release(known)
    await routing.wrap_up(known)
    other = await ground.seat()
    again = await ground.waiting(resident_id=resident_id)
    await named(ground, again, own=WORKER, other=BOSS)

    await routing.router.turn()

    assert (await routing.live())[again].seat_id == other.seat_id


async def test_not_by_transfer_and_the_reason_is_not_told(ground: Ground, routing: Routing, lawyers: Lawyers) -> None:
    at = await ground.seat(matters=("family",))
    origin = await ground.seat()
    adviser = await _served_at(lawyers, at)
    await named(ground, adviser, own=BOSS, other=WORKER)
    talk = await lawyers.with_lawyer(origin)
    await named(ground, talk, own=WORKER, other=BOSS)

    with pytest.raises(SeatCannotTake, match=NOT_NOW):
        await lawyers.to_seat(talk, origin, at)
    await lawyers.to_matter(talk, origin)

    assert await routing.live() == {}


async def test_a_name_that_becomes_known_while_it_rings_ends_the_ringing(
    ground: Ground, routing: Routing, lawyers: Lawyers
) -> None:
    at = await ground.seat()
    await advised(lawyers, at, own=BOSS, other=WORKER)
    waiting = await ground.waiting()
    await routing.router.turn()
    ringing = (await routing.live())[waiting]
    await named(ground, waiting, own=WORKER, other=BOSS)

    with pytest.raises(OfferGone, match=GONE):
        await routing.offers.accept(ringing.offer_id, seat_id=at.seat_id, account_id=at.account_id)

    assert await lawyers.place(waiting) == (State.WAITING, None)
    await lawyers.require_true_log()
    second = await ground.seat()
    await routing.router.turn()
    assert (await routing.live())[waiting].seat_id == second.seat_id


async def test_an_erasure_ends_the_rule(ground: Ground, routing: Routing, lawyers: Lawyers) -> None:
    at = await ground.seat()
    adviser = await advised(lawyers, at, own=BOSS, other=WORKER)
    waiting = await ground.waiting()
    await named(ground, waiting, own=WORKER, other=BOSS)
    await erase(ground.database, log=ground.log, clock=ground.clock, interaction_id=adviser, reason="request")

    await routing.router.turn()

    assert waiting in await routing.live()


async def _served_at(lawyers: Lawyers, at: Seat) -> UUID:
    """An open talk of the matter that only this seat serves."""
    return await lawyers.with_lawyer(at, matter="family")
