"""The log as it is stored, read without any code of the rooms: what the checker stands on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

_EVENTS = """
select interaction_id, seq, kind, "by", by_id, at, from_state, to_state, matter, body, tx::text::bigint as tx
from event where $1::uuid[] is null or interaction_id = any($1) order by interaction_id, seq
"""


@dataclass(frozen=True, slots=True)
class Fact:
    """One event as it is stored; `body` holds its plain fields."""

    interaction_id: UUID
    seq: int
    kind: str
    by: str
    by_id: UUID | None
    at: datetime
    from_state: str | None
    to_state: str | None
    matter: str
    body: dict[str, Any]
    tx: int


async def read(url: str, ids: Collection[UUID] | None = None) -> list[Fact]:
    """The log, or that of some interactions."""
    connection = await asyncpg.connect(url)
    try:
        return await read_on(connection, ids)
    finally:
        await connection.close()


async def read_on(connection: asyncpg.Connection, ids: Collection[UUID] | None = None) -> list[Fact]:
    """The log as `connection` sees it now."""
    rows = await connection.fetch(_EVENTS, None if ids is None else list(ids))
    return [Fact(**{**row, "body": orjson.loads(row["body"])}) for row in rows]
