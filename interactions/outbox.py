"""Outgoing messages as rows, written with their event and sent afterwards, in order, by lease.

                  ┌──────── retry (backoff, jitter) ◀─────────┐
    enqueue ─▶ pending ─▶ sending (leased, no transaction) ───┼─▶ sent
                  │            │ lease over: outcome unknown   ├─▶ dead  (refused, too many tries; frees the next)
                  ▼            └─ `hold` kinds ─▶ held ────────┘          a person decides
              withdrawn  (a lawyer took over: the bot's unsent words)

Only the oldest unsent row of an interaction can be claimed, so that words arrive in the order they were said.
Delivery is at least once; the row's id travels as idempotency key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, text, update

from interactions.clock import Clock
from interactions.database import Database, Unit
from interactions.errors import Erased
from interactions.head import Locked
from interactions.identity import new_id
from interactions.log import Log
from interactions.model import By
from interactions.sealing import WrappedKey
from interactions.tables import outbox

_CLAIM = text("""
with due as (
    select o.outbox_id, o.state as was from outbox o
    where o.state in ('pending', 'sending') and o.next_at <= :now
      and (o.leased_until is null or o.leased_until <= :now)
      and not exists (select from outbox e where e.interaction_id = o.interaction_id and e.position < o.position
                      and e.state in ('pending', 'sending', 'held'))
    order by o.next_at, o.outbox_id limit :most for update of o skip locked
)
update outbox o set state = 'sending', leased_until = :until, leased_by = :process, attempts = o.attempts + 1
from due, interaction_key k
where o.outbox_id = due.outbox_id and k.interaction_id = o.interaction_id
returning o.outbox_id, o.interaction_id, o.kind, o.sealed, o.attempts, due.was, k.master_id, k.wrapped
""")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row this process may send until its lease ends. `payload` is None once the words were erased.

    `attempts` counts leases, this one too. `uncertain`: an earlier try ended without telling how.
    """

    outbox_id: UUID
    interaction_id: UUID
    kind: str
    payload: bytes | None
    attempts: int
    uncertain: bool


class Outbox:
    """Writes, claims and settles outgoing messages."""

    def __init__(self, database: Database, *, log: Log, clock: Clock) -> None:
        self._database = database
        self._log = log
        self._clock = clock

    async def enqueue(self, unit: Unit, locked: Locked, *, kind: str, by: By, payload: bytes) -> UUID:
        """Adds a message in the unit that wrote its event; the head must be locked. Raises `Erased`."""
        interaction_id = locked.head.interaction_id
        cipher = self._log.cipher(locked.key, interaction_id=interaction_id)
        if cipher is None:
            raise Erased("the words of this interaction were erased; none can be sent")
        now = self._clock.now()
        outbox_id = new_id(now)
        position = select(func.coalesce(func.max(outbox.c.position), 0) + 1).where(
            outbox.c.interaction_id == interaction_id
        )
        row = {
            "outbox_id": outbox_id,
            "interaction_id": interaction_id,
            "position": position.scalar_subquery(),
            "kind": kind,
            "by": by.value,
            "sealed": cipher.seal(payload, bound_to=_bound_to(outbox_id, kind)),
            "created_at": now,
            "next_at": now,
        }
        await unit.connection.execute(insert(outbox).values(row))
        unit.wake_outbox = True
        return outbox_id

    async def claim(self, *, process_id: UUID, lease: timedelta, most: int) -> list[Claimed]:
        """The oldest due row of each of so many interactions, leased to this process."""
        now = self._clock.now()
        values = {"now": now, "until": now + lease, "process": process_id, "most": most}
        async with self._database.unit() as unit:
            rows = (await unit.connection.execute(_CLAIM, values)).all()
        return [self._claimed(row) for row in rows]

    async def settle(
        self, claimed: Claimed, *, state: str, error: str | None = None, next_at: datetime | None = None
    ) -> None:
        """Ends a try. What was sent keeps no words here: they are in the log. `error` is a code, not a sentence.

        Guarded by the lease: a process that was paused past it must not undo what another one did since.
        """
        ended = state in ("sent", "dead", "withdrawn")
        values: dict[str, object] = {"state": state, "leased_until": None, "leased_by": None, "last_error": error}
        if ended:
            values |= {"ended_at": self._clock.now()}
        if state == "sent":
            values |= {"sealed": None}
        if next_at is not None:
            values |= {"next_at": next_at}
        held = (outbox.c.outbox_id == claimed.outbox_id, outbox.c.attempts == claimed.attempts)
        sending = update(outbox).where(*held, outbox.c.state == "sending")
        async with self._database.unit() as unit:
            await unit.connection.execute(sending.values(values))

    async def next_due(self) -> datetime | None:
        """When the next row is due or its lease over; None with nothing to send."""
        due = func.greatest(outbox.c.next_at, func.coalesce(outbox.c.leased_until, outbox.c.next_at))
        statement = select(func.min(due)).where(outbox.c.state.in_(("pending", "sending")))
        async with self._database.read() as connection:
            found: datetime | None = await connection.scalar(statement)
        return found

    def _claimed(self, row: Sequence[Any]) -> Claimed:
        outbox_id, interaction_id, kind, sealed, attempts, was, master_id, wrapped = row
        key = WrappedKey(master_id, wrapped) if master_id and wrapped else None
        cipher = self._log.cipher(key, interaction_id=interaction_id)
        payload = cipher.open(sealed, bound_to=_bound_to(outbox_id, kind)) if cipher and sealed else None
        return Claimed(outbox_id, interaction_id, kind, payload, attempts, was == "sending")


def _bound_to(outbox_id: UUID, kind: str) -> bytes:
    return outbox_id.bytes + kind.encode()
