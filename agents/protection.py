"""Protected minutes as rows: after a contact in danger, for the lawyer who had it, wherever they sit.

The seat's `protected_until` keeps offers away; it is the lawyer's, and goes when the lawyer goes (agents/roster.py).
These rows count the minutes as work (agents/sheet.py).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from interactions.connections import Connection

_PROTECT = text("""
insert into protection (segment_id, account_id, starts_at, ends_at)
select segment_id, account_id, :now, :until from assignment where segment_id = :segment_id
on conflict (segment_id) do nothing
""")


async def protect(connection: Connection, segment_id: UUID, *, now: datetime, until: datetime | None) -> None:
    """Notes the minutes earned with a stretch of service; nothing where `until` is None."""
    if until is not None:
        await connection.execute(_PROTECT, {"segment_id": segment_id, "now": now, "until": until})
