"""Reading the log back: one interaction's events with their words, past a cursor."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text

from interactions.connections import Connection
from interactions.database import Database
from interactions.errors import NotFound
from interactions.head import Head, read_head
from interactions.log import Log
from interactions.record import Recorded
from interactions.rows import SELECT_EVENTS, opened, stored_event

_LAST_SEQS = text("select interaction_id, last_seq from interaction where interaction_id = any(:ids)")


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
        values = {"interaction_id": interaction_id, "after": after, "upto": locked.head.last_seq}
        rows = await connection.execute(SELECT_EVENTS, values)
        cipher = self._log.cipher(locked.key, interaction_id=interaction_id)
        return locked.head, [opened(stored_event(row), cipher=cipher) for row in rows]

    async def read_one(self, interaction_id: UUID, seq: int) -> Recorded:
        """One event with its words; raises `NotFound`."""
        async with self._database.read() as connection:
            locked = await read_head(connection, interaction_id)
            values = {"interaction_id": interaction_id, "after": seq - 1, "upto": seq}
            row = (await connection.execute(SELECT_EVENTS, values)).first()
        if row is None:
            raise NotFound("没有这个服务单")
        return opened(stored_event(row), cipher=self._log.cipher(locked.key, interaction_id=interaction_id))

    async def last_seqs(self, interaction_ids: Collection[UUID]) -> dict[UUID, int]:
        """The last committed seq of each interaction: what a gateway compares its cursors with."""
        async with self._database.read() as connection:
            rows = await connection.execute(_LAST_SEQS, {"ids": list(interaction_ids)})
        return {row.interaction_id: row.last_seq for row in rows}
