"""The roster on a test's ground, in the city's time."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from agents.roster import Roster
from agents.settings import RosterSettings
from tests.rig.ground import Ground


def roster_on(ground: Ground) -> Roster:
    """Who sits where."""
    return Roster(ground.database, clock=ground.clock, settings=RosterSettings(), timezone=ZoneInfo("Asia/Shanghai"))
