"""When the last seat that serves leaves: those who wait are told at once, and offered a callback or a message.

    some seat serves ──── signed out · shift over · set away · gone for longer than the grace ────▶ nobody serves
                     ◀──── a seat is back ────────────────────────────────────────────────────────
    while nobody serves: whoever waits and was not told yet is told (hotline/callback_offers.py), on every channel

Stretches in which nobody served are rows: each process looks, the first one begins the stretch, and what a crash left
open the next look ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import text

from hotline.callback_offers import CallbackOffers
from hotline.metrics import Metrics
from interactions.clock import Clock
from interactions.database import Database
from interactions.present import seat_present

_log = structlog.get_logger(__name__)
# A page that reloads is no lawyer who left: a seat counts until its grace is over, as it does for the router.
_SERVES = text(f"""
select exists (
    select from seat s
    where s.status = 'available'
      and (s.last_seen_at > :seen_since or {seat_present("s.seat_id")})
      and exists (select from shift h where h.seat_id = s.seat_id and h.account_id = s.account_id
                  and h.starts_at <= :now and (h.ends_at is null or h.ends_at > :now)))
""")  # noqa: S608 - constants above
_BEGIN = text("insert into unstaffed (since) values (:now) on conflict do nothing")
_END = text("update unstaffed set until = greatest(since, :now) where until is null")


@dataclass(frozen=True, slots=True)
class LastSeat:
    """Looks whether anybody serves, and tells those who wait when nobody does."""

    database: Database
    callback_offers: CallbackOffers
    clock: Clock
    metrics: Metrics
    grace_s: float

    async def look(self) -> bool:
        """Whether some seat serves now; otherwise everybody who waits has been told by the time it returns."""
        now = self.clock.now()
        values = {"now": now, "seen_since": now - timedelta(seconds=self.grace_s)}
        async with self.database.read() as connection:
            serves = bool(await connection.scalar(_SERVES, values))
        changed = (await self.database.run(_END if serves else _BEGIN, {"now": now})).rowcount
        self.metrics.unstaffed.set(0 if serves else 1)
        if changed and not serves:
            _log.warning("seats.last_left")
        if not serves:
            await self.callback_offers.consider_all()
        return serves
