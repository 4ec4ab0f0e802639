"""A stretch of service begins: by an acceptance, or by a person's decision.

offer ─▶ accepted · the bot's unsent words withdrawn · the seat's misses forgotten · assignment
                                                                 `held_until`: by hand, and for how long
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text

from interactions.connections import Connection

# Misses count in a row: any answer, a refusal too, says that somebody is at the seat.
IS_THERE = "update seat set misses = 0 where seat_id = :seat_id and misses > 0"
# No word of the bot after a person took over, not even one that waits to be sent.
_BEGUN = text(f"""
with taken as (
    update offer set state = 'accepted', ended_at = :now where offer_id = :offer_id and state = 'live'
), silenced as (
    update outbox set state = 'withdrawn', ended_at = :now
    where interaction_id = :interaction_id and by = 'bot' and state = 'pending'
), there as ({IS_THERE})
insert into assignment (segment_id, interaction_id, seat_id, account_id, started_at, held_until)
values (:segment_id, :interaction_id, :seat_id, :account_id, :now, :held_until)
""")  # noqa: S608 - constants above


class Beginning(NamedTuple):
    """Who serves what from `now` on, and by which offer, where there was one."""

    segment_id: UUID
    interaction_id: UUID
    seat_id: UUID
    account_id: UUID
    now: datetime
    offer_id: UUID | None = None
    held_until: datetime | None = None


async def begin(connection: Connection, made: Beginning) -> None:
    """Writes the rows; the interaction's and the seat's locks are held, no other stretch of it is live."""
    await connection.execute(_BEGUN, made._asdict())
