"""Symptom: a tab left open by the lawyer of the shift before could accept what rang at the seat for the next one.

The service was then booked on a lawyer who no longer sat there.
"""

from __future__ import annotations

import pytest
from sqlalchemy import delete, update

from interactions.errors import OfferGone
from interactions.tables import seat, shift
from tests.rig.ground import Ground
from tests.rig.routing import Routing


async def test_only_whoever_sits_at_the_seat_answers_its_offer(ground: Ground) -> None:
    routing = Routing.on(ground)
    at, relief = await ground.seat(), await ground.seat(status="signed_out", connected=False)
    async with ground.database.unit() as unit:
        await unit.connection.execute(delete(shift).where(shift.c.seat_id == relief.seat_id))
        await unit.connection.execute(
            update(shift).where(shift.c.seat_id == at.seat_id).values(account_id=relief.account_id)
        )
        await unit.connection.execute(
            update(seat).where(seat.c.seat_id == at.seat_id).values(account_id=relief.account_id)
        )
    interaction_id = await ground.waiting()
    await routing.router.turn()
    offer_id = (await routing.live())[interaction_id].offer_id

    with pytest.raises(OfferGone):
        await routing.offers.accept(offer_id, seat_id=at.seat_id, account_id=at.account_id)
    with pytest.raises(OfferGone):
        await routing.offers.decline(offer_id, seat_id=at.seat_id, account_id=at.account_id, reason="conflict")
    await routing.offers.accept(offer_id, seat_id=at.seat_id, account_id=relief.account_id)
