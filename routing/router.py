"""The router's loop: woken by every change that may free somebody, else at the next instant that time alone matters.

    wake ─┐
          ├─▶ lapse offers ─▶ vanished seats ─▶ matching rounds ─▶ sleep until due ─┐
    due  ─┘◀────────────────────────────────────────────────────────────────────────┘
            due: an offer's lease · a pause, a grace, a ramp-up step, protected minutes · a shift's start
            at most 0.5 s while somebody waits, at most one sweep otherwise

What the short sleep alone finds, with no wake and nothing due, is a lost hint: it is counted as a rescue.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog
from sqlalchemy import text

from interactions.clock import Clock
from interactions.database import Database
from routing.offers import Offers
from routing.ports import Rescued
from routing.round import Rounds
from routing.settings import RoutingSettings
from routing.vanished import Vanished

_log = structlog.get_logger(__name__)
_DUE = text("""
select exists (select from interaction where state = 'waiting') as waiting,
       least((select min(expires_at) from offer where state = 'live'),
             (select min(starts_at) from shift where starts_at > :now),
             (select min(x.until) from exclusion x join interaction i using (interaction_id)
              where i.state = 'waiting' and x.until > :now)) as due_at
""")
FAILED_PAUSE_S = 0.5


class Router:
    """Matches, lapses and gives back, for ever."""

    def __init__(
        self,
        database: Database,
        *,
        rounds: Rounds,
        offers: Offers,
        vanished: Vanished,
        clock: Clock,
        settings: RoutingSettings,
        rescued: Rescued,
    ) -> None:
        self._database = database
        self._rounds = rounds
        self._offers = offers
        self._vanished = vanished
        self._clock = clock
        self._settings = settings
        self._rescued = rescued
        self._woken = asyncio.Event()
        self._due_at: datetime | None = None

    def wake(self) -> None:
        """Somebody may be free or waiting."""
        self._woken.set()

    async def run(self) -> None:
        """Routes until cancelled; a failure is logged and the loop goes on."""
        while True:
            until = await self._turn_or_log()
            await self._clock.wait(self._woken, until=until)

    async def turn(self) -> datetime:
        """One turn of the loop; returns when the next one is due without being woken."""
        expected = self._woken.is_set() or self._due_at is None or self._clock.now() >= self._due_at
        # Cleared before looking: a wake that comes while we look leads to another turn.
        self._woken.clear()
        lapsed = await self._offers.lapse_due()
        given_back = await self._vanished.give_back()
        result = await self._rounds.run()
        if result.offered and not expected and not lapsed and not given_back:
            self._rescued("offer")
        return await self._next(result.due_at)

    async def _turn_or_log(self) -> datetime:
        try:
            return await self.turn()
        except Exception as error:
            _log.warning("router.turn_failed", error=type(error).__name__)
            self._due_at = None
            return self._clock.now() + timedelta(seconds=FAILED_PAUSE_S)

    async def _next(self, policy_due_at: datetime | None) -> datetime:
        now = self._clock.now()
        async with self._database.read() as connection:
            row = (await connection.execute(_DUE, {"now": now})).one()
        self._due_at = min((at for at in (row.due_at, policy_due_at) if at is not None), default=None)
        longest_s = self._settings.max_sleep_s if row.waiting else self._settings.sweep_s
        return min(self._due_at or datetime.max.replace(tzinfo=now.tzinfo), now + timedelta(seconds=longest_s))
