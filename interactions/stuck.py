"""What waits for a person: dead and held messages, dead deliveries. Seen, sent again, or dropped with its words.

    outbox:  dead, held ──▶ retry: pending again │ drop: withdrawn, words emptied
    inbound: dead       ──▶ retry: open again    │ drop: processed into nothing, words emptied

Nobody's words are shown: kind, age and the code of the last error are what a decision needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update

from interactions.clock import Clock
from interactions.database import Database
from interactions.errors import NotFound
from interactions.tables import inbound, interaction, outbox

MOST = 500
_STUCK_MESSAGE = outbox.c.state.in_(("dead", "held"))
_OPEN_DELIVERY = (inbound.c.processed_at.is_(None), inbound.c.dead_at.is_(None))


@dataclass(frozen=True, slots=True)
class Letter:
    """A message or delivery that waits for a person. `about`: the 受理编号 of a message, the account of a delivery."""

    letter_id: UUID
    about: str
    kind: str
    state: str
    attempts: int
    since: datetime
    error: str | None


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many there are by state, and since when the oldest that should be under way has waited."""

    by_state: dict[str, int]
    oldest_at: datetime | None


class Stuck:
    """The list of both boxes, and what a person decides."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def messages(self) -> Sequence[Letter]:
        """Messages that are dead or held, oldest first, at most `MOST`."""
        columns = (outbox.c.outbox_id, interaction.c.number, outbox.c.kind, outbox.c.state, outbox.c.attempts)
        statement = (
            select(*columns, outbox.c.created_at, outbox.c.last_error)
            .join(interaction, interaction.c.interaction_id == outbox.c.interaction_id)
            .where(_STUCK_MESSAGE)
            .order_by(outbox.c.created_at, interaction.c.number, outbox.c.position)
            .limit(MOST)
        )
        async with self._database.read() as connection:
            return [Letter(*row) for row in await connection.execute(statement)]

    async def deliveries(self) -> Sequence[Letter]:
        """Deliveries nobody could process, oldest first, at most `MOST`."""
        columns = (inbound.c.inbound_id, inbound.c.account, inbound.c.channel, inbound.c.attempts)
        dead = select(*columns, inbound.c.received_at, inbound.c.last_error).where(inbound.c.dead_at.is_not(None))
        async with self._database.read() as connection:
            rows = await connection.execute(dead.order_by(inbound.c.arrival).limit(MOST))
            return [Letter(row[0], row[1], row[2], "dead", row[3], row[4], row[5]) for row in rows]

    async def retry_message(self, outbox_id: UUID) -> None:
        """One more try, and as many after it as it had left; raises `NotFound` where it is not stuck."""
        # The count of tries goes on: it tells leases apart, and somebody may still hold an old one.
        again = {"state": "pending", "next_at": self._clock.now(), "leased_until": None}
        await self._decide_message(outbox_id, {**again, "ended_at": None})

    async def drop_message(self, outbox_id: UUID) -> None:
        """Lets it be, words and all; raises `NotFound` where it is not stuck."""
        dropped = {"state": "withdrawn", "sealed": None, "ended_at": self._clock.now(), "last_error": "dropped"}
        await self._decide_message(outbox_id, dropped)

    async def retry_delivery(self, inbound_id: UUID) -> None:
        """One more try; raises `NotFound` where it is not dead."""
        await self._decide_delivery(inbound_id, {"dead_at": None, "next_at": self._clock.now()})

    async def drop_delivery(self, inbound_id: UUID) -> None:
        """Lets it be, words and all; its key stays, so that a repeat is still one. Raises `NotFound`."""
        empty = {"sealed": None, "wrapped": None, "master_id": None, "sender": None, "last_error": "dropped"}
        await self._decide_delivery(inbound_id, {**empty, "dead_at": None, "processed_at": self._clock.now()})

    async def message_backlog(self) -> Backlog:
        """The outbox in numbers; what was sent is not counted."""
        waiting = outbox.c.state.in_(("pending", "sending", "held", "dead"))
        counts = select(outbox.c.state, func.count()).where(waiting).group_by(outbox.c.state)
        oldest = select(func.min(outbox.c.created_at)).where(outbox.c.state.in_(("pending", "sending")))
        async with self._database.read() as connection:
            rows = (await connection.execute(counts)).all()
            return Backlog({row[0]: row[1] for row in rows}, await connection.scalar(oldest))

    async def delivery_backlog(self) -> Backlog:
        """The inbound store in numbers; what was processed is not counted."""
        is_open = select(func.count(), func.min(inbound.c.received_at)).where(*_OPEN_DELIVERY)
        dead = select(func.count()).where(inbound.c.dead_at.is_not(None))
        async with self._database.read() as connection:
            count, oldest_at = (await connection.execute(is_open)).one()
            return Backlog({"open": count, "dead": await connection.scalar(dead) or 0}, oldest_at)

    async def _decide_message(self, outbox_id: UUID, values: Mapping[str, object]) -> None:
        async with self._database.unit() as unit:
            stuck: ColumnElement[bool] = outbox.c.outbox_id == outbox_id
            done = await unit.connection.execute(update(outbox).where(stuck, _STUCK_MESSAGE).values(values))
            unit.wake_outbox = True
        if done.rowcount == 0:
            raise NotFound(f"没有待处理的消息 {outbox_id}")

    async def _decide_delivery(self, inbound_id: UUID, values: Mapping[str, object]) -> None:
        dead = update(inbound).where(inbound.c.inbound_id == inbound_id, inbound.c.dead_at.is_not(None))
        async with self._database.unit() as unit:
            done = await unit.connection.execute(dead.values(values))
        if done.rowcount == 0:
            raise NotFound(f"没有待处理的来件 {inbound_id}")
