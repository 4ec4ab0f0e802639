"""Symptom: a resident's `leave`, repeated late, took the offer of their next visit away and left it in limbo.

The live offer was withdrawn before the log knew the frame for a repeat: the new interaction stayed `offered`, with no
offer that could be accepted or lapse.
"""

from __future__ import annotations

from agents.ratings import Ratings
from agents.settings import ServingSettings
from agents.talk_end import TalkEnd
from hotline.leaving import Leaving
from interactions.head import Head
from interactions.model import State
from interactions.record import RepeatKey
from tests.rig.ground import Ground
from tests.rig.routing import Routing


def leaving(routing: Routing) -> Leaving:
    """The way out."""
    ground = routing.ground
    ratings = Ratings(ground.database, log=ground.log, clock=ground.clock, settings=ServingSettings())
    talk_end = TalkEnd(ratings=ratings, clock=ground.clock, farewell=_farewell)
    return Leaving(
        ground.database, log=ground.log, offers=routing.offers, ratings=ratings, talk_end=talk_end, clock=ground.clock
    )


async def test_a_repeated_leave_does_not_touch_the_offer_of_the_next_visit(ground: Ground) -> None:
    routing = Routing.on(ground)
    at = await ground.seat()
    resident_id = await ground.resident()
    goodbye = RepeatKey(resident_id, "goodbye")
    first = await ground.waiting(resident_id=resident_id)
    await leaving(routing).leave(resident_id, channel="web", repeat_of=goodbye)
    second = await ground.waiting(resident_id=resident_id)
    await routing.router.turn()

    again = await leaving(routing).leave(resident_id, channel="web", repeat_of=goodbye)

    assert (again.interaction_id, again.repeated) == (first, True)
    offer_id = (await routing.live())[second].offer_id
    accepted = await routing.offers.accept(offer_id, seat_id=at.seat_id, account_id=at.account_id)
    assert accepted.head.state is State.WITH_LAWYER


def _farewell(head: Head) -> str:
    return head.number
