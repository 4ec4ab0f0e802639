"""Supervisors on a test's ground: who they are, and what they do by hand."""

from __future__ import annotations

from sqlalchemy import insert

from agents.desks import Desks
from agents.named_seat import NamedSeats
from agents.parting import Parting
from agents.ratings import Ratings
from agents.roles import Role, Scope, Viewer
from agents.roster import Sitting
from agents.settings import ServingSettings, SupervisorSettings
from agents.supervising import Supervising
from interactions.identity import new_id
from interactions.tables import account
from routing.settings import RoutingSettings
from tests.rig.ground import Ground, Seat


async def a_supervisor(ground: Ground) -> tuple[Viewer, Sitting]:
    """One of the whole city, at a desk with a console open."""
    viewer = Viewer(new_id(ground.clock.now()), "班长", Role.SUPERVISOR, Scope())
    row = {"account_id": viewer.account_id, "username": "chief", "display_name": "班长", "password_hash": "!"}
    async with ground.database.unit() as unit:
        await unit.connection.execute(insert(account).values(**row, role=Role.SUPERVISOR.value))
    desk = await Desks(ground.database, clock=ground.clock).sit_down(viewer)
    await ground.connect(at_desk(desk))
    return viewer, desk


def at_desk(desk: Sitting) -> Seat:
    """The desk as a seat of the rig."""
    return Seat(desk.seat_id, desk.account_id)


def supervising_on(ground: Ground, *, settings: RoutingSettings) -> Supervising:
    """What supervisors do by hand."""
    serving = ServingSettings()
    ratings = Ratings(ground.database, log=ground.log, clock=ground.clock, settings=serving)
    return Supervising(
        ground.database,
        log=ground.log,
        clock=ground.clock,
        seats=NamedSeats(clock=ground.clock, settings=settings, openly=True),
        parting=Parting(ratings=ratings, clock=ground.clock, settings=serving, moved=str),
        settings=SupervisorSettings(),
        serving=serving,
        farewell=lambda head: head.number,
    )
