"""Conflict of interest, read from the names of parties: who may not serve an interaction.

    interaction I: own O, other Y            J, which the lawyer served: own P, other Q
    conflict:  Y = P  and  (O = Q, or either unknown)        they advised who is now the opponent
            or O = Q  and  (Y = P, or either unknown)        they advised against who now asks for help

Unknown counts as the same dispute: care goes before convenience. Both names known and different is another dispute.
Read anew at every decision, so that it binds from the commit that names somebody, and ends with an erasure. The rule
follows the lawyer (account), not the seat.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from interactions.blind_index import OTHER_PARTY, OWN_PARTY
from interactions.connections import Connection

_KINDS = f"('{OWN_PARTY}', '{OTHER_PARTY}')"


def conflicted(interaction: str) -> str:
    """SQL: the accounts (`account_id`) that may not have `interaction`, an SQL expression."""
    return f"""
select a.account_id
from blind_index mine
join blind_index theirs on theirs.digest = mine.digest and theirs.interaction_id <> mine.interaction_id
     and theirs.kind = case mine.kind when '{OWN_PARTY}' then '{OTHER_PARTY}' else '{OWN_PARTY}' end
join assignment a on a.interaction_id = theirs.interaction_id
where mine.interaction_id = {interaction} and mine.kind in {_KINDS} and (
    not exists (select from blind_index o where o.interaction_id = mine.interaction_id and o.kind = theirs.kind)
    or not exists (select from blind_index q where q.interaction_id = theirs.interaction_id and q.kind = mine.kind)
    or exists (select from blind_index o join blind_index q on q.digest = o.digest
               where o.interaction_id = mine.interaction_id and o.kind = theirs.kind
                 and q.interaction_id = theirs.interaction_id and q.kind = mine.kind))"""  # noqa: S608


_OF_ACCOUNT = text(f"""
select i from unnest(cast(:ids as uuid[])) as i
where exists (select from ({conflicted("i")}) c where c.account_id = :account_id)
""")  # noqa: S608 - constants above


async def conflicts_of(connection: Connection, account_id: UUID, *, among: list[UUID]) -> set[UUID]:
    """Those of the interactions `among` that the account may not have."""
    if not among:
        return set()
    return set(await connection.scalars(_OF_ACCOUNT, {"ids": among, "account_id": account_id}))
