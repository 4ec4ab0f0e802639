"""Who is next in line for the seats that are free, at a cost that does not grow with the line.

    distinct needs waiting (loose index scan) ─▶ needs that a free seat can serve ─▶ the first k of each (index scan)

k is the number of free slots for that need, so a head of the line that nobody on duty can serve is never read. Where
some of the first wait a little for a lawyer they know, the round reads on beyond them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from interactions.connections import Connection
from interactions.model import Need, Urgency
from routing.candidates import Caller, Candidate, Kind, Seats

# PostgreSQL has no skip scan for distinct: each step of the recursion is one probe of ix_interaction_line.
_WAITING = """
with recursive kind as (
    (select channel, matter, language from interaction where state = 'waiting'
     order by channel, matter, language limit 1)
    union all
    select n.channel, n.matter, n.language from kind k cross join lateral (
        select i.channel, i.matter, i.language from interaction i
        where i.state = 'waiting' and (i.channel, i.matter, i.language) > (k.channel, k.matter, k.language)
        order by i.channel, i.matter, i.language limit 1) n
)
select channel, matter, language, false as asked from kind
"""
_NEEDS_WAITING = text(_WAITING)
_NEEDS_WAITING_OR_ASKED = text(f"""{_WAITING} union all
select distinct channel, matter, language, true from interaction
where interaction_id = any(:ids) and state in ('waiting', 'offered')
""")  # noqa: S608 - constants above
# Of the first only: who may not have them, who served their resident last, and what is owed to them.
_FIRST_OF_KIND = text("""
with first as materialized (
    select i.interaction_id, i.urgency, i.waiting_since, i.rank_at, i.resident_id
    from interaction i
    where i.state = 'waiting' and i.channel = :channel and i.matter = :matter and i.language = :language
      and (select count(*) from exclusion x where x.interaction_id = i.interaction_id
           and x.seat_id = any(:seats) and (x.until is null or x.until > :now)) < :able
    order by i.rank_at, i.interaction_id limit :slots
)
select f.interaction_id, f.urgency, f.waiting_since, f.rank_at, barred.seats, barred.reasons, w.kind as work,
       coalesce(w.kind = 'callback' and w.how = 'phone' and w.from_at <= :now, false) as calls,
       (select a.account_id from interaction i join assignment a on a.interaction_id = i.interaction_id
        where i.resident_id = f.resident_id order by a.started_at desc limit 1) as last_account_id
from first f left join work_item w on w.interaction_id = f.interaction_id and w.ended_at is null
cross join lateral (
    select coalesce(array_agg(x.seat_id), '{}') as seats, coalesce(array_agg(x.reason), '{}') as reasons
    from exclusion x where x.interaction_id = f.interaction_id and (x.until is null or x.until > :now)
) barred
""")


async def needs_waiting(connection: Connection) -> list[Need]:
    """The distinct needs in line (urgency left normal: it is not part of the kind)."""
    rows = await connection.execute(_NEEDS_WAITING)
    return [Need(row.channel, row.matter, row.language, Urgency.NORMAL) for row in rows]


async def kinds_waiting(connection: Connection, ids: Collection[UUID]) -> tuple[set[Kind], list[Need]]:
    """The kinds of those of `ids` who are in line, and the distinct needs waiting."""
    rows = (await connection.execute(_NEEDS_WAITING_OR_ASKED, {"ids": list(ids)})).all()
    waiting = [Need(row.channel, row.matter, row.language, Urgency.NORMAL) for row in rows if not row.asked]
    return {(row.channel, row.matter, row.language) for row in rows if row.asked}, waiting


async def next_in_line(connection: Connection, seats: Seats, *, now: datetime, beyond: int = 0) -> list[Caller]:
    """Those whom `seats` with room could take now: of each need as many as there are slots for it, and `beyond`."""
    found: list[Caller] = []
    for need in await needs_waiting(connection):
        able = [one for one in seats.who_serve(need) if one.slots > 0]
        if able:
            found += await _first_of(connection, need, able, now=now, beyond=beyond)
    return found


async def _first_of(
    connection: Connection, need: Need, able: Sequence[Candidate], *, now: datetime, beyond: int
) -> list[Caller]:
    wanted = {
        "channel": need.channel,
        "matter": need.matter,
        "language": need.language,
        "seats": [one.seat_id for one in able],
        "able": len(able),
        "slots": sum(one.slots for one in able) + beyond,
        "now": now,
    }
    return [_caller(need, row) for row in await connection.execute(_FIRST_OF_KIND, wanted)]


def _caller(need: Need, row: Row[Any]) -> Caller:
    return Caller(
        row.interaction_id,
        Need(need.channel, need.matter, need.language, Urgency(row.urgency)),
        row.waiting_since,
        row.rank_at,
        row.last_account_id,
        dict(zip(row.seats, row.reasons, strict=True)),
        row.work,
        row.calls,
    )
