"""An interaction goes from a lawyer's hands back into the line. Pure.

with_lawyer, wrap_up ─▶ waiting: the age is kept; the urgency may have changed meanwhile, and with it the place
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from interactions.events import Returned
from interactions.head import Head
from interactions.model import By, State
from interactions.record import Draft
from routing.needs import joining
from routing.settings import RoutingSettings


def given_back(
    head: Head,
    segment_id: UUID,
    *,
    how: str,
    now: datetime,
    settings: RoutingSettings,
    by: By = By.SYSTEM,
    by_id: UUID | None = None,
) -> Draft:
    """The event that ends the stretch of service there; `how` as of `Returned`."""
    place = {**joining(head, now=now, settings=settings), "seat_id": None}
    return Draft(Returned(segment_id=str(segment_id), how=how), by, by_id, to=State.WAITING, changes=place)
