"""All rooms of one process of the house, on a database of its own, as commands of an interleaving need them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from agents.presence import Presence
from agents.roster import Roster
from agents.serving import Server, Serving
from agents.settings import PresenceSettings, ServingSettings
from agents.supervising import Supervising
from agents.transferring import Target, Transferring
from hotline.leaving import Leaving
from hotline.resuming import Resuming
from interactions.clock import ManualClock
from interactions.database import connect
from interactions.events import TurnSaid
from interactions.model import By
from interactions.record import Draft, RepeatKey, Written
from interactions.settings import DatabaseSettings
from routing.settings import RoutingSettings
from tests.rig.faults import FaultyConnection
from tests.rig.ground import Ground, Seat, code_of
from tests.rig.leaving import leaving
from tests.rig.promises import Promises
from tests.rig.roster import roster_on
from tests.rig.routing import Routing
from tests.rig.serving import CODES, FORM, serving_on
from tests.rig.supervisors import supervising_on

# An interleaving stands between two statements for as long as the others take.
UNHURRIED = DatabaseSettings(transaction_s=60.0, answer_s=60.0, pool_size=4)


@dataclass(frozen=True, slots=True)
class Rooms:
    """What people and time do through one process."""

    routing: Routing
    serving: Serving
    roster: Roster
    presence: Presence
    resuming: Resuming
    leaving: Leaving
    transferring: Transferring
    supervising: Supervising
    promises: Promises

    @classmethod
    def on(cls, ground: Ground, *, settings: RoutingSettings) -> Self:
        """Wires them."""
        routing = Routing.on(ground, settings=settings)
        return cls(
            routing,
            serving_on(ground),
            roster_on(ground),
            Presence(ground.database, clock=ground.clock, settings=PresenceSettings()),
            Resuming(ground.database, log=ground.log, clock=ground.clock, settings=settings, serving=ServingSettings()),
            leaving(routing),
            Transferring(ground.database, log=ground.log, codes=CODES, clock=ground.clock, settings=settings),
            supervising_on(ground, settings=settings),
            Promises.on(ground, settings=settings, routing=routing),
        )

    @property
    def ground(self) -> Ground:
        """What they stand on."""
        return self.routing.ground

    async def accept(self, offer_id: UUID, at: Seat) -> Written:
        """The lawyer at `at` takes an offer."""
        return await self.routing.offers.accept(offer_id, seat_id=at.seat_id, account_id=at.account_id)

    async def decline(self, offer_id: UUID, at: Seat, *, reason: str = "busy") -> Written:
        """The lawyer at `at` refuses an offer."""
        return await self.routing.offers.decline(offer_id, seat_id=at.seat_id, account_id=at.account_id, reason=reason)

    async def leave(self, resident_id: UUID, *, client_id: str = "goodbye") -> Written:
        """The resident leaves."""
        return await self.leaving.leave(resident_id, channel="web", repeat_of=RepeatKey(resident_id, client_id))

    async def release(self, interaction_id: UUID, at: Seat) -> Written:
        """The lawyer ends the talk."""
        return await self.serving.release(Server(at.account_id, at.seat_id), interaction_id=interaction_id)

    async def wrap_up(self, interaction_id: UUID, at: Seat) -> Written:
        """The lawyer registers it, and the place is free."""
        return await self.serving.wrap_up(Server(at.account_id, at.seat_id), interaction_id=interaction_id, form=FORM)

    async def hand_on(self, interaction_id: UUID, at: Seat, to: Seat) -> Written:
        """The lawyer at `at` hands it on to a named seat."""
        target = Target(None, code_of(to))
        return await self.transferring.ask(Server(at.account_id, at.seat_id), interaction_id=interaction_id, to=target)

    async def keep(self, interaction_id: UUID, at: Seat) -> Written:
        """They change their mind."""
        return await self.transferring.cancel(Server(at.account_id, at.seat_id), interaction_id=interaction_id)

    async def say_in_wrap_up(self, interaction_id: UUID, *, client_id: str = "more") -> Written:
        """The resident says more while the lawyer wraps up."""
        said = [Draft(TurnSaid(text="还有一个问题", client_id=client_id), By.RESIDENT)]
        return await self.resuming.say(interaction_id, said, repeat_of=RepeatKey(interaction_id, client_id))


@asynccontextmanager
async def processes(
    url: str, *, clock: ManualClock, count: int, settings: RoutingSettings
) -> AsyncIterator[list[Rooms]]:
    """Several processes of the house on one database, in this one; their connections can meet faults."""
    databases = [connect(url, settings=UNHURRIED, opened=FaultyConnection) for _ in range(count)]
    try:
        yield [Rooms.on(Ground.on(one, clock=clock), settings=settings) for one in databases]
    finally:
        for one in databases:
            await one.close()
