"""A feed over all interactions, for whoever derives facts from the log: in commit-safe order, nothing skipped ever.

    ordered by (tx, interaction_id, seq), reading only tx < xmin of the reader's snapshot

Identity columns commit out of order: a reader that remembers the largest number it saw skips what commits later with
a smaller one. Every transaction below the snapshot's xmin has ended, so nothing can still appear behind the cursor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from interactions.chain import StoredEvent
from interactions.connections import Connection

_NEXT = text("""
select interaction_id, seq, kind, by, by_id, at, from_state, to_state, matter, in_reply_to, body, sealed, hash,
       tx::text::bigint as tx
from event
where tx >= cast(cast(:tx as text) as xid8) and tx < pg_snapshot_xmin(pg_current_snapshot())
  and (tx::text::bigint, interaction_id, seq) > (cast(cast(:tx as text) as bigint), cast(:interaction_id as uuid), :seq)
order by tx, interaction_id, seq limit :most
""")

BEFORE_ALL = UUID(int=0)


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """The last event a reader has taken; the default stands before the first."""

    tx: int = 0
    interaction_id: UUID = BEFORE_ALL
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Fed:
    """One event of the feed, words still sealed, and the cursor after it."""

    stored: StoredEvent
    cursor: Cursor


async def read_feed(connection: Connection, *, after: Cursor, most: int = 1_000) -> list[Fed]:
    """The next events after `after`, at most `most`; fewer, or none, while transactions are under way."""
    values = {"tx": str(after.tx), "interaction_id": after.interaction_id, "seq": after.seq, "most": most}
    return [_fed(row) for row in await connection.execute(_NEXT, values)]


def _fed(row: Any) -> Fed:
    *columns, tx = row
    stored = StoredEvent(*columns)
    return Fed(stored, Cursor(tx, stored.interaction_id, stored.seq))
