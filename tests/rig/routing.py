"""The router on a test's ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from sqlalchemy import select

from interactions.model import OfferState
from interactions.tables import offer
from routing.offers import Offers
from routing.round import Rounds
from routing.router import Router
from routing.settings import RoutingSettings
from routing.vanished import Vanished
from tests.rig.ground import Ground


@dataclass(frozen=True, slots=True)
class Routing:
    """Everything of the room, with what it rescued."""

    ground: Ground
    rounds: Rounds
    offers: Offers
    vanished: Vanished
    router: Router
    rescues: list[str]

    @classmethod
    def on(cls, ground: Ground, *, settings: RoutingSettings | None = None) -> Self:
        """Wires the room."""
        chosen = settings or RoutingSettings()
        parts = {"log": ground.log, "clock": ground.clock, "settings": chosen}
        rounds = Rounds(ground.database, log=ground.log, clock=ground.clock, settings=chosen)
        offers = Offers(ground.database, log=ground.log, clock=ground.clock, settings=chosen)
        vanished = Vanished(ground.database, offers=offers, **parts)  # type: ignore[arg-type]
        rescues: list[str] = []
        router = Router(
            ground.database,
            rounds=rounds,
            offers=offers,
            vanished=vanished,
            clock=ground.clock,
            settings=chosen,
            rescued=rescues.append,
        )
        return cls(ground, rounds, offers, vanished, router, rescues)

    async def live(self) -> dict[UUID, Ringing]:
        """Live offers by interaction."""
        statement = select(offer.c.interaction_id, offer.c.offer_id, offer.c.seat_id).where(
            offer.c.state == OfferState.LIVE.value
        )
        async with self.ground.database.read() as connection:
            rows = (await connection.execute(statement)).all()
        return {row.interaction_id: Ringing(row.offer_id, row.seat_id) for row in rows}


@dataclass(frozen=True, slots=True)
class Ringing:
    """A live offer."""

    offer_id: UUID
    seat_id: UUID
