"""Reading records: one in full, or lists without a word in them, each cut to the viewer's reach.

Every look at words by somebody other than the lawyer who serves now leaves an `audit` row in the transaction that
reads them: no row, no words.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, exists, or_, select

from agents.auditing import write_audit
from agents.roles import Right, Viewer, scoped
from interactions.clock import Clock
from interactions.connections import Connection
from interactions.database import Database, Unit
from interactions.errors import Invalid, NotFound
from interactions.head import Head
from interactions.model import State
from interactions.reading import LogReader
from interactions.record import Recorded
from interactions.tables import assignment, interaction

MOST = 100
NUMBER = re.compile(r"\d{8}-\d{6,9}")
LISTED = (
    "interaction_id",
    "number",
    "channel",
    "state",
    "urgency",
    "matter",
    "district",
    "street",
    "request_kind",
    "outcome",
    "opened_at",
    "closed_at",
    "last_seq",
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; None means any. Opened at or after `opened_from`, before `opened_to` (UTC).

    `unregistered`: only what a lawyer served and nobody wrote a 小结 about, though it is closed.
    """

    state: State | None = None
    matter: str | None = None
    district: str | None = None
    channel: str | None = None
    opened_from: datetime | None = None
    opened_to: datetime | None = None
    before: UUID | None = None
    limit: int = 50
    unregistered: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """One interaction and its events by seq.

    `with_words`: the viewer may see what was said; `with_reasons`: and why a lawyer may not have it (discretion.py).
    """

    head: Head
    events: Sequence[Recorded]
    with_words: bool
    with_reasons: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a list, newest first; `next_before` continues it."""

    rows: Sequence[Row[*tuple[Any, ...]]]
    next_before: UUID | None


class Records:
    """The records a viewer may see."""

    def __init__(self, database: Database, *, reader: LogReader, clock: Clock) -> None:
        self._database = database
        self._reader = reader
        self._clock = clock

    async def read(self, viewer: Viewer, *, key: str) -> Record:
        """The record by id or 受理编号; raises `NotFound` for absent and out of reach alike."""
        viewer.require(Right.READ_RECORD)
        named = _named(key)
        with_words = viewer.may(Right.READ_WORDS)
        async with self._database.unit() as unit:
            interaction_id = await unit.connection.scalar(
                scoped(select(interaction.c.interaction_id).where(named), viewer)
            )
            if interaction_id is None:
                raise NotFound("没有这个服务单")
            if with_words:
                await self._audit(unit, viewer, interaction_id)
            head, events = await self._reader.read_on(unit.connection, interaction_id)
        return Record(head, events, with_words, with_reasons=viewer.may(Right.ROSTER))

    async def list(self, viewer: Viewer, *, filters: Filters) -> Page:
        """Interactions in the viewer's reach, newest first."""
        viewer.require(Right.LIST)
        async with self._database.read() as connection:
            rows = (await connection.execute(_list(viewer, filters))).all()
        shown = rows[: filters.limit]
        return Page(shown, shown[-1].interaction_id if len(rows) > len(shown) else None)

    async def _audit(self, unit: Unit, viewer: Viewer, interaction_id: UUID) -> None:
        if await _serves_now(unit.connection, viewer, interaction_id):
            return
        await write_audit(unit, viewer, action="record.read", clock=self._clock, interaction_id=interaction_id)


async def _serves_now(connection: Connection, viewer: Viewer, interaction_id: UUID) -> bool:
    live = (assignment.c.interaction_id == interaction_id, assignment.c.finished_at.is_(None))
    statement = select(assignment.c.segment_id).where(*live, assignment.c.account_id == viewer.account_id)
    return await connection.scalar(statement) is not None


def _list(viewer: Viewer, filters: Filters) -> Select[*tuple[Any, ...]]:
    columns = [interaction.c[name] for name in LISTED]
    narrowed = scoped(select(*columns), viewer).where(*_conditions(filters))
    # Ids are UUIDv7 of the opening time: one index gives both the order and a cursor that never shifts.
    return narrowed.order_by(interaction.c.interaction_id.desc()).limit(filters.limit + 1)


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    equal = {
        interaction.c.state: filters.state.value if filters.state else None,
        interaction.c.district: filters.district,
        interaction.c.channel: filters.channel,
    }
    found: list[ColumnElement[bool]] = [column == value for column, value in equal.items() if value is not None]
    if filters.matter is not None:
        parts = interaction.c.matter.startswith(f"{filters.matter}.", autoescape=True)
        found.append(or_(interaction.c.matter == filters.matter, parts))
    if filters.before is not None:
        found.append(interaction.c.interaction_id < filters.before)
    if filters.unregistered:
        served = exists().where(assignment.c.interaction_id == interaction.c.interaction_id)
        found += [interaction.c.state == State.CLOSED.value, interaction.c.request_kind.is_(None), served]
    return found + _opened_between(filters.opened_from, filters.opened_to)


def _opened_between(start: datetime | None, end: datetime | None) -> list[ColumnElement[bool]]:
    """Bounds on the time, and the same on the ids, so that the index skips what lies outside."""
    found: list[ColumnElement[bool]] = []
    if start is not None:
        found += [interaction.c.opened_at >= start, interaction.c.interaction_id >= _id_bound(start, millis_on=0)]
    if end is not None:
        found += [interaction.c.opened_at < end, interaction.c.interaction_id < _id_bound(end, millis_on=1)]
    return found


def _id_bound(at: datetime, *, millis_on: int) -> UUID:
    return UUID(int=max(0, int(at.timestamp() * 1_000) + millis_on) << 80)


def _named(key: str) -> ColumnElement[bool]:
    if NUMBER.fullmatch(key):
        return interaction.c.number == key
    return interaction.c.interaction_id == parse_id(key, field="id")


def parse_id(value: str, *, field: str) -> UUID:
    """The UUID in `value`; raises `Invalid` naming `field`."""
    try:
        return UUID(value)
    except ValueError:
        raise Invalid(f"{field}：应为服务单编号") from None


def cursor_of(before: UUID) -> str:
    """The opaque cursor that continues before `before`."""
    return base64.urlsafe_b64encode(before.bytes).decode().rstrip("=")


def parse_cursor(cursor: str) -> UUID:
    """What `cursor_of` made; raises `Invalid`."""
    try:
        return UUID(bytes=base64.b64decode(cursor + "==", altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        raise Invalid("cursor：不是本接口给出的游标") from None
