"""How many of each need stand before somebody in line.

a few asked about   one index range per need: costs what stands before them
many asked about    the line numbered once, then a binary search per person and need: never their product
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from interactions.connections import Connection
from interactions.model import Need, Urgency
from routing.barred import barred_for_good
from routing.candidates import Kind

# Up to here the ranges cost less than numbering the line.
FEW = 8
_KINDS = (
    "unnest(cast(:channels as text[]), cast(:matters as text[]), cast(:languages as text[])) "
    "with ordinality as k(channel, matter, language, n)"
)
_REFUSED = f"array(select b.seat_id from ({barred_for_good('me.interaction_id')}) b) as refused"  # noqa: S608
_OF_FEW = text(f"""
select me.interaction_id, me.channel, me.matter, me.language, me.urgency, me.waiting_since, {_REFUSED}, array(
    select (select count(*) from interaction i where i.state = 'waiting' and i.channel = k.channel
            and i.matter = k.matter and i.language = k.language
            and (i.rank_at, i.interaction_id) < (me.rank_at, me.interaction_id))
    from {_KINDS} order by k.n) as ahead
from interaction me where me.interaction_id = any(:ids) and me.state in ('waiting', 'offered')
""")  # noqa: S608 - constants above
_OF_MANY = text(f"""
with line as materialized (
    select interaction_id, state, channel, matter, language, urgency, waiting_since,
           cast(row_number() over (order by rank_at, interaction_id) as int) as place
    from interaction where state in ('waiting', 'offered')
), kind as materialized (
    select k.n, array_agg(l.place order by l.place) filter (where l.place is not null) as places
    from {_KINDS}
    left join line l on l.state = 'waiting' and (l.channel, l.matter, l.language) = (k.channel, k.matter, k.language)
    group by k.n
)
select me.interaction_id, me.channel, me.matter, me.language, me.urgency, me.waiting_since, {_REFUSED},
       array(select coalesce(width_bucket(me.place - 1, kind.places), 0) from kind order by kind.n) as ahead
from line me where me.interaction_id = any(:ids)
""")  # noqa: S608 - constants above


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody in line: what they need, and how many of each asked kind stand before them, in the order asked.

    `refused`: the seats that may never have the interaction.
    """

    interaction_id: UUID
    need: Need
    waiting_since: datetime
    ahead: Sequence[int]
    refused: Collection[UUID]


async def standings(
    connection: Connection, interaction_ids: Collection[UUID], *, kinds: Sequence[Kind]
) -> list[Standing]:
    """Where those of `interaction_ids` who wait or are offered stand; the others are absent."""
    channels, matters, languages = ([kind[part] for kind in kinds] for part in range(3))
    values = {"ids": list(interaction_ids), "channels": channels, "matters": matters, "languages": languages}
    statement = _OF_FEW if len(interaction_ids) <= FEW else _OF_MANY
    return [
        Standing(
            row.interaction_id,
            Need(row.channel, row.matter, row.language, Urgency(row.urgency)),
            row.waiting_since,
            row.ahead,
            row.refused,
        )
        for row in await connection.execute(statement, values)
    ]
