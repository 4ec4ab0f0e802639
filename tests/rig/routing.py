"""The router on a test's ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from sqlalchemy import select, update

from agents.parting import Parting
from agents.ratings import Ratings
from agents.settings import ServingSettings
from hotline import phrases
from interactions.changes import Changes
from interactions.events import Closed, Released
from interactions.model import By, OfferState, State
from interactions.record import Bundle, Draft, drafts
from interactions.tables import assignment, offer, seat
from routing.due_work import DueWork
from routing.moving import Moving
from routing.offers import Offers
from routing.round import Rounds
from routing.router import Router
from routing.settings import RoutingSettings
from routing.vanished import Vanished
from routing.watch import Watch
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
        serving = ServingSettings()
        ratings = Ratings(ground.database, log=ground.log, clock=ground.clock, settings=serving)
        parting = Parting(ratings=ratings, clock=ground.clock, settings=serving, moved=phrases.moved)
        offers = Offers(ground.database, parting=parting, **parts)  # type: ignore[arg-type]
        vanished = Vanished(ground.database, offers=offers, **parts)  # type: ignore[arg-type]
        rescues: list[str] = []
        router = Router(
            ground.database,
            rounds=rounds,
            offers=offers,
            due_work=DueWork(ground.database, log=ground.log, clock=ground.clock),
            vanished=vanished,
            moving=Moving(ground.database, log=ground.log, clock=ground.clock, settings=chosen),
            clock=ground.clock,
            settings=chosen,
            rescued=rescues.append,
        )
        changes = Changes()
        ground.database.listen(changes.committed)
        changes.on_router_wake(here=router.wake, elsewhere=router.hear)
        return cls(ground, rounds, offers, vanished, router, rescues)

    def forget(self) -> None:
        """What this process remembers of earlier looks is gone, as after a start."""
        self.router._ours, self.router._look_by = False, None
        self.router._due_at = self.router._unhinted_at = None
        self.router._look_for_vanished_at = self.router._vanish_due_at = None
        self.vanished._watch = Watch(gap=self.vanished._watch._gap)

    async def accept_all(self) -> None:
        """A turn of the router; then every seat accepts what rings at it."""
        await self.router.turn()
        for ringing in (await self.live()).values():
            async with self.ground.database.read() as connection:
                holder = select(seat.c.account_id).where(seat.c.seat_id == ringing.seat_id)
                account_id = (await connection.execute(holder)).scalar_one()
            await self.offers.accept(ringing.offer_id, seat_id=ringing.seat_id, account_id=account_id)

    async def release(self, interaction_id: UUID) -> None:
        """The talk ends; the wrap-up begins."""
        async with self.ground.database.unit() as unit:
            released = Draft(Released(segment_id="-", how="lawyer"), By.LAWYER, to=State.WRAP_UP)
            only_in = frozenset({State.WITH_LAWYER})
            await self.ground.log.write_one(unit, Bundle(interaction_id, drafts(released, only_in=only_in)))
            of_talk = update(assignment).where(
                assignment.c.interaction_id == interaction_id, assignment.c.finished_at.is_(None)
            )
            await unit.connection.execute(of_talk.values(released_at=self.ground.clock.now()))

    async def wrap_up(self, interaction_id: UUID) -> None:
        """The wrap-up ends; the seat's place is free."""
        now = self.ground.clock.now()
        async with self.ground.database.unit() as unit:
            closed = Draft(Closed("wrapped_up"), By.LAWYER, to=State.CLOSED, changes={"closed_at": now})
            only_in = frozenset({State.WRAP_UP})
            await self.ground.log.write_one(unit, Bundle(interaction_id, drafts(closed, only_in=only_in)))
            of_talk = update(assignment).where(
                assignment.c.interaction_id == interaction_id, assignment.c.finished_at.is_(None)
            )
            await unit.connection.execute(of_talk.values(finished_at=now))

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
