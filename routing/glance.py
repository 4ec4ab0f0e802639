"""One statement says what there is to do: who waits, what is over, when time alone matters next, who asked for a round.

It reads only what is live; its cost does not grow with the line or with the years.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text

from interactions.database import Database
from routing.offer_rows import RINGS_IN_CONFLICT

_GLANCE = text(f"""
select exists (select from interaction where state = 'waiting') as waiting,
       exists (select from transfer t where t.state = 'open' and not exists (
           select from offer o where o.transfer_id = t.transfer_id and o.state = 'live')) as moving,
       exists (select from offer where state = 'live' and expires_at <= :now) as overdue,
       exists ({RINGS_IN_CONFLICT}) as conflicted,
       exists (select from work_item w join interaction i on i.interaction_id = w.interaction_id
               where w.state = 'scheduled' and w.due_at <= :now and i.state = 'callback_due') as owing,
       least((select min(expires_at) from offer where state = 'live'),
             (select min(starts_at) from shift where starts_at > :now),
             (select min(due_at) from work_item where state = 'scheduled' and due_at > :now),
             (select min(t.expires_at) from transfer t where t.state = 'open' and not exists (
                  select from offer o where o.transfer_id = t.transfer_id and o.state = 'live')),
             (select x.until from exclusion x join interaction i using (interaction_id)
              where i.state = 'waiting' and x.until > :now order by x.until limit 1)) as due_at,
       (select last_value from round_request) as newest
""")  # noqa: S608 - constants above


class Glance(NamedTuple):
    """What there is to do.

    Whether somebody waits, whether a transfer looks for a seat, whether an offer's lease is over or it rings at a
    lawyer who may not have it, whether a work item is due, when time alone matters next, the newest request.
    """

    waiting: bool
    moving: bool
    overdue: bool
    conflicted: bool
    owing: bool
    due_at: datetime | None
    newest: int

    @property
    def seeking(self) -> bool:
        """Whether a round may have something to match."""
        return self.waiting or self.moving


async def glance(database: Database, *, now: datetime) -> Glance:
    """What there is to do, as committed now."""
    async with database.read() as connection:
        return Glance(*(await connection.execute(_GLANCE, {"now": now})).one())
