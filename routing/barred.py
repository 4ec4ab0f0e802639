"""Who may not have an interaction, as SQL for every decision: the round, a transfer, a person's assignment.

    pause      of a seat, for a while: it let the offer go a moment ago          exclusion
    recusal    of a lawyer, for good: refused for conflict or competence         recusal
    conflict   of a lawyer, for as long as the names are known                   interactions/conflicts.py

What binds the lawyer follows them to whatever seat they sit at, and leaves the seat when they leave it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import text

from interactions.conflicts import conflicted
from interactions.connections import Connection

PARTY = "party"


def barred_for_good(interaction: str) -> str:
    """SQL: `seat_id` and `reason` of the seats whose lawyer may never have `interaction`, an SQL expression."""
    return f"""
select s.seat_id, r.reason from recusal r join seat s on s.account_id = r.account_id
where r.interaction_id = {interaction}
union all
select s.seat_id, '{PARTY}' from ({conflicted(interaction)}) c join seat s on s.account_id = c.account_id"""  # noqa: S608


def barred_now(interaction: str) -> str:
    """SQL: the same, with the seats that are kept from it for a while; needs `:now`."""
    return f"""
select x.seat_id, x.reason from exclusion x where x.interaction_id = {interaction} and x.until > :now
union all {barred_for_good(interaction)}"""  # noqa: S608


_PAIRS = text(f"""
select p.i, p.s from unnest(cast(:interactions as uuid[]), cast(:seats as uuid[])) as p(i, s)
where exists (select from ({barred_for_good("p.i")}) b where b.seat_id = p.s)
""")  # noqa: S608 - constants above
_OF_EACH = text(f"""
select i, b.seat_id from unnest(cast(:ids as uuid[])) as i cross join lateral ({barred_for_good("i")}) b
""")  # noqa: S608 - constants above
_RECUSE = text("""
insert into recusal (interaction_id, account_id, reason, at)
select i, a, :reason, :now from unnest(cast(:interactions as uuid[]), cast(:accounts as uuid[])) as n(i, a)
on conflict do nothing
""")


async def barred_pairs(connection: Connection, pairs: Sequence[tuple[UUID, UUID]]) -> set[tuple[UUID, UUID]]:
    """Those of the pairs (interaction, seat) that may never be; read it under the locks of both."""
    if not pairs:
        return set()
    values = {"interactions": [one for one, _ in pairs], "seats": [seat_id for _, seat_id in pairs]}
    return {(row.i, row.s) for row in await connection.execute(_PAIRS, values)}


async def barred_seats(connection: Connection, interaction_ids: Collection[UUID]) -> Mapping[UUID, set[UUID]]:
    """By interaction, the seats whose lawyer may never have it; for lists, not for decisions: nothing is locked."""
    found: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for row in await connection.execute(_OF_EACH, {"ids": list(interaction_ids)}):
        found[row.i].add(row.seat_id)
    return found


async def recuse(connection: Connection, pairs: Collection[tuple[UUID, UUID]], *, reason: str, now: object) -> None:
    """Keeps the lawyer of each pair (interaction, account) from it for good."""
    if pairs:
        values = {"interactions": [one for one, _ in pairs], "accounts": [account_id for _, account_id in pairs]}
        await connection.execute(_RECUSE, {**values, "reason": reason, "now": now})
