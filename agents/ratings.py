"""Ratings: asked once per stretch of service, given once, within the window, and never where care forbids to ask.

release ─▶ asked (row, expires 72 h later) ─┬─▶ given (row + rating.given)
                                            └─▶ expired: `NothingToRate`, like one never asked for
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

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
from interactions.model import By
from interactions.record import Bundle, Draft, RepeatKey, Written

SCORES = range(1, 6)
MAX_COMMENT = 1_000
_ASKED = text("select from rating where segment_id = :segment_id")
_ASK = text("""
insert into rating (segment_id, interaction_id, asked_at, expires_at)
values (:segment_id, :interaction_id, :now, :expires_at)
""")
_FIND = text("""
select r.segment_id, r.interaction_id from rating r join interaction i on i.interaction_id = r.interaction_id
where i.resident_id = :resident_id
  and (cast(:segment_id as uuid) is null or r.segment_id = :segment_id)
  and (cast(:interaction_id as uuid) is null or r.interaction_id = :interaction_id)
order by r.asked_at desc, r.segment_id desc limit 1
""")
_WINDOW = text("select given_at, expires_at from rating where segment_id = :segment_id")
_GIVE = text("update rating set given_at = :now, score = :score, solved = :solved where segment_id = :segment_id")


def may_ask_rating(head: Head) -> bool:
    """Whether a rating may be asked for: never after danger words, and never of a minor (domain facts, danger)."""
    return not head.in_danger and not head.minor


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
        return (await unit.connection.execute(_ASKED, {"segment_id": segment_id})).first() is None

    def expiry(self, asked_at: datetime) -> datetime:
        """Until when what was asked then may be rated."""
        return asked_at + timedelta(seconds=self._settings.rating_window_s)

    async def open(self, unit: Unit, *, interaction_id: UUID, segment_id: UUID) -> None:
        """Opens the window in which `segment_id` may be rated; goes with `asking_draft` in one unit.

        `segment_id` is the interaction's own id where only the bot served it.
        """
        now = self._clock.now()
        row = {"segment_id": segment_id, "interaction_id": interaction_id, "now": now, "expires_at": self.expiry(now)}
        await unit.connection.execute(_ASK, row)

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
        values = {"resident_id": resident_id, "segment_id": segment_id, "interaction_id": interaction_id}
        row = (await connection.execute(_FIND, values)).first()
        if row is None:
            raise NothingToRate("没有可评价的服务")
        return row.segment_id, row.interaction_id

    async def _give(
        self, unit: Unit, found: tuple[UUID, UUID], given: RatingGiven, repeat_of: RepeatKey | None
    ) -> Written:
        segment_id, interaction_id = found
        asked = (await unit.connection.execute(_WINDOW, {"segment_id": segment_id})).one()
        now = self._clock.now()
        event = RatingGiven(str(segment_id), given.score, given.solved, given.comment)

        def decide(head: Head) -> list[Draft]:
            _require_open(asked.given_at, asked.expires_at, now=now)
            return [Draft(event, By.RESIDENT, head.resident_id)]

        written = await self._log.write_one(unit, Bundle(interaction_id, decide, repeat_of))
        if not written.repeated:
            values = {"segment_id": segment_id, "now": now, "score": given.score, "solved": given.solved}
            await unit.connection.execute(_GIVE, values)
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
