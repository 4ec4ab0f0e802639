"""A cursor over one interaction's log that never skips and never repeats, whatever hints are lost or come twice."""

from __future__ import annotations

from uuid import UUID

from interactions.changes import Change
from interactions.head import Head
from interactions.reading import LogReader
from interactions.record import Recorded


class Following:
    """One viewer's place in one interaction; `cursor` is the seq of the last event handed out."""

    def __init__(self, reader: LogReader, *, interaction_id: UUID, after: int) -> None:
        self._reader = reader
        self.interaction_id = interaction_id
        self.cursor = after

    async def catch_up(self) -> tuple[Head, list[Recorded]]:
        """The head and everything past the cursor, read from the database; raises `NotFound`."""
        head, records = await self._reader.read(self.interaction_id, after=self.cursor)
        self.cursor = max(self.cursor, head.last_seq)
        return head, records

    async def follow(self, change: Change) -> list[Recorded]:
        """The events that `change` brings past the cursor: its own where they join on, else read anew."""
        if change.last_seq <= self.cursor:
            return []
        fresh = [record for record in change.recorded if record.seq > self.cursor]
        if not fresh or fresh[0].seq != self.cursor + 1:
            _, fresh = await self.catch_up()
            return fresh
        self.cursor = fresh[-1].seq
        return fresh
