"""Who waits in line with no page open, and for how long without a break.

A page that reloads, a phone that changes its network: gone for a second, and back at their place. Rows say who is
away now; since when, each process remembers from look to look. One that just started begins to count anew, to the
benefit of those who wait. Who is owed a callback or an answer need not be present.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from interactions.clock import Clock
from interactions.database import Database
from interactions.present import resident_present

_AWAY = text(f"""
select i.interaction_id from interaction i
where i.state = 'waiting' and i.channel = 'web'
  and not {resident_present("i.resident_id")}
  and not exists (select from work_item w where w.interaction_id = i.interaction_id and w.ended_at is null)
""")  # noqa: S608 - constants above


class Absences:
    """Looks for residents who left the line without a word."""

    def __init__(self, database: Database, *, clock: Clock, absent_s: float) -> None:
        self._database = database
        self._clock = clock
        self._absent = timedelta(seconds=absent_s)
        self._since: dict[UUID, datetime] = {}

    async def over(self) -> list[UUID]:
        """Interactions in line whose resident has been away for as long as is waited for them."""
        now = self._clock.now()
        async with self._database.read() as connection:
            away = await connection.scalars(_AWAY, {"now": now})
        self._since = {one: self._since.get(one, now) for one in away}
        return [one for one, since in self._since.items() if since + self._absent <= now]
