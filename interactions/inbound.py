"""Deliveries from providers: stored before they are acknowledged, each once, processed in order by lease, words sealed.

    store ─▶ open ─▶ leased ─┬─▶ processed   its words are in the log now, the copy here is emptied
      │ same key: repeated   ├─▶ open        failed; again after a pause, its sender's later ones wait behind it
      ▼                      └─▶ dead        too many tries: visible, a person retries or drops it
    acknowledge

The key is built by the channel (`dedupe_key`), because providers' message ids are not unique by themselves. A silent
database raises `Unavailable`: the channel answers 503 and the provider comes again. Of one sender only the oldest
open delivery is leased, so that what a person sends in a row stays in a row. inbound_worker.py does the processing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert

from interactions.clock import Clock
from interactions.database import Database
from interactions.identity import new_id
from interactions.sealing import KeyRing, WrappedKey
from interactions.tables import inbound

_CLAIM = text("""
with due as (
    select i.inbound_id from inbound i
    where i.processed_at is null and i.dead_at is null and i.next_at <= :now and i.channel = any(:channels)
      and (i.leased_until is null or i.leased_until <= :now)
      and not exists (select from inbound e where e.channel = i.channel and e.account = i.account
                      and e.sender = i.sender and e.arrival < i.arrival
                      and e.processed_at is null and e.dead_at is null)
    order by i.next_at, i.arrival limit :most for update of i skip locked
)
update inbound i set leased_until = :until, attempts = i.attempts + 1 from due
where i.inbound_id = due.inbound_id
returning i.inbound_id, i.channel, i.account, i.sealed, i.attempts, i.master_id, i.wrapped
""")
_NEXT_DUE = text("""
select min(greatest(next_at, coalesce(leased_until, next_at))) from inbound
where processed_at is null and dead_at is null and channel = any(:channels)
""")


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a provider sent, as the channel read it; `payload` holds words.

    `sender` is who sent it in the provider's terms (an OpenID, a number); it is kept as a blind index only. None: in
    no order with any other.
    """

    channel: str
    account: str
    dedupe_key: str
    payload: bytes
    sender: str | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a delivery lies; `repeated` where it came before."""

    inbound_id: UUID
    repeated: bool


@dataclass(frozen=True, slots=True)
class Leased:
    """A delivery this process may work on until its lease ends, words still sealed.

    `attempts` counts leases, this one too: whoever holds an older one can no longer settle.
    """

    inbound_id: UUID
    channel: str
    account: str
    sealed: bytes
    attempts: int
    key: WrappedKey


@dataclass(frozen=True, slots=True)
class Received:
    """A delivery to be processed; `inbound_id` makes what it causes repeat-safe."""

    inbound_id: UUID
    channel: str
    account: str
    payload: bytes
    attempts: int


class Inbound:
    """Stores, leases and settles deliveries."""

    def __init__(self, database: Database, *, keys: KeyRing, clock: Clock) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self._on_stored: list[Callable[[], None]] = []

    def listen(self, stored: Callable[[], None]) -> None:
        """Calls `stored` when this process stored something new."""
        self._on_stored.append(stored)

    async def store(self, delivery: Delivery) -> Stored:
        """The delivery's place, once durable; the same one for a repeat. Raises `Unavailable`."""
        statement = insert(inbound).values(self._row(delivery)).on_conflict_do_nothing()
        async with self._database.unit() as unit:
            fresh = await unit.connection.scalar(statement.returning(inbound.c.inbound_id))
            found = fresh or await unit.connection.scalar(_place_of(delivery))
        for stored in self._on_stored if fresh else ():
            stored()
        return Stored(found, repeated=fresh is None)

    async def lease(self, channels: Collection[str], *, lease: timedelta, most: int) -> list[Leased]:
        """The oldest due deliveries of these channels, one a sender, leased to the caller."""
        now = self._clock.now()
        values = {"now": now, "until": now + lease, "most": most, "channels": list(channels)}
        async with self._database.unit() as unit:
            return [_leased(*row) for row in await unit.connection.execute(_CLAIM, values)]

    def open(self, leased: Leased) -> Received:
        """The delivery with its words; raises `Invalid` where they do not open."""
        cipher = self._keys.unwrap(leased.key, owner=leased.inbound_id)
        payload = cipher.open(leased.sealed, bound_to=leased.inbound_id.bytes)
        return Received(leased.inbound_id, leased.channel, leased.account, payload, leased.attempts)

    async def processed(self, leased: Leased, *, interaction_id: UUID | None) -> bool:
        """Its words are in the log of `interaction_id` (None: in none); False where the lease was lost meanwhile."""
        empty = {"sealed": None, "wrapped": None, "master_id": None, "sender": None, "leased_until": None}
        done = {"processed_at": self._clock.now(), "interaction_id": interaction_id, "last_error": None}
        return await self._settle(leased, {**empty, **done})

    async def failed(self, leased: Leased, *, error: str, next_at: datetime | None) -> bool:
        """Again at `next_at`; None: a dead letter. `error` is a code. False where the lease was lost meanwhile."""
        values: dict[str, object] = {"last_error": error, "leased_until": None}
        later = {"dead_at": self._clock.now()} if next_at is None else {"next_at": next_at}
        return await self._settle(leased, {**values, **later})

    async def next_due(self, channels: Collection[str]) -> datetime | None:
        """When the next delivery of these channels is due or its lease over; None with nothing open."""
        async with self._database.read() as connection:
            found: datetime | None = await connection.scalar(_NEXT_DUE, {"channels": list(channels)})
        return found

    def _row(self, delivery: Delivery) -> dict[str, object]:
        now = self._clock.now()
        inbound_id = new_id(now)
        cipher, key = self._keys.fresh(owner=inbound_id)
        return {
            "inbound_id": inbound_id,
            "channel": delivery.channel,
            "account": delivery.account,
            "dedupe_key": delivery.dedupe_key,
            "sender": None if delivery.sender is None else self._keys.blind_index("sender", delivery.sender),
            "received_at": now,
            "next_at": now,
            "master_id": key.master_id,
            "wrapped": key.wrapped,
            "sealed": cipher.seal(delivery.payload, bound_to=inbound_id.bytes),
        }

    async def _settle(self, leased: Leased, values: dict[str, object]) -> bool:
        """Guarded by the lease: a process that was paused past it must not undo what another one did since."""
        held = (inbound.c.inbound_id == leased.inbound_id, inbound.c.attempts == leased.attempts)
        still_open = (inbound.c.processed_at.is_(None), inbound.c.dead_at.is_(None))
        async with self._database.unit() as unit:
            done = await unit.connection.execute(update(inbound).where(*held, *still_open).values(values))
        return done.rowcount == 1


def _leased(  # noqa: PLR0917 - the columns of _CLAIM, in order
    inbound_id: UUID, channel: str, account: str, sealed: bytes, attempts: int, master_id: str, wrapped: bytes
) -> Leased:
    return Leased(inbound_id, channel, account, sealed, attempts, WrappedKey(master_id, wrapped))


def _place_of(delivery: Delivery) -> Any:
    return select(inbound.c.inbound_id).where(
        inbound.c.channel == delivery.channel,
        inbound.c.account == delivery.account,
        inbound.c.dedupe_key == delivery.dedupe_key,
    )
