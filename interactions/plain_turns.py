"""The short way into the log for a plain turn: one guarded statement instead of five, on the head as last known.

    known head ──decide, seal, chain──▶ row ─┐
    known head ──decide, seal, chain──▶ row ─┼─▶ one statement: lock those whose head still holds (id order),
    known head ──decide, seal, chain──▶ row ─┘   insert event and repeat key, move the head ─▶ the ids it met
                                                          │
    everything it did not meet ◀──────────────────────────┘   goes the long way (log.py), as if never tried

Plain is a bundle of one event that moves no state and changes nothing of the head but the times of its last turn.
Another process may have appended meanwhile, the words may be erased, the turn may be a repeat: in each case the head
or the repeat key no longer holds and the row is left out. Refusals are never told from a known head either: it may
be behind, so the long way decides on the head as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

import asyncpg

from interactions.append import Appended
from interactions.database import Announcement, Database
from interactions.errors import HotlineError
from interactions.head import Locked
from interactions.known_heads import KnownHeads
from interactions.log import Log
from interactions.record import Bundle, Draft, RepeatKey, Written
from interactions.row_types import PLAIN_TURN

TIMES = frozenset({"last_turn_at", "unanswered_since"})

_EVENT = '"kind", "by", by_id, "at", in_reply_to, body, sealed, hash'
# A repeat is left out here; one that races with its first copy meets the primary key and takes all the long way.
_HOLDS = (
    "i.interaction_id = n.interaction_id and i.last_seq = n.old_seq and i.state = n.old_state and not exists "
    "(select from dedupe d where d.scope = n.scope and d.client_id = n.client_id)"
)
_MOVES = "last_seq = n.old_seq + 1, head = n.hash, last_turn_at = n.last_turn_at, unanswered_since = n.unanswered_since"
_WRITE = f"""
said as (
    insert into event (interaction_id, seq, matter, {_EVENT})
    select interaction_id, old_seq + 1, matter, {_EVENT} from met
), keyed as (
    insert into dedupe (scope, client_id, interaction_id, seq)
    select scope, client_id, interaction_id, old_seq + 1 from met where client_id is not null
)
select interaction_id from met
"""  # noqa: S608 (constants above)
# One turn: the update itself locks and guards. A third of the cost of the general form.
_ONE = f"""
with n as (
    select {", ".join(f'${at}::{kind} as "{name}"' for at, (name, kind) in enumerate(PLAIN_TURN.items(), start=1))}
), met as (
    update interaction i set {_MOVES} from n where {_HOLDS} returning n.*, i.matter
), {_WRITE}"""  # noqa: S608
# Many: locked in id order first, the order every writer keeps. Rows of one type: an array a column costs twice as much.
_MANY = f"""
with met as materialized (
    select n.*, i.matter from unnest($1::plain_turn[]) as n join interaction i on {_HOLDS}
    order by i.interaction_id for no key update of i
), moved as (
    update interaction i set {_MOVES} from met n where i.interaction_id = n.interaction_id
), {_WRITE}"""  # noqa: S608


class _Row(NamedTuple):
    """A turn ready to be written, and what it was made on."""

    known: Locked
    made: Appended
    repeat_of: RepeatKey | None

    @property
    def interaction_id(self) -> UUID:
        """Whose turn."""
        return self.known.head.interaction_id


class PlainTurns:
    """Appends what is plain and known; says of each bundle whether it did."""

    def __init__(self, database: Database, *, log: Log, known: KnownHeads) -> None:
        self._database = database
        self._log = log
        self._known = known

    async def append(self, bundles: Sequence[Bundle]) -> list[Written | None]:
        """For each bundle its place in the log, durable and announced, or None: nothing was done about it.

        Raises `Unavailable` where the outcome is unknown.
        """
        prepared = self._prepare_firsts(bundles)
        rows = [row for row in prepared if row is not None]
        if not rows:
            return [None] * len(bundles)
        met = await self._write(rows)
        if len(met) < len(rows):
            self._known.forget(row.interaction_id for row in rows if row.interaction_id not in met)
            prepared = [row if row is not None and row.interaction_id in met else None for row in prepared]
            rows = [row for row in prepared if row is not None]
        self._database.announce(_announcement(rows))
        return [None if row is None else _written(row) for row in prepared]

    def _prepare_firsts(self, bundles: Sequence[Bundle]) -> list[_Row | None]:
        """A row for the first bundle of each interaction; the others follow it, so no known head is theirs."""
        seen: set[UUID] = set()
        prepared: list[_Row | None] = []
        for bundle in bundles:
            prepared.append(None if bundle.interaction_id in seen else self._prepare(bundle))
            seen.add(bundle.interaction_id)
        return prepared

    def _prepare(self, bundle: Bundle) -> _Row | None:
        known = self._known.get(bundle.interaction_id)
        if known is None:
            return None
        try:
            drafts = bundle.decide(known.head)
            if not _is_plain(drafts):
                return None
            return _Row(known, self._log.append(drafts, head=known.head, key=known.key), bundle.repeat_of)
        except HotlineError:
            return None

    async def _write(self, rows: list[_Row]) -> set[UUID]:
        """The interactions whose turn is in the log now."""
        values = [_values(row) for row in rows]
        try:
            async with self._database.direct() as connection:
                if len(values) == 1:
                    met = await connection.fetch(_ONE, *values[0])
                else:
                    met = await connection.fetch(_MANY, values)
        except asyncpg.PostgresError:
            return set()  # nothing was done; the long way finds out which of them it was
        return {row[0] for row in met}


def _is_plain(drafts: Sequence[Draft]) -> bool:
    """One event that moves nothing, changes nothing but times, and feeds no blind index."""
    if len(drafts) != 1:
        return False
    (draft,) = drafts
    return draft.to is None and draft.changes.keys() <= TIMES and not draft.event.indexed_names


def _values(row: _Row) -> tuple[object, ...]:
    """In the order of `PLAIN_TURN`."""
    before, head, key = row.known.head, row.made.head, row.repeat_of
    (event,) = row.made.stored
    return (
        event.interaction_id,
        before.state.value,
        before.last_seq,
        head.last_turn_at,
        head.unanswered_since,
        event.kind,
        event.by,
        event.by_id,
        event.at,
        event.in_reply_to,
        event.body,
        event.sealed,
        event.hash,
        key.scope if key else None,
        key.client_id if key else None,
    )


def _announcement(rows: Collection[_Row]) -> Announcement:
    recorded = tuple(record for row in rows for record in row.made.recorded)
    return Announcement(recorded, {row.made.head.interaction_id: Locked(row.made.head, row.known.key) for row in rows})


def _written(row: _Row) -> Written:
    head = row.made.head
    return Written(head.interaction_id, head.last_seq, head, row.made.recorded)
