"""A resident's way out, on a test's ground."""

from __future__ import annotations

from uuid import UUID

from agents.ratings import Ratings
from agents.settings import ServingSettings
from agents.talk_end import TalkEnd
from hotline.leaving import Leaving
from interactions.record import RepeatKey, Written
from tests.rig.routing import Routing
from tests.rig.serving import farewell


async def leave(routing: Routing, resident_id: UUID, *, client_id: str = "goodbye") -> Written:
    """The resident leaves the web chat."""
    return await leaving(routing).leave(resident_id, channel="web", repeat_of=RepeatKey(resident_id, client_id))


def leaving(routing: Routing) -> Leaving:
    """The way out."""
    ground = routing.ground
    ratings = Ratings(ground.database, log=ground.log, clock=ground.clock, settings=ServingSettings())
    talk_end = TalkEnd(log=ground.log, ratings=ratings, clock=ground.clock, farewell=farewell)
    return Leaving(
        ground.database, log=ground.log, offers=routing.offers, ratings=ratings, talk_end=talk_end, clock=ground.clock
    )
