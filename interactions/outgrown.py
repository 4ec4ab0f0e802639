"""Rows that serve nobody any more: they go after their time, so that no table grows for ever beside the log.

    dedupe    its interaction over and opened long ago: the token it belongs to has expired, nobody can repeat it
    inbound   processed long ago: its provider does not come again. Dead ones stay until a person decides
    outbox    sent or withdrawn long ago. Dead and held ones stay

The log itself, keys and heads are never touched. A page at a time, each in a unit of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import TextClause, text

from interactions.clock import Clock
from interactions.database import Database
from interactions.identity import first_id_of
from interactions.model import OPEN_STATES
from interactions.settings import KeepSettings

PAGE = 2_000
# Ids begin with their time, so that what is old stands first: no index is needed beside the primary key.
_REPEATS = text("""
with page as (
    select scope, client_id, interaction_id from dedupe
    where (scope, client_id) > (:scope, :client_id) order by scope, client_id limit :most
), gone as (
    delete from dedupe d using page p
    where d.scope = p.scope and d.client_id = p.client_id and p.interaction_id < :before
      and not exists (select from interaction i where i.interaction_id = p.interaction_id and i.state = any(:open))
    returning 1
)
select scope, client_id, (select count(*) from gone) from page order by scope desc, client_id desc limit 1
""")
_DELIVERIES = text("""
delete from inbound where inbound_id in (
    select inbound_id from inbound where inbound_id < :before and processed_at is not null
    order by inbound_id limit :most)
""")
_MESSAGES = text("""
delete from outbox where outbox_id in (
    select outbox_id from outbox where outbox_id < :before and state in ('sent', 'withdrawn')
    order by outbox_id limit :most)
""")


@dataclass(frozen=True, slots=True)
class Swept:
    """How many rows went."""

    repeats: int
    deliveries: int
    messages: int


async def sweep(database: Database, *, clock: Clock, keep: KeepSettings) -> Swept:
    """Deletes what is past its time; several processes may sweep at once."""
    before = {
        name: first_id_of((clock.now() - timedelta(days=days)).date())
        for name, days in (
            ("repeats", keep.repeats_days),
            ("deliveries", keep.deliveries_days),
            ("messages", keep.messages_days),
        )
    }
    return Swept(
        await _sweep_repeats(database, before["repeats"]),
        await _sweep(database, _DELIVERIES, before["deliveries"]),
        await _sweep(database, _MESSAGES, before["messages"]),
    )


async def _sweep(database: Database, statement: TextClause, before: UUID) -> int:
    gone = 0
    while True:
        async with database.unit() as unit:
            done = await unit.connection.execute(statement, {"before": before, "most": PAGE})
        gone += done.rowcount
        if done.rowcount < PAGE:
            return gone


async def _sweep_repeats(database: Database, before: UUID) -> int:
    gone, scope, client_id = 0, UUID(int=0), ""
    values = {"before": before, "most": PAGE, "open": [state.value for state in OPEN_STATES]}
    while True:
        async with database.unit() as unit:
            at = {**values, "scope": scope, "client_id": client_id}
            row = (await unit.connection.execute(_REPEATS, at)).first()
        if row is None:
            return gone
        scope, client_id, count = row
        gone += count
