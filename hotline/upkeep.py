"""What time alone makes due, besides routing: silent residents, lost questions, clock, partitions, gauges, old rows.

Each task is a query over rows, so that what a crash left undone is found (DESIGN §4); each may run on every
process at once, because what it does is guarded by the rows' locks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import text

from agents.overdue import Overdue
from agents.pace import Rate
from agents.ports import RateLimit
from hotline.absences import Absences
from hotline.bot_turns import BotTurns
from hotline.callback_offers import CallbackOffers
from hotline.channels.web.settings import WebChatSettings
from hotline.content_watch import ContentWatch
from hotline.coverage_watch import CoverageWatch
from hotline.last_seat import LastSeat
from hotline.leaving import Leaving
from hotline.metrics import Metrics
from interactions.clock import Clock, SystemClock
from interactions.database import Database
from interactions.heads_file import write_heads
from interactions.model import OPEN_STATES, WorkKind, WorkState
from interactions.outgrown import sweep
from interactions.partitions import ensure, stray_rows
from interactions.settings import KeepSettings
from interactions.stuck import Stuck
from interactions.work_rows import owed

_log = structlog.get_logger(__name__)
LOST_QUESTION = timedelta(seconds=15)
MOST_ENDED = 200
_SILENT = text("""
select i.interaction_id from interaction i
where i.state = 'with_bot' and i.last_turn_at < :idle_since order by i.last_turn_at limit :most
""")
_STATES = text("select state, count(*) from interaction where state = any(:open) group by state")


@dataclass(frozen=True, slots=True)
class Upkeep:
    """The tasks and what they stand on."""

    database: Database
    leaving: Leaving
    absences: Absences
    bot_turns: BotTurns
    content: ContentWatch
    clock: Clock
    metrics: Metrics
    settings: WebChatSettings
    heads_folder: Path
    timezone: ZoneInfo
    stuck: Stuck
    keep: KeepSettings
    coverage: CoverageWatch
    overdue: Overdue
    last_seat: LastSeat
    callback_offers: CallbackOffers
    offers_s: float
    rate_limit: RateLimit

    async def run(self) -> None:
        """Runs every task at its pace until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._every(1.0, self.measure_database))
            group.create_task(self._every(2.0, self.look_for_seats))
            group.create_task(self._every(5.0, self.ask_again))
            group.create_task(self._every(5.0, self.look_at_content))
            group.create_task(self._every(self.offers_s, self.offer_callbacks))
            group.create_task(self._every(15.0, self.end_silent))
            group.create_task(self._every(15.0, self.end_left_behind))
            group.create_task(self._every(15.0, self.measure))
            group.create_task(self._every(15.0, self.measure_boxes))
            group.create_task(self._every(60.0, self.set_clock))
            group.create_task(self._every(60.0, self.look_ahead))
            group.create_task(self._every(6 * 3600.0, self.make_partitions))
            group.create_task(self._every(600.0, self.write_heads))
            group.create_task(self._every(3600.0, self.sweep))

    async def measure_database(self) -> None:
        """Counts the time in statements."""
        self.metrics.count_spent()

    async def ask_again(self) -> None:
        """Asks the bot what nobody answered."""
        for _ in range(await self.bot_turns.sweep(older_than=LOST_QUESTION)):
            self.metrics.rescued("question")

    async def look_at_content(self) -> None:
        """Takes content that changed into use."""
        await self.content.look()

    async def end_silent(self) -> None:
        """Closes idle bot conversations, and takes those out of the line whose page has been gone for long."""
        now = self.clock.now()
        idle_since = now - timedelta(seconds=self.settings.bot_idle_s)
        absent_since = now - timedelta(seconds=self.settings.absent_s)
        async with self.database.read() as connection:
            idle = list(await connection.scalars(_SILENT, {"idle_since": idle_since, "most": MOST_ENDED}))
        await self._end(idle, silent_since=idle_since, how="idle")
        absent = await self.absences.over()
        await self._end(absent[:MOST_ENDED], silent_since=absent_since, how="absent")

    async def look_for_seats(self) -> None:
        """Where no seat serves, tells those who wait."""
        await self.last_seat.look()

    async def offer_callbacks(self) -> None:
        """Offers a callback to whoever will wait long; one look at the line is enough for all processes.

        Half the time between two looks: a clock a moment ahead must not cost one of them.
        """
        if not await self.rate_limit.take("callback_offers", rate=Rate(count=1, per_s=self.offers_s / 2)):
            await self.callback_offers.consider_all()

    async def end_left_behind(self) -> None:
        """Closes wrap-ups nobody ends, and signs out seats nobody got up from."""
        await self.overdue.close_wrap_ups()
        await self.overdue.sign_out_idle()

    async def measure(self) -> None:
        """Sets the gauges."""
        async with self.database.read() as connection:
            rows = (await connection.execute(_STATES, {"open": [state.value for state in OPEN_STATES]})).all()
            self.metrics.stray_events.set(await stray_rows(connection))
            promised = await owed(connection, now=self.clock.now())
        counts = {row[0]: row[1] for row in rows}
        for state in OPEN_STATES:
            self.metrics.interactions.labels(state=state.value).set(counts.get(state.value, 0))
        for kind in WorkKind:
            self.metrics.overdue.labels(kind=kind.value).set(promised.overdue.get(kind, 0))
            for item in (WorkState.SCHEDULED, WorkState.DUE):
                self.metrics.owed.labels(kind=kind.value, state=item.value).set(promised.items.get((kind, item), 0))

    async def measure_boxes(self) -> None:
        """Sets the gauges of the outbox and the inbound store; `dead` and `held` wait for a person."""
        messages, deliveries = await self.stuck.message_backlog(), await self.stuck.delivery_backlog()
        for state in ("pending", "sending", "held", "dead"):
            self.metrics.outbox.labels(state=state).set(messages.by_state.get(state, 0))
        for state in ("open", "dead"):
            self.metrics.inbound.labels(state=state).set(deliveries.by_state.get(state, 0))
        self.metrics.outbox_age.set(self._age_s(messages.oldest_at))
        self.metrics.inbound_age.set(self._age_s(deliveries.oldest_at))

    async def look_ahead(self) -> None:
        """Sets the gauges of the days ahead."""
        await self.coverage.look()

    async def sweep(self) -> None:
        """Deletes rows beside the log that serve nobody any more."""
        swept = await sweep(self.database, clock=self.clock, keep=self.keep)
        _log.info("upkeep.swept", repeats=swept.repeats, deliveries=swept.deliveries, messages=swept.messages)

    async def set_clock(self) -> None:
        """Samples the database's time."""
        if isinstance(self.clock, SystemClock):
            await self.database.sample_clock(self.clock)

    async def make_partitions(self) -> None:
        """Makes the log's partitions for the months ahead."""
        async with self.database.unit() as unit:
            await ensure(unit.connection, today=self.clock.now().date())

    async def write_heads(self) -> None:
        """Writes yesterday's chain heads once the city's day is over; after downtime, as soon as it is back."""
        yesterday = self.clock.now().astimezone(self.timezone).date() - timedelta(days=1)
        if not (self.heads_folder / f"{yesterday.isoformat()}.jsonl").exists():
            await write_heads(self.database, folder=self.heads_folder, day=yesterday)

    def _age_s(self, since: datetime | None) -> float:
        return 0.0 if since is None else (self.clock.now() - since).total_seconds()

    async def _end(self, interaction_ids: Sequence[UUID], *, silent_since: datetime, how: str) -> None:
        for interaction_id in interaction_ids:
            await self.leaving.end_silent(interaction_id, silent_since=silent_since, how=how)

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        never = asyncio.Event()
        while True:
            await self.clock.wait(never, until=self.clock.now() + timedelta(seconds=seconds))
            try:
                await work()
            except Exception as error:
                # The edge of each task's loop: the next round tries again.
                _log.warning("upkeep.failed", task=getattr(work, "__name__", "?"), error=type(error).__name__)
