"""Reading the log back: one interaction's events with their words, past a cursor."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from interactions.connections import Connection
from interactions.database import Database
from interactions.head import Head, read_head
from interactions.log import Log
from interactions.record import Recorded
from interactions.rows import opened, select_events, stored_event
from interactions.tables import interaction


class LogReader:
    """Opens what the log sealed, for those who may see it."""

    def __init__(self, database: Database, *, log: Log) -> None:
        self._database = database
        self._log = log

    async def read(self, interaction_id: UUID, *, after: int = 0) -> tuple[Head, list[Recorded]]:
        """The head and all committed events with `seq > after`, in order; raises `NotFound`."""
        async with self._database.read() as connection:
            return await self.read_on(connection, interaction_id, after=after)

    async def read_on(
        self, connection: Connection, interaction_id: UUID, *, after: int = 0
    ) -> tuple[Head, list[Recorded]]:
        """Like `read`, inside a connection or unit at hand."""
        locked = await read_head(connection, interaction_id)
        # The head was read first: events past it are left for the next read, so head and events agree.
        upto = locked.head.last_seq
        rows = await connection.execute(select_events(interaction_id, after=after, upto=upto))
        cipher = self._log.cipher(locked.key, interaction_id=interaction_id)
        return locked.head, [opened(stored_event(row), cipher=cipher) for row in rows]

    async def last_seqs(self, interaction_ids: Collection[UUID]) -> dict[UUID, int]:
        """The last committed seq of each interaction: what a gateway compares its cursors with."""
        statement = select(interaction.c.interaction_id, interaction.c.last_seq).where(
            interaction.c.interaction_id.in_(interaction_ids)
        )
        async with self._database.read() as connection:
            return {row.interaction_id: row.last_seq for row in await connection.execute(statement)}
