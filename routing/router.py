"""The router's loop: woken by every change that may free somebody, else at the next instant that time alone matters.

    wake ─┐     wake: committed here, look now · hear: committed elsewhere, where it is looked at now; here within 0.5 s
    hear ─┤
          ├─▶ glance ─▶ lapse offers ─▶ due work ─▶ vanished seats ─▶ matching rounds, glance ─▶ sleep until due ─┐
    due  ─┘◀───────────────────────────────────────────────────────────────────────────────────────────────────────┘
            lapse offers: and give up transfers that find nobody
            glance: one statement says what there is to do; with nobody waiting and nothing over, that is all
            due: an offer's lease · a callback, a message · a pause, a grace, a ramp-up step, protected minutes ·
                 a shift's start · the end of a lost presence's grace
            at most 0.5 s while somebody waits, at most one sweep otherwise

What the short sleep alone finds, with no wake and nothing due, is a lost hint: it is counted as a rescue. A wake that
comes within a moment was on its way, and clears it: rows may be read before their writer has told of them.

Whoever commits a change looks at once, so that N processes do not all look at every change of each: the others' look
is for one that died, or went away, between its commit and its look.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from interactions.clock import Clock
from interactions.database import Database
from routing.due_work import DueWork
from routing.glance import Glance, glance
from routing.moving import Moving
from routing.offers import Offers
from routing.ports import Rescued
from routing.round import Rounds
from routing.settings import RoutingSettings
from routing.vanished import Vanished

_log = structlog.get_logger(__name__)
FAILED_PAUSE_S = 0.5


class Router:
    """Matches, lapses and gives back, for ever."""

    def __init__(
        self,
        database: Database,
        *,
        rounds: Rounds,
        offers: Offers,
        due_work: DueWork,
        vanished: Vanished,
        moving: Moving,
        clock: Clock,
        settings: RoutingSettings,
        rescued: Rescued,
    ) -> None:
        self._database = database
        self._rounds = rounds
        self._offers = offers
        self._due_work = due_work
        self._vanished = vanished
        self._moving = moving
        self._clock = clock
        self._settings = settings
        self._rescued = rescued
        self._woken = asyncio.Event()
        self._ours = False
        self._look_by: datetime | None = None
        self._unhinted_at: datetime | None = None
        self._due_at: datetime | None = None
        self._look_for_vanished_at: datetime | None = None
        self._vanish_due_at: datetime | None = None

    def wake(self) -> None:
        """This process committed something by which somebody may be free or waiting."""
        self._ours = True
        self._told()

    def hear(self) -> None:
        """Another process did, and looks; so do we, within the short sleep."""
        if self._look_by is None:
            self._look_by = self._clock.now() + timedelta(seconds=self._settings.max_sleep_s)
        self._told()

    async def run(self) -> None:
        """Routes until cancelled; a failure is logged and the loop goes on."""
        while True:
            until = await self._turn_or_log()
            await self._sleep(until)

    async def turn(self) -> datetime:
        """One turn of the loop; returns when the next one is due without being woken."""
        self._count_rescue()
        expected = self._told_of_something or self._due_at is None or self._clock.now() >= self._due_at
        # Cleared before looking: a wake that comes while we look leads to another turn.
        self._ours, self._look_by = False, None
        seen = await self._glance()
        lapsed = await self._offers.lapse_due() if seen.overdue else 0
        lapsed += await self._offers.end_conflicted() if seen.conflicted else 0
        if seen.moving:
            await self._moving.give_up()
        brought = await self._due_work.bring() if seen.owing else 0
        given_back = await self._give_back()
        if not (seen.seeking or lapsed or brought or given_back):
            return self._next(seen, policy_due_at=None)
        result = await self._rounds.run()
        if result.offered and not (expected or lapsed or brought or given_back or self._told_of_something):
            self._unhinted_at = self._clock.now()
        if result.seen is not None:
            return self._next(result.seen, policy_due_at=result.due_at)
        # What another process knows to be due is news here only when we look: the next look is no lost hint.
        soon = self._clock.now() + timedelta(seconds=self._settings.max_sleep_s)
        return self._next(await self._glance(), policy_due_at=soon)

    async def _sleep(self, until: datetime) -> None:
        """Until then, until a wake, or until what was heard of is to be looked at."""
        while not self._ours:
            at = min(until, self._look_by or until)
            if self._clock.now() >= at:
                return
            self._woken.clear()
            await self._clock.wait(self._woken, until=at)

    def _told(self) -> None:
        self._unhinted_at = None
        self._woken.set()

    @property
    def _told_of_something(self) -> bool:
        return self._ours or self._look_by is not None

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

    async def _glance(self) -> Glance:
        return await glance(self._database, now=self._clock.now())

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

    def _next(self, seen: Glance, *, policy_due_at: datetime | None) -> datetime:
        now = self._clock.now()
        self._due_at = min(
            (at for at in (seen.due_at, policy_due_at, self._vanish_due_at) if at is not None), default=None
        )
        longest_s = self._settings.max_sleep_s if seen.seeking else self._settings.sweep_s
        return min(self._due_at or datetime.max.replace(tzinfo=now.tzinfo), now + timedelta(seconds=longest_s))
