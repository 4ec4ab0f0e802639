"""Shifts leave the roster: what has not begun is cancelled and remembered, what runs ends now."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from interactions.database import Unit

_CANCEL = text("""
with gone as (
    delete from shift where shift_id = any(:ids) and starts_at > :now
    returning shift_id, seat_id, account_id, starts_at, ends_at
)
insert into cancelled_shift (shift_id, seat_id, account_id, starts_at, ends_at, cancelled_at, cancelled_by, reason)
select gone.*, :now, cast(:by as uuid), cast(:reason as text) from gone
""")
_AHEAD = text("select shift_id from shift where account_id = any(:accounts) and starts_at > :now")
_END = text("""
update shift set ends_at = :now
where account_id = any(:accounts) and starts_at < :now and (ends_at is null or ends_at > :now)
""")


async def cancel_shifts(
    unit: Unit, shift_ids: Collection[UUID], *, by: UUID | None, reason: str | None, now: datetime
) -> int:
    """Cancels those that have not begun; returns how many. `by` is None where no person of the house decided."""
    values = {"ids": list(shift_ids), "now": now, "by": by, "reason": reason}
    return (await unit.connection.execute(_CANCEL, values)).rowcount


async def clear_shifts(unit: Unit, account_ids: Collection[UUID], *, reason: str, now: datetime) -> int:
    """Nothing is left for these accounts: shifts ahead are cancelled, a running one ends. Returns how many were ahead.

    Who still talks stays at the seat until the talk is over: signing in and out know of the seat, not of the shift.
    """
    accounts = list(account_ids)
    ahead = list(await unit.connection.scalars(_AHEAD, {"accounts": accounts, "now": now}))
    await unit.connection.execute(_END, {"accounts": accounts, "now": now})
    unit.wake_router = True
    return await cancel_shifts(unit, ahead, by=None, reason=reason, now=now)
