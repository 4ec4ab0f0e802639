"""Who sits where now, who is on shift there, and who comes next: read from rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from interactions.connections import Connection

# The next shift of a seat is one probe of an index each, however long the roster is. A supervisor's desk serves no
# channel and is nobody's shift.
_SEATS = text("""
select s.seat_id, s.code, s.name, s.status, s.status_reason, a.display_name as sits, a.firm as sits_firm,
       r.display_name as on_shift, r.firm as on_shift_firm, r.ends_at as on_shift_until,
       n.display_name as next_lawyer, n.firm as next_firm, n.starts_at as next_at
from seat s left join account a on a.account_id = s.account_id
left join lateral (
    select b.display_name, b.firm, h.ends_at
    from shift h join account b on b.account_id = h.account_id
    where h.seat_id = s.seat_id and h.starts_at <= :now and (h.ends_at is null or h.ends_at > :now)) r on true
left join lateral (
    select b.display_name, b.firm, h.starts_at
    from shift h join account b on b.account_id = h.account_id
    where h.seat_id = s.seat_id and h.starts_at > :now order by h.starts_at limit 1) n on true
where cardinality(s.channels) > 0 order by s.code
""")


@dataclass(frozen=True, slots=True)
class SeatNow:
    """One seat; who sits there need not be who is on shift: a talk may outlast its shift."""

    seat_id: UUID
    code: str
    name: str
    status: str
    reason: str | None
    sits: str | None
    sits_firm: str | None
    on_shift: str | None
    on_shift_firm: str | None
    on_shift_until: datetime | None
    next_lawyer: str | None
    next_firm: str | None
    next_at: datetime | None

    @property
    def in_use(self) -> bool:
        """Whether somebody sits there, or has a shift there now or later."""
        return any((self.sits, self.on_shift, self.next_lawyer))


async def seats_now(connection: Connection, *, now: datetime) -> list[SeatNow]:
    """Every seat by its code."""
    return [SeatNow(*row) for row in await connection.execute(_SEATS, {"now": now})]
