"""Who is next in line for the seats that are free, at a cost that does not grow with the line.

    distinct needs waiting (loose index scan) ─▶ needs that a free seat can serve ─▶ the first k of each (index scan)

k is the number of free slots for that need, so a head of the line that nobody on duty can serve is never read. Where
some of the first wait a little for a lawyer they know, the round reads on beyond them. Seats of other matters are free
for those who waited long enough only: their first k are read beside the others, up to the place from which on nobody
has (relaxation.py).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, TextClause, text

from interactions.connections import Connection
from interactions.model import Need, Urgency
from interactions.work_rows import TO_DIAL
from routing.barred import barred_now
from routing.candidates import Caller, Candidate, Kind, Seats, kind_of
from routing.relaxation import Reach, ranked_at_latest, since_at_latest, steps_to, widening
from routing.settings import RoutingSettings

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
# Who gets as far as {reach}: by place, up to where nobody does. Seats are counted as barred among those of this reach.
_FIRST = """
(select i.interaction_id, i.urgency, i.waiting_since, i.rank_at, i.resident_id
 from interaction i
 where i.state = 'waiting' and i.channel = :channel and i.matter = :matter and i.language = :language
   and (select count(distinct b.seat_id) from ({barred}) b
        where b.seat_id = any(:seats_{reach})) < :able_{reach}{waited}
 order by i.rank_at, i.interaction_id limit :slots_{reach})"""
_WAITED = """
   and i.rank_at <= :ranked_{reach} and i.waiting_since <= (cast(:since_{reach} as timestamptz[]))[i.urgency + 1]"""
# Of the first only: who may not have them, who served their resident last, and what is owed to them.
_FOUND = """
with first as materialized ({firsts})
select f.interaction_id, f.urgency, f.waiting_since, f.rank_at, barred.seats, barred.reasons, w.kind as work,
       coalesce({to_dial}, false) as calls,
       (select a.account_id from interaction i join assignment a on a.interaction_id = i.interaction_id
        where i.resident_id = f.resident_id order by a.started_at desc limit 1) as last_account_id
from first f left join work_item w on w.interaction_id = f.interaction_id and w.ended_at is null
cross join lateral (
    select coalesce(array_agg(b.seat_id), '{{}}') as seats, coalesce(array_agg(b.reason), '{{}}') as reasons
    from ({barred}) b
) barred
"""
# One probe of the line for each need and step: the first who has not taken it, if everybody were of its urgency.
_NEXT_STEP = text("""
select min(f.rank_at + s.after)
from unnest(cast(:channels as text[]), cast(:matters as text[]), cast(:languages as text[]),
            cast(:afters as interval[])) as s(channel, matter, language, after)
cross join lateral (
    select i.rank_at from interaction i
    where i.state = 'waiting' and i.channel = s.channel and i.matter = s.matter and i.language = s.language
      and i.rank_at > cast(:now as timestamptz) - s.after
    order by i.rank_at limit 1) f
""")


class Window(NamedTuple):
    """Those whom the seats could take now, and all the needs in line."""

    callers: list[Caller]
    needs: list[Need]


async def needs_waiting(connection: Connection) -> list[Need]:
    """The distinct needs in line (urgency left normal: it is not part of the kind)."""
    rows = await connection.execute(_NEEDS_WAITING)
    return [Need(row.channel, row.matter, row.language, Urgency.NORMAL) for row in rows]


async def kinds_waiting(connection: Connection, ids: Collection[UUID]) -> tuple[set[Kind], list[Need]]:
    """The kinds of those of `ids` who are in line, and the distinct needs waiting."""
    rows = (await connection.execute(_NEEDS_WAITING_OR_ASKED, {"ids": list(ids)})).all()
    waiting = [Need(row.channel, row.matter, row.language, Urgency.NORMAL) for row in rows if not row.asked]
    return {(row.channel, row.matter, row.language) for row in rows if row.asked}, waiting


async def next_in_line(
    connection: Connection, seats: Seats, *, now: datetime, settings: RoutingSettings, beyond: int = 0
) -> Window:
    """Those whom `seats` with room could take now: of each need as many as there are slots for it, and `beyond`."""
    found: list[Caller] = []
    needs = await needs_waiting(connection)
    for need in needs:
        if able := list(widening(seats, need, settings)):
            statement, wanted = reading(need, able, now=now, settings=settings, beyond=beyond)
            found += [_caller(need, row) for row in await connection.execute(statement, wanted)]
    return Window(found, needs)


async def next_step(
    connection: Connection, needs: Collection[Need], seats: Seats, *, now: datetime, settings: RoutingSettings
) -> datetime | None:
    """When next somebody in line may get as far as more of `seats` with room; never later than it is."""
    steps = [(need, after) for need in needs for after in steps_to(seats, need, settings)]
    if not steps:
        return None
    parts = (list(part) for part in zip(*(kind_of(need) for need, _ in steps), strict=True))
    channels, matters, languages = parts
    values = {"channels": channels, "matters": matters, "languages": languages, "afters": [after for _, after in steps]}
    found: datetime | None = await connection.scalar(_NEXT_STEP, {**values, "now": now})
    return found


def reading(
    need: Need,
    widening: Sequence[tuple[Reach, Sequence[Candidate]]],
    *,
    now: datetime,
    settings: RoutingSettings,
    beyond: int = 0,
) -> tuple[TextClause, dict[str, Any]]:
    """The statement, and its values, that reads the first of a need at each reach."""
    wanted: dict[str, Any] = {"channel": need.channel, "matter": need.matter, "language": need.language, "now": now}
    for reach, able in widening:
        wanted |= {
            f"seats_{reach}": [one.seat_id for one in able],
            f"able_{reach}": len(able),
            f"slots_{reach}": sum(one.slots for one in able) + beyond,
        }
        if reach is not Reach.OWN:
            wanted[f"ranked_{reach}"] = ranked_at_latest(reach, now=now, settings=settings)
            wanted[f"since_{reach}"] = since_at_latest(reach, now=now, settings=settings)
    return _found(tuple(reach for reach, _ in widening)), wanted


@cache
def _found(reaches: tuple[Reach, ...]) -> TextClause:
    """Who is first at any of these reaches; there are seven sets of them."""
    firsts = (
        _FIRST.format(
            reach=int(one),
            waited="" if one is Reach.OWN else _WAITED.format(reach=int(one)),
            barred=barred_now("i.interaction_id"),
        )
        for one in reaches
    )
    return text(_FOUND.format(firsts=" union ".join(firsts), barred=barred_now("f.interaction_id"), to_dial=TO_DIAL))


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
