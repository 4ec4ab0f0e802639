"""What no single interaction shows: rows that belong nowhere, copies that outlived their words. One query each."""

from __future__ import annotations

from collections.abc import AsyncIterator

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from interactions.partitions import DEFAULT

MOST = 100
_ERASED = "(select k.interaction_id from interaction_key k where k.erased_at is not null)"
# Each gives interaction (its 受理编号 where it has one), seq and what. Only names of ours are put together here.
_QUERIES = (
    """
    select e.interaction_id::text, min(e.seq), 'events without an interaction' from event e
    where not exists (select from interaction i where i.interaction_id = e.interaction_id) group by 1
    """,
    """
    select coalesce(i.number, d.interaction_id::text), d.seq, 'acknowledged, but not in the log' from dedupe d
    left join interaction i on i.interaction_id = d.interaction_id
    where not exists (select from event e where e.interaction_id = d.interaction_id and e.seq = d.seq)
    """,
    f"""
    select coalesce(i.number, e.interaction_id::text), min(e.seq), 'lies in {DEFAULT}: its month has no partition'
    from only {DEFAULT} e left join interaction i on i.interaction_id = e.interaction_id group by 1
    """,  # noqa: S608
    """
    select coalesce(i.number, e.interaction_id::text), e.seq,
           'written by a transaction this server has not reached: the feed does not show it'
    from event e left join interaction i on i.interaction_id = e.interaction_id
    where e.tx >= pg_snapshot_xmax(pg_current_snapshot())
    """,
    f"""
    select i.number, 0, 'erased, but ' || n.copy from interaction i join (
        select interaction_id, 'a blind index still finds it' as copy from blind_index
        union select interaction_id, 'words are left in the outbox' from outbox where sealed is not null
        union select interaction_id, 'words are left in the inbound store' from inbound where sealed is not null
    ) n on n.interaction_id = i.interaction_id where i.interaction_id in {_ERASED}
    """,  # noqa: S608
)


async def loose_ends(connection: AsyncConnection) -> AsyncIterator[tuple[str, int, str]]:
    """Interaction, seq and what does not hold; of each kind at most `MOST`."""
    for query in _QUERIES:
        for row in await connection.execute(text(f"{query} order by 1, 2 limit {MOST}")):
            yield row[0], row[1], row[2]
