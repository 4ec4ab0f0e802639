"""Symptom: a resident's `leave`, repeated late, took the offer of their next visit away and left it in limbo.

The live offer was withdrawn before the log knew the frame for a repeat: the new interaction stayed `offered`, with no
offer that could be accepted or lapse.
"""

from __future__ import annotations

from interactions.model import State
from tests.rig.ground import Ground
from tests.rig.leaving import leave
from tests.rig.routing import Routing


async def test_a_repeated_leave_does_not_touch_the_offer_of_the_next_visit(ground: Ground) -> None:
    routing = Routing.on(ground)
    at = await ground.seat()
    resident_id = await ground.resident()
    first = await ground.waiting(resident_id=resident_id)
    await leave(routing, resident_id, client_id="goodbye")
    second = await ground.waiting(resident_id=resident_id)
    await routing.router.turn()

    again = await leave(routing, resident_id, client_id="goodbye")

    assert (again.interaction_id, again.repeated) == (first, True)
    offer_id = (await routing.live())[second].offer_id
    accepted = await routing.offers.accept(offer_id, seat_id=at.seat_id, account_id=at.account_id)
    assert accepted.head.state is State.WITH_LAWYER
