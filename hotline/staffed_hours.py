"""The coverage check by the city's settings, for the service and for the command line."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from agents.calendar import load_calendars
from agents.staffing import Staffing
from hotline.settings import Settings
from interactions.clock import Clock
from interactions.database import Database


def staffing_of(settings: Settings, *, database: Database, clock: Clock) -> Staffing:
    """The check over the rows of `database`."""
    roster = settings.agents.roster
    return Staffing(
        database,
        clock=clock,
        policy=roster.coverage,
        licence=roster.licence,
        calendar=load_calendars(roster.calendars),
        timezone=ZoneInfo(settings.city.timezone),
    )
