"""Deliveries from providers: stored before they are acknowledged, each once, processed by lease, words sealed.

    store ─▶ open ─▶ leased ─┬─▶ processed   its words are in the log now, the copy here is emptied
      │ same key: repeated   ├─▶ open        failed; again after a pause
      ▼                      └─▶ dead        too many tries: visible
    acknowledge

The key is built by the channel (`dedupe_key`), because providers' message ids are not unique by themselves. A silent
database raises `Unavailable`: the channel answers 503 and the provider comes again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from interactions.clock import Clock
from interactions.database import Database
from interactions.identity import new_id
from interactions.sealing import KeyRing, WrappedKey
from interactions.tables import inbound

_log = structlog.get_logger(__name__)
LEASE = timedelta(seconds=30)
PAUSE_S = 2.0
MOST_ATTEMPTS = 8
_CLAIM = text("""
with due as (
    select inbound_id from inbound
    where processed_at is null and dead_at is null and next_at <= :now
      and (leased_until is null or leased_until <= :now)
    order by next_at, inbound_id limit :most for update skip locked
)
update inbound i set leased_until = :until, attempts = i.attempts + 1 from due
where i.inbound_id = due.inbound_id
returning i.inbound_id, i.channel, i.account, i.sealed, i.attempts, i.master_id, i.wrapped, i.received_at
""")


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a provider sent, as the channel read it; `payload` holds words."""

    channel: str
    account: str
    dedupe_key: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a delivery lies; `repeated` where it came before."""

    inbound_id: UUID
    repeated: bool


@dataclass(frozen=True, slots=True)
class Received:
    """A delivery to be processed; `inbound_id` makes what it causes repeat-safe."""

    inbound_id: UUID
    channel: str
    account: str
    payload: bytes
    attempts: int


# Returns the interaction it went into, if it went into one.
Handler = Callable[[Received], Awaitable[UUID | None]]


class Inbound:
    """Stores deliveries and hands them on."""

    def __init__(self, database: Database, *, keys: KeyRing, clock: Clock) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock

    async def store(self, delivery: Delivery) -> Stored:
        """The delivery's place, once durable; the same one for a repeat. Raises `Unavailable`."""
        now = self._clock.now()
        inbound_id = new_id(now)
        cipher, key = self._keys.fresh(owner=inbound_id)
        row = {
            "inbound_id": inbound_id,
            "channel": delivery.channel,
            "account": delivery.account,
            "dedupe_key": delivery.dedupe_key,
            "received_at": now,
            "next_at": now,
            "master_id": key.master_id,
            "wrapped": key.wrapped,
            "sealed": cipher.seal(delivery.payload, bound_to=inbound_id.bytes),
        }
        statement = insert(inbound).values(row).on_conflict_do_nothing().returning(inbound.c.inbound_id)
        async with self._database.unit() as unit:
            fresh = await unit.connection.scalar(statement)
            found = fresh or await unit.connection.scalar(_place_of(delivery))
        return Stored(found, repeated=fresh is None)

    async def process(self, handler: Handler, *, most: int = 50) -> int:
        """Hands due deliveries to `handler`, the oldest first; returns how many were tried.

        A handler that raises leaves the delivery for a later try, and after `MOST_ATTEMPTS` as a dead letter.
        """
        now = self._clock.now()
        async with self._database.unit() as unit:
            claim = {"now": now, "until": now + LEASE, "most": most}
            rows = (await unit.connection.execute(_CLAIM, claim)).all()
        for row in sorted(rows, key=lambda one: (one.received_at, one.inbound_id)):
            await self._hand_on(row, handler)
        return len(rows)

    async def oldest_open(self) -> datetime | None:
        """When the oldest unprocessed delivery came: the age to alarm on."""
        statement = select(func.min(inbound.c.received_at)).where(
            inbound.c.processed_at.is_(None), inbound.c.dead_at.is_(None)
        )
        async with self._database.read() as connection:
            found: datetime | None = await connection.scalar(statement)
        return found

    async def dead_letters(self) -> list[UUID]:
        """Deliveries that nobody could process, oldest first."""
        statement = select(inbound.c.inbound_id).where(inbound.c.dead_at.is_not(None))
        async with self._database.read() as connection:
            return list(await connection.scalars(statement.order_by(inbound.c.received_at)))

    async def _hand_on(self, row: Any, handler: Handler) -> None:
        try:
            cipher = self._keys.unwrap(WrappedKey(row.master_id, row.wrapped), owner=row.inbound_id)
            payload = cipher.open(row.sealed, bound_to=row.inbound_id.bytes)
            received = Received(row.inbound_id, row.channel, row.account, payload, row.attempts)
            interaction_id = await handler(received)
        except Exception as error:
            # The worker's edge: one delivery that cannot be processed must not stop the others.
            _log.warning("inbound.failed", inbound_id=str(row.inbound_id), error=type(error).__name__)
            await self._settle(row.inbound_id, self._failed(row.attempts, error))
        else:
            await self._settle(row.inbound_id, self._processed(interaction_id))

    def _processed(self, interaction_id: UUID | None) -> dict[str, object]:
        empty = {"sealed": None, "wrapped": None, "master_id": None}
        return {**empty, "processed_at": self._clock.now(), "interaction_id": interaction_id}

    def _failed(self, attempts: int, error: Exception) -> dict[str, object]:
        now = self._clock.now()
        told: dict[str, object] = {"last_error": type(error).__name__, "leased_until": None}
        if attempts >= MOST_ATTEMPTS:
            return {**told, "dead_at": now}
        return {**told, "next_at": now + timedelta(seconds=PAUSE_S * 2 ** (attempts - 1))}

    async def _settle(self, inbound_id: UUID, values: dict[str, object]) -> None:
        async with self._database.unit() as unit:
            await unit.connection.execute(update(inbound).where(inbound.c.inbound_id == inbound_id).values(values))


def _place_of(delivery: Delivery) -> Any:
    return select(inbound.c.inbound_id).where(
        inbound.c.channel == delivery.channel,
        inbound.c.account == delivery.account,
        inbound.c.dedupe_key == delivery.dedupe_key,
    )
