"""Who is connected, as rows: connections belong to a process, each process renews one lease.

    process row ── renewed every 2 s ──▶ lease_until        connection rows ──▶ hang on their process
         │ not renewed                                          │ clean close
         ▼                                                      ▼
    buried by any other process: rows go, seats keep the      row goes, seat.last_seen_at = now
    lease's end as last_seen_at

A seat or resident is present while it has a connection whose process's lease holds. What follows from absence is
the router's business. A process that was paused past its lease finds its row gone and writes everything anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from agents.settings import PresenceSettings
from interactions.clock import Clock
from interactions.connections import Connection
from interactions.database import Announcement, Database, Unit
from interactions.errors import Conflict, Unavailable
from interactions.identity import new_id
from interactions.tables import connection, process

_log = structlog.get_logger(__name__)
OUR_PROCESS = "fk_connection_process_id"
_GREET = text("""
insert into connection (connection_id, process_id, seat_id, resident_id, opened_at)
values (:connection_id, :process_id, :seat_id, :resident_id, :opened_at)
""")
_FORGET = text("delete from connection where connection_id = :connection_id")
_SEEN = text("update seat set last_seen_at = greatest(last_seen_at, :at) where seat_id = :seat_id")


class Presence:
    """The presence of one process and of everybody connected to it."""

    def __init__(self, database: Database, *, clock: Clock, settings: PresenceSettings) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._started_at = clock.now()
        self.process_id = new_id(self._started_at)
        self._open: dict[UUID, dict[str, object]] = {}
        self._goodbyes: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Renews the lease until cancelled. Start it before the first connection, and `leave` after the last."""
        never = asyncio.Event()
        while True:
            await self._renew_or_log()
            await self._clock.wait(never, until=self._clock.now() + timedelta(seconds=self._settings.renew_s))

    async def renew(self) -> None:
        """Renews the lease once, rewrites what was buried meanwhile, and buries processes past their lease."""
        async with self._database.unit() as unit:
            if not await self._extend(unit):
                await self._register(unit)
            await self._bury_the_dead(unit)
        await self._erase_ghosts()

    async def leave(self) -> None:
        """Ends this process's presence at once: its seats and residents were last seen now."""
        await asyncio.gather(*self._goodbyes, return_exceptions=True)
        async with self._database.unit() as unit:
            # Ours first, then its seats: the order of whoever buries us, should our lease have run out.
            ours = select(process.c.process_id).where(process.c.process_id == self.process_id).with_for_update()
            await unit.connection.execute(ours)
            await self._bury(unit, [self.process_id])

    @asynccontextmanager
    async def connected(self, *, seat_id: UUID | None = None, resident_id: UUID | None = None) -> AsyncIterator[UUID]:
        """Inside, the seat or resident is connected to this process; yields the connection's id."""
        now = self._clock.now()
        connection_id = new_id(now)
        row: dict[str, object] = {
            "connection_id": connection_id,
            "process_id": self.process_id,
            "seat_id": seat_id,
            "resident_id": resident_id,
            "opened_at": now,
        }
        self._open[connection_id] = row
        try:
            await self._write(row)
            yield connection_id
        finally:
            del self._open[connection_id]
            # A cancelled handler must still say goodbye; where the database is silent the lease says it later.
            await asyncio.shield(self._goodbye(connection_id, seat_id))

    def _goodbye(self, connection_id: UUID, seat_id: UUID | None) -> asyncio.Task[None]:
        goodbye = asyncio.ensure_future(self._erase(connection_id, seat_id))
        self._goodbyes.add(goodbye)
        goodbye.add_done_callback(self._goodbyes.discard)
        return goodbye

    async def _write(self, row: dict[str, object]) -> None:
        try:
            await self._insert(row)
        except Conflict as conflict:
            if conflict.constraint != OUR_PROCESS:
                raise
            # Our process row is not there: not yet written, or buried while we were paused. Renewing writes all.
            await self.renew()

    async def _insert(self, row: dict[str, object]) -> None:
        await self._database.run(_GREET, row)
        # A seat that comes or goes changes who is free; a resident's coming and going is nobody's capacity.
        if row["seat_id"] is not None:
            self._database.announce(Announcement(wake_router=True))

    async def _erase(self, connection_id: UUID, seat_id: UUID | None) -> None:
        try:
            if seat_id is None:
                await self._database.run(_FORGET, {"connection_id": connection_id})
            else:
                await self._rise(connection_id, seat_id)
        except Unavailable:
            _log.warning("presence.goodbye_not_stored", connection_id=str(connection_id))

    async def _rise(self, connection_id: UUID, seat_id: UUID) -> None:
        async with self._database.unit() as unit:
            # The seat before the connection, as in a burial: a paused process is buried while its sockets close.
            await _seen(unit.connection, seat_id, at=self._clock.now())
            await unit.connection.execute(_FORGET, {"connection_id": connection_id})
            unit.wake_router = True

    async def _renew_or_log(self) -> None:
        try:
            await self.renew()
        except Exception as error:
            # The loop's edge. The lease outlives several missed renewals; the next one is due in a moment.
            _log.warning("presence.renewal_failed", error=type(error).__name__)

    async def _erase_ghosts(self) -> None:
        """Rows of ours that no socket stands behind: a goodbye that was not stored, or that overtook its greeting.

        Their lease would hold as long as this process lives, and their seat would never be missed.
        """
        ours = connection.c.process_id == self.process_id
        async with self._database.read() as database:
            stored = await database.scalar(select(func.count()).select_from(connection).where(ours))
            if (stored or 0) <= len(self._open):
                return
            rows = await database.execute(select(connection.c.connection_id, connection.c.seat_id).where(ours))
            ghosts = [row for row in rows if row.connection_id not in self._open]
        for ghost in ghosts:
            await self._erase(ghost.connection_id, ghost.seat_id)

    async def _extend(self, unit: Unit) -> bool:
        """Whether our row was there. Where its lease had run out, our seats count again from now on."""
        ours = process.c.process_id == self.process_id
        before = await unit.connection.scalar(select(process.c.lease_until).where(ours).with_for_update(key_share=True))
        if before is None:
            return False
        await unit.connection.execute(update(process).where(ours).values(lease_until=self._lease_until()))
        unit.wake_router |= before <= self._clock.now()
        return True

    async def _register(self, unit: Unit) -> None:
        row = {"process_id": self.process_id, "started_at": self._started_at, "lease_until": self._lease_until()}
        # Two connections may find the row gone at the same moment.
        await unit.connection.execute(upsert(process).values(row).on_conflict_do_nothing())
        for opened in tuple(self._open.values()):
            await unit.connection.execute(upsert(connection).values(opened).on_conflict_do_nothing())
            unit.wake_router |= opened["seat_id"] is not None

    async def _bury_the_dead(self, unit: Unit) -> None:
        dead = (
            select(process.c.process_id)
            .where(process.c.lease_until < self._clock.now())
            # Two processes bury different dead; without this they would lock the same seats.
            .with_for_update(skip_locked=True)
        )
        process_ids = list(await unit.connection.scalars(dead))
        if process_ids:
            await self._bury(unit, process_ids)

    async def _bury(self, unit: Unit, process_ids: list[UUID]) -> None:
        found = (
            select(connection.c.seat_id, func.max(process.c.lease_until).label("seen_at"))
            .join(process, process.c.process_id == connection.c.process_id)
            .where(connection.c.process_id.in_(process_ids), connection.c.seat_id.is_not(None))
            .group_by(connection.c.seat_id)
            # Seats are locked in id order, here as everywhere (DESIGN §4).
            .order_by(connection.c.seat_id)
        )
        now = self._clock.now()
        for row in (await unit.connection.execute(found)).all():
            await _seen(unit.connection, row.seat_id, at=min(now, row.seen_at))
        await unit.connection.execute(delete(process).where(process.c.process_id.in_(process_ids)))
        unit.wake_router = True

    def _lease_until(self) -> object:
        return self._clock.now() + timedelta(seconds=self._settings.lease_s)


async def _seen(database: Connection, seat_id: UUID, *, at: object) -> None:
    await database.execute(_SEEN, {"seat_id": seat_id, "at": at})
