"""The router's loop: woken by every change that may free somebody, else at the next instant that time alone matters.

    wake ─┐
          ├─▶ glance ─▶ lapse offers ─▶ vanished seats ─▶ matching rounds ─▶ glance ─▶ sleep until due ─┐
    due  ─┘◀────────────────────────────────────────────────────────────────────────────────────────────┘
            glance: one statement says what there is to do; with nobody waiting and nothing over, that is all
            due: an offer's lease · a pause, a grace, a ramp-up step, protected minutes · a shift's start ·
                 the end of a lost presence's grace
            at most 0.5 s while somebody waits, at most one sweep otherwise

What the short sleep alone finds, with no wake and nothing due, is a lost hint: it is counted as a rescue. A wake that
comes within a moment was on its way, and clears it: rows may be read before their writer has told of them.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import text

from interactions.clock import Clock
from interactions.database import Database
from routing.offers import Offers
from routing.ports import Rescued
from routing.round import RoundResult, Rounds
from routing.settings import RoutingSettings
from routing.vanished import Vanished

_log = structlog.get_logger(__name__)
_GLANCE = text("""
select exists (select from interaction where state = 'waiting') as waiting,
       exists (select from offer where state = 'live' and expires_at <= :now) as overdue,
       least((select min(expires_at) from offer where state = 'live'),
             (select min(starts_at) from shift where starts_at > :now),
             (select x.until from exclusion x join interaction i using (interaction_id)
              where i.state = 'waiting' and x.until > :now order by x.until limit 1)) as due_at
""")
FAILED_PAUSE_S = 0.5
NOTHING = RoundResult(0, None)


@dataclass(frozen=True, slots=True)
class _Glance:
    """Whether somebody waits, whether an offer's lease is over, and when time alone matters next."""

    waiting: bool
    overdue: bool
    due_at: datetime | None


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
        self._unhinted_at: datetime | None = None
        self._due_at: datetime | None = None
        self._look_for_vanished_at: datetime | None = None
        self._vanish_due_at: datetime | None = None

    def wake(self) -> None:
        """Somebody may be free or waiting."""
        self._woken.set()
        self._unhinted_at = None

    async def run(self) -> None:
        """Routes until cancelled; a failure is logged and the loop goes on."""
        while True:
            until = await self._turn_or_log()
            await self._clock.wait(self._woken, until=until)

    async def turn(self) -> datetime:
        """One turn of the loop; returns when the next one is due without being woken."""
        self._count_rescue()
        expected = self._woken.is_set() or self._due_at is None or self._clock.now() >= self._due_at
        # Cleared before looking: a wake that comes while we look leads to another turn.
        self._woken.clear()
        seen = await self._glance()
        lapsed = await self._offers.lapse_due() if seen.overdue else 0
        given_back = await self._give_back()
        result = NOTHING
        if seen.waiting or lapsed or given_back:
            result = await self._rounds.run()
            seen = await self._glance()
        if result.offered and not (expected or lapsed or given_back or self._woken.is_set()):
            self._unhinted_at = self._clock.now()
        return self._next(seen, result)

    def _count_rescue(self) -> None:
        """Counts what was found a while ago and no wake has told of since."""
        if self._unhinted_at is None:
            return
        if self._clock.now() >= self._unhinted_at + timedelta(seconds=self._settings.overdue_s):
            self._unhinted_at = None
            self._rescued("offer")

    async def _turn_or_log(self) -> datetime:
        try:
            return await self.turn()
        except Exception as error:
            _log.warning("router.turn_failed", error=type(error).__name__)
            self._due_at = None
            return self._clock.now() + timedelta(seconds=FAILED_PAUSE_S)

    async def _glance(self) -> _Glance:
        async with self._database.read() as connection:
            return _Glance(*(await connection.execute(_GLANCE, {"now": self._clock.now()})).one())

    async def _give_back(self) -> int:
        """Looks for vanished seats: when one may be, else not at every wake, because no wake tells of them."""
        now = self._clock.now()
        if self._look_for_vanished_at is not None and now < self._look_for_vanished_at:
            return 0
        found = await self._vanished.give_back()
        self._vanish_due_at = found.due_at
        latest = now + timedelta(seconds=self._settings.max_sleep_s)
        self._look_for_vanished_at = min(latest, found.due_at or latest)
        return found.seats

    def _next(self, seen: _Glance, result: RoundResult) -> datetime:
        now = self._clock.now()
        # What another process knows to be due is news here only when we look: the next look is no lost hint.
        policy_due_at = now + timedelta(seconds=self._settings.max_sleep_s) if result.elsewhere else result.due_at
        self._due_at = min(
            (at for at in (seen.due_at, policy_due_at, self._vanish_due_at) if at is not None), default=None
        )
        longest_s = self._settings.max_sleep_s if seen.waiting else self._settings.sweep_s
        return min(self._due_at or datetime.max.replace(tzinfo=now.tzinfo), now + timedelta(seconds=longest_s))
