"""What the roster will make of the seats on duty within the next hours: who goes, who comes."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from interactions.connections import Connection
from routing.capacity import DUTY
from routing.desks import Change

# A shift that its lawyer's next one follows at the same seat neither ends nor begins. Who is away now is not counted as
# leaving, and who is to come is believed to come.
_SHIFTS = text(f"""
select s.matters, s.languages, s.channels, s.chat_capacity, h.starts_at, h.ends_at,
       h.starts_at <= :now as running,
       exists (select from shift n where n.seat_id = h.seat_id and n.account_id = h.account_id
               and n.starts_at = h.ends_at) as continued,
       exists (select from shift p where p.seat_id = h.seat_id and p.account_id = h.account_id
               and p.ends_at = h.starts_at) as continues
from shift h join seat s using (seat_id)
where h.starts_at <= :horizon and (h.ends_at is null or h.ends_at > :now) and not h.seat_id = any(:without)
  and (h.starts_at > :now or h.seat_id in (select s.seat_id {DUTY}))
""")  # noqa: S608 - constants above


async def changes_ahead(
    connection: Connection, *, now: datetime, horizon: timedelta, tail: timedelta, without: Collection[UUID] = ()
) -> list[Change]:
    """Every change of places that the roster foresees; a seat gets nothing new within `tail` before its shift ends."""
    values = {"now": now, "soon": now, "horizon": now + horizon, "without": list(without)}
    return [change for row in await connection.execute(_SHIFTS, values) for change in _of(row, now, horizon, tail)]


def _of(row: Row[Any], now: datetime, horizon: timedelta, tail: timedelta) -> Iterator[Change]:
    skills = frozenset(row.matters), frozenset(row.languages), frozenset(row.channels)
    if not (row.running or row.continues):
        yield (row.starts_at - now).total_seconds(), skills, row.chat_capacity
    if row.ends_at is not None and not row.continued and row.ends_at <= now + horizon:
        yield (row.ends_at - tail - now).total_seconds(), skills, -row.chat_capacity
