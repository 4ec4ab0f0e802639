"""The rows at the end of one lawyer's stretch of service, whoever ends it: handling time, seat, protected minutes."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from agents.protection import protect
from agents.settings import ServingSettings
from interactions.database import Unit
from interactions.head import Head

# `protected_until` only ever moves on: minutes earned with one interaction are not lost by another.
_FINISHED = text("""
with done as (
    update assignment set released_at = coalesce(released_at, :now), finished_at = :now,
                          handling_s = extract(epoch from cast(:now as timestamptz) - started_at)
    where segment_id = :segment_id and finished_at is null
)
update seat set idle_since = :now, protected_until = coalesce(:protected_until, protected_until)
where seat_id = :seat_id
""")


async def finish_stretch(unit: Unit, segment_id: UUID, *, seat_id: UUID, now: datetime, until: datetime | None) -> None:
    """Finishes the stretch; its lawyer is protected until `until`. The seat is locked."""
    values = {"segment_id": segment_id, "seat_id": seat_id, "now": now, "protected_until": until}
    await unit.connection.execute(_FINISHED, values)
    await protect(unit.connection, segment_id, now=now, until=until)


def protected_until(head: Head, *, now: datetime, settings: ServingSettings) -> datetime | None:
    """Minutes without offers after a contact in danger: the lawyer needs them, too (domain facts)."""
    return now + timedelta(seconds=settings.protected_after_danger_s) if head.in_danger else None
