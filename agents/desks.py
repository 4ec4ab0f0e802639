"""A supervisor's desk: a seat of their own that the router never offers anything, for what they take over.

no channels, no matters ─▶ fits no need ─▶ no offer, no transfer        presence, capacity and locks as at any seat
"""

from __future__ import annotations

from sqlalchemy import text

from agents.roles import Viewer
from agents.roster import Sitting
from interactions.clock import Clock
from interactions.database import Database
from interactions.identity import new_id
from interactions.model import SeatStatus

NAME = "班长席"
_SIT = text("""
insert into seat (seat_id, code, name, matters, languages, channels, chat_capacity, status, account_id, signed_in_at,
                  idle_since, last_seen_at)
values (:seat_id, :code, :name, '{}', '{}', '{}', 0, 'away', :account_id, :now, :now, :now)
on conflict (code) do update
set status = 'away', status_reason = null, account_id = :account_id, last_seen_at = :now,
    signed_in_at = coalesce(seat.signed_in_at, :now)
returning seat_id
""")


class Desks:
    """Where supervisors sit."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def sit_down(self, viewer: Viewer) -> Sitting:
        """The viewer's own desk, made where it is not there yet; the same in every tab."""
        now = self._clock.now()
        code = f"desk-{viewer.account_id.hex[-12:]}"
        values = {"seat_id": new_id(now), "code": code, "name": NAME, "account_id": viewer.account_id, "now": now}
        async with self._database.unit() as unit:
            seat_id = await unit.connection.scalar(_SIT, values)
            unit.seats.add(seat_id)
        return Sitting(seat_id, code, NAME, viewer.account_id, SeatStatus.AWAY)
