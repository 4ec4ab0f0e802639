"""What the rows show of talks and patience, read at most every so often: nobody's figure needs it fresher.

talks     the latest few hundred, and those of this hour of the day in the last weeks: what is, and what is usual
hung up   of the last hours, with the time that everybody in line stood there
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text

from interactions.connections import Connection
from routing.handling import Observed, Talks
from routing.settings import EstimateSettings

# Each part is a range of ix_assignment_finished_at with a bound: the cost does not grow with the years.
_TALKS = text("""
with days as materialized (
    select cast(:now as timestamptz) - n * interval '1 day' as at from generate_series(1, cast(:days as int)) n
), seen as (
    (select interaction_id, handling_s from assignment
     where finished_at <= :now and handling_s is not null order by finished_at desc limit :latest)
    union all
    select a.interaction_id, a.handling_s from days cross join lateral (
        select interaction_id, handling_s from assignment
        where finished_at between days.at - interval '30 minutes' and days.at + interval '30 minutes'
          and handling_s is not null
        order by finished_at limit :per_day) a
)
select i.matter, count(*) as count, avg(seen.handling_s) as mean_s, sum(seen.handling_s * seen.handling_s) as squares
from seen join interaction i using (interaction_id) group by i.matter
""")
# Abandoned ones have no seat: a range of ix_interaction_seat_id.
_PATIENCE = text("""
with gone as (
    select extract(epoch from closed_at - waiting_since) as in_line_s from interaction
    where seat_id is null and closed_at > :since and state = 'abandoned' and waiting_since is not null
), answered as (
    select extract(epoch from a.started_at - i.waiting_since) as in_line_s
    from assignment a join interaction i using (interaction_id)
    where a.finished_at > :since and i.waiting_since <= a.started_at
)
select (select count(*) from gone) as hung_up,
       coalesce((select sum(in_line_s) from gone), 0) + coalesce((select sum(in_line_s) from answered), 0) as in_line_s
""")


class Observations:
    """What was observed, kept for `refresh_s`."""

    def __init__(self, settings: EstimateSettings) -> None:
        self._settings = settings
        self._seen: Observed | None = None
        self._until: datetime | None = None

    async def look(self, connection: Connection, *, now: datetime) -> Observed:
        """What was observed until a moment ago."""
        if self._seen is None or self._until is None or now >= self._until:
            self._seen = await observe(connection, now=now, settings=self._settings)
            self._until = now + timedelta(seconds=self._settings.refresh_s)
        return self._seen


async def observe(connection: Connection, *, now: datetime, settings: EstimateSettings) -> Observed:
    """What was observed until now."""
    bounds = {"now": now, "days": settings.days, "latest": settings.latest, "per_day": settings.per_day}
    talks = {
        row.matter: Talks(row.count, float(row.mean_s), float(row.squares))
        for row in await connection.execute(_TALKS, bounds)
    }
    since = now - timedelta(seconds=settings.patience_s)
    patience = (await connection.execute(_PATIENCE, {"since": since})).one()
    return Observed(talks, patience.hung_up, float(patience.in_line_s))
