"""Who is next in line for the seats that are free, at a cost that does not grow with the line.

    distinct needs waiting (loose index scan) ─▶ needs that a free seat can serve ─▶ the first k of each (index scan)

k is the number of free slots for that need, so a head of the line that nobody on duty can serve is never read. Where
some of the first wait a little for a lawyer they know, the round reads on beyond them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from interactions.connections import Connection
from interactions.model import Need, Urgency
from routing.candidates import Caller, Candidate

# PostgreSQL has no skip scan for distinct: each step of the recursion is one probe of ix_interaction_line.
_NEEDS_WAITING = text("""
with recursive kind as (
    (select channel, matter, language from interaction where state = 'waiting'
     order by channel, matter, language limit 1)
    union all
    select n.channel, n.matter, n.language from kind k cross join lateral (
        select i.channel, i.matter, i.language from interaction i
        where i.state = 'waiting' and (i.channel, i.matter, i.language) > (k.channel, k.matter, k.language)
        order by i.channel, i.matter, i.language limit 1) n
)
select channel, matter, language from kind
""")
_FIRST_OF_KIND = text("""
select i.interaction_id, i.urgency, i.waiting_since, i.rank_at, i.resident_id
from interaction i
where i.state = 'waiting' and i.channel = :channel and i.matter = :matter and i.language = :language
  and (select count(*) from exclusion x where x.interaction_id = i.interaction_id
       and x.seat_id = any(:seats) and (x.until is null or x.until > :now)) < :able
order by i.rank_at, i.interaction_id limit :slots
""")
_EXCLUSIONS = text("""
select interaction_id, seat_id, reason from exclusion
where interaction_id = any(:ids) and (until is null or until > :now)
""")
_LAST_LAWYERS = text("""
select w.resident_id, last.account_id from unnest(cast(:residents as uuid[])) as w(resident_id)
cross join lateral (
    select a.account_id from interaction i join assignment a on a.interaction_id = i.interaction_id
    where i.resident_id = w.resident_id order by a.started_at desc limit 1) last
""")


async def needs_waiting(connection: Connection) -> list[Need]:
    """The distinct needs in line (urgency left normal: it is not part of the kind)."""
    rows = await connection.execute(_NEEDS_WAITING)
    return [Need(row.channel, row.matter, row.language, Urgency.NORMAL) for row in rows]


async def next_in_line(
    connection: Connection, seats: Sequence[Candidate], *, now: datetime, beyond: int = 0
) -> list[Caller]:
    """Those whom `seats` with room could take now: of each need as many as there are slots for it, and `beyond`."""
    found: list[tuple[Need, Mapping[str, object]]] = []
    for need in await needs_waiting(connection):
        able = [one for one in seats if one.can_serve(need)]
        if able:
            found += [(need, row) for row in await _first_of(connection, need, able, now=now, beyond=beyond)]
    return await _callers(connection, found, now=now)


async def _first_of(
    connection: Connection, need: Need, able: Sequence[Candidate], *, now: datetime, beyond: int
) -> list[Mapping[str, object]]:
    wanted = {
        "channel": need.channel,
        "matter": need.matter,
        "language": need.language,
        "seats": [one.seat_id for one in able],
        "able": len(able),
        "slots": sum(one.slots for one in able) + beyond,
        "now": now,
    }
    return [dict(row) for row in (await connection.execute(_FIRST_OF_KIND, wanted)).mappings()]


async def _callers(
    connection: Connection, found: Sequence[tuple[Need, Mapping[str, object]]], *, now: datetime
) -> list[Caller]:
    if not found:
        return []
    exclusions = await _exclusions(connection, [row["interaction_id"] for _, row in found], now=now)
    lawyers = await _last_lawyers(connection, [row["resident_id"] for _, row in found])
    return [_caller(need, row, exclusions, lawyers) for need, row in found]


def _caller(
    need: Need,
    row: Mapping[str, object],
    exclusions: Mapping[UUID, Mapping[UUID, str]],
    lawyers: Mapping[UUID, UUID],
) -> Caller:
    interaction_id: UUID = row["interaction_id"]  # type: ignore[assignment]
    return Caller(
        interaction_id,
        Need(need.channel, need.matter, need.language, Urgency(row["urgency"])),  # type: ignore[arg-type]
        row["waiting_since"],  # type: ignore[arg-type]
        row["rank_at"],  # type: ignore[arg-type]
        lawyers.get(row["resident_id"]),  # type: ignore[call-overload]
        exclusions.get(interaction_id, {}),
    )


async def _exclusions(connection: Connection, ids: Sequence[object], *, now: datetime) -> dict[UUID, dict[UUID, str]]:
    found: defaultdict[UUID, dict[UUID, str]] = defaultdict(dict)
    for row in await connection.execute(_EXCLUSIONS, {"ids": list(ids), "now": now}):
        found[row.interaction_id][row.seat_id] = row.reason
    return dict(found)


async def _last_lawyers(connection: Connection, residents: Sequence[object]) -> dict[UUID, UUID]:
    rows = await connection.execute(_LAST_LAWYERS, {"residents": list(residents)})
    return {row.resident_id: row.account_id for row in rows}
