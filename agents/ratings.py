"""Ratings: asked once per stretch of service, given once, within the window, and never where care forbids to ask.

release ─▶ asked (row, expires 72 h later) ─┬─▶ given (row + rating.given)
                                            └─▶ expired: `NothingToRate`, like one never asked for
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, select, update

from agents.errors import NothingToRate, RatedAlready
from agents.settings import ServingSettings
from interactions.clock import Clock
from interactions.connections import Connection
from interactions.database import Database, Unit
from interactions.errors import Invalid
from interactions.events import RatingAsked, RatingGiven
from interactions.head import Head
from interactions.locks import lock_heads
from interactions.log import Log
from interactions.model import By, Urgency
from interactions.record import Bundle, Draft, RepeatKey, Written
from interactions.tables import interaction, rating

SCORES = range(1, 6)
MAX_COMMENT = 1_000


def may_ask_rating(head: Head) -> bool:
    """Whether a rating may be asked for: never after danger words, and never of a minor (domain facts, danger)."""
    return not head.dangers and not head.minor and head.urgency is not Urgency.DANGER


def asking_draft(segment_id: UUID) -> Draft:
    """The event that asks for a rating of `segment_id`."""
    return Draft(RatingAsked(segment_id=str(segment_id)), By.SYSTEM)


class Ratings:
    """Asks for ratings and takes them."""

    def __init__(self, database: Database, *, log: Log, clock: Clock, settings: ServingSettings) -> None:
        self._database = database
        self._log = log
        self._clock = clock
        self._settings = settings

    async def may_ask(self, unit: Unit, head: Head, *, segment_id: UUID) -> bool:
        """Whether to ask now: care allows it and this stretch was not asked about before."""
        if not may_ask_rating(head):
            return False
        asked = select(rating.c.segment_id).where(rating.c.segment_id == segment_id)
        return await unit.connection.scalar(asked) is None

    async def open(self, unit: Unit, *, interaction_id: UUID, segment_id: UUID) -> None:
        """Opens the window in which `segment_id` may be rated; goes with `asking_draft` in one unit.

        `segment_id` is the interaction's own id where only the bot served it.
        """
        now = self._clock.now()
        row = {
            "segment_id": segment_id,
            "interaction_id": interaction_id,
            "asked_at": now,
            "expires_at": now + timedelta(seconds=self._settings.rating_window_s),
        }
        await unit.connection.execute(insert(rating).values(row))

    async def give(
        self,
        *,
        resident_id: UUID,
        score: int,
        segment_id: UUID | None = None,
        interaction_id: UUID | None = None,
        solved: bool | None = None,
        comment: str | None = None,
        repeat_of: RepeatKey | None = None,
    ) -> Written:
        """The rating's place in the log. Without `segment_id` it is for what the resident was last asked about.

        Raises `NothingToRate` for what was not asked of this resident or is late, `RatedAlready` for a second one.
        """
        _require_shape(score, comment)
        given = RatingGiven(segment_id="", score=score, solved=solved, comment=comment or None)
        async with self._database.unit() as unit:
            found = await self._find(unit.connection, resident_id, segment_id, interaction_id)
            # The head's lock first, as everywhere; the row is read again under it.
            await lock_heads(unit, [found[1]])
            return await self._give(unit, found, given, repeat_of)

    async def _find(
        self, connection: Connection, resident_id: UUID, segment_id: UUID | None, interaction_id: UUID | None
    ) -> tuple[UUID, UUID]:
        statement = (
            select(rating.c.segment_id, rating.c.interaction_id)
            .join(interaction, interaction.c.interaction_id == rating.c.interaction_id)
            .where(interaction.c.resident_id == resident_id)
            .order_by(rating.c.asked_at.desc(), rating.c.segment_id.desc())
        )
        if segment_id is not None:
            statement = statement.where(rating.c.segment_id == segment_id)
        if interaction_id is not None:
            statement = statement.where(rating.c.interaction_id == interaction_id)
        row = (await connection.execute(statement.limit(1))).first()
        if row is None:
            raise NothingToRate("没有可评价的服务")
        return row.segment_id, row.interaction_id

    async def _give(
        self, unit: Unit, found: tuple[UUID, UUID], given: RatingGiven, repeat_of: RepeatKey | None
    ) -> Written:
        segment_id, interaction_id = found
        asked = (await unit.connection.execute(select(rating).where(rating.c.segment_id == segment_id))).one()
        now = self._clock.now()
        event = RatingGiven(str(segment_id), given.score, given.solved, given.comment)

        def decide(head: Head) -> list[Draft]:
            _require_open(asked.given_at, asked.expires_at, now=now)
            return [Draft(event, By.RESIDENT, head.resident_id)]

        written = await self._log.write_one(unit, Bundle(interaction_id, decide, repeat_of))
        if not written.repeated:
            values = {"given_at": now, "score": given.score, "solved": given.solved}
            await unit.connection.execute(update(rating).where(rating.c.segment_id == segment_id).values(values))
        return written


def _require_open(given_at: datetime | None, expires_at: datetime, *, now: datetime) -> None:
    if given_at is not None:
        raise RatedAlready("本次服务已评价")
    if now >= expires_at:
        raise NothingToRate("评价时间已过")


def _require_shape(score: int, comment: str | None) -> None:
    if score not in SCORES:
        raise Invalid("score：应为 1–5")
    if comment is not None and len(comment) > MAX_COMMENT:
        raise Invalid(f"comment：最多 {MAX_COMMENT} 个字符")
