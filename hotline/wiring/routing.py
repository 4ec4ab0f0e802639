"""Floor 2: who gets whom."""

from __future__ import annotations

from dataclasses import dataclass

from agents.parting import Parting
from hotline.wiring.ground import Ground
from routing.due_work import DueWork
from routing.moving import Moving
from routing.offers import Offers
from routing.places import Places
from routing.round import Rounds
from routing.router import Router
from routing.vanished import Vanished


@dataclass(frozen=True, slots=True)
class Routing:
    """Who gets whom."""

    offers: Offers
    router: Router
    places: Places


def routing_of(ground: Ground, *, parting: Parting) -> Routing:
    """The router, woken by every commit that may free somebody."""
    database, log, clock, settings = ground.database, ground.log, ground.clock, ground.settings.routing
    offers = Offers(database, log=log, clock=clock, settings=settings, parting=parting)
    router = Router(
        database,
        rounds=Rounds(database, log=log, clock=clock, settings=settings),
        offers=offers,
        due_work=DueWork(database, log=log, clock=clock),
        vanished=Vanished(database, log=log, offers=offers, clock=clock, settings=settings),
        moving=Moving(database, log=log, clock=clock, settings=settings),
        clock=clock,
        settings=settings,
        rescued=ground.metrics.rescued,
    )
    ground.changes.on_router_wake(here=router.wake, elsewhere=router.hear)
    return Routing(offers, router, Places(database, clock=clock, settings=settings))
