"""The rows at the end of one lawyer's stretch of service, whoever ends it: handling time, seat, protected minutes.

registered · handed on · handed back · tried in vain · closed by hand or by time ─▶ finish

Who had a contact in danger needs some minutes without offers (domain facts), and has earned them however it ended.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from agents.protection import protect
from agents.settings import ServingSettings
from interactions.clock import Clock
from interactions.database import Unit
from interactions.head import Head

# A talk that went on after a wrap-up has no `released_at`, whatever was noted at the first one. Minutes are the
# lawyer's: who sits there by now may be another. Earned with one interaction, they are not cut short by the next.
_FINISHED = text("""
with done as (
    update assignment set released_at = coalesce(released_at, :now), finished_at = :now,
        handling_s = extract(epoch from case when :registered then :now else coalesce(released_at, :now) end
                             - started_at)
    where segment_id = :segment_id and finished_at is null returning account_id
)
update seat set idle_since = :now, protected_until = case
    when seat.account_id = done.account_id then greatest(seat.protected_until, :until) else seat.protected_until end
from done where seat.seat_id = :seat_id
""")


class StretchEnd:
    """Finishes stretches of service."""

    def __init__(self, *, clock: Clock, settings: ServingSettings) -> None:
        self._clock = clock
        self._protected = timedelta(seconds=settings.protected_after_danger_s)

    async def finish(
        self, unit: Unit, head: Head, *, segment_id: UUID, seat_id: UUID, registered: bool = False
    ) -> None:
        """Finishes the stretch at the seat, unless it is finished; the interaction is locked, then the seat.

        `registered`: its 小结 was written, so that the wrap-up was work; what nobody wrote is no handling time.
        """
        now = self._clock.now()
        until = now + self._protected if head.in_danger else None
        values = {"segment_id": segment_id, "seat_id": seat_id, "now": now, "until": until, "registered": registered}
        await unit.connection.execute(_FINISHED, values)
        await protect(unit.connection, segment_id, now=now, until=until)
        unit.seats.add(seat_id)
        unit.wake_router = True
