"""Work items as rows: found, written, moved. Always under the lock of their interaction, read in a later statement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from interactions.connections import Connection
from interactions.model import How, WorkKind, WorkState
from interactions.work import Work, is_to_dial

# `work.is_to_dial` of the item `w`, in SQL; needs `:now`.
TO_DIAL = f"(w.kind = '{WorkKind.CALLBACK}' and w.how = '{How.PHONE}' and w.from_at <= :now)"
_OPEN = text("""
select work_item_id, interaction_id, kind, state, how, soon, from_at, due_at, until_at, attempts,
       confirmed_segment_id
from work_item where interaction_id = any(:ids) and ended_at is null
""")
# The longest due first, and only where its interaction still waits for it: what verification would name is left alone.
_DUE = text("""
select w.interaction_id from work_item w join interaction i on i.interaction_id = w.interaction_id
where w.state = 'scheduled' and w.due_at <= :now and i.state = 'callback_due' order by w.due_at limit :most
""")
_INSERT = text("""
insert into work_item (work_item_id, interaction_id, kind, state, how, soon, asked_at, from_at, due_at, until_at)
values (:work_item_id, :interaction_id, :kind, :state, :how, :soon, :now, :from_at, :due_at, :until_at)
""")
_MAKE_DUE = text("""
update work_item set state = 'due', due_at = least(due_at, :now)
where work_item_id = any(:ids) and state = 'scheduled'
""")
_POSTPONE = text("""
update work_item set state = 'scheduled', from_at = :from_at, due_at = :due_at, until_at = :until_at,
                     attempts = :attempts
where work_item_id = :work_item_id and state = 'due'
""")
_CONFIRM = text("""
update work_item set confirmed_segment_id = :segment_id where work_item_id = :work_item_id and ended_at is null
""")
_END = text("""
update work_item set state = :state, attempts = greatest(attempts, :attempts), ended_at = :now
where work_item_id = :work_item_id and ended_at is null
""")


_OWED = text("""
select kind, state, count(*) as many, count(*) filter (where until_at < :now) as overdue
from work_item where ended_at is null group by kind, state
""")


@dataclass(frozen=True, slots=True)
class Owed:
    """How many items are owed, by kind and state, and how many of a kind are overdue 督办."""

    items: Mapping[tuple[WorkKind, WorkState], int]
    overdue: Mapping[WorkKind, int]


@dataclass(frozen=True, slots=True)
class WorkRow:
    """An open work item, without words; `confirmed_in` is the segment in which the resident confirmed."""

    work_item_id: UUID
    interaction_id: UUID
    kind: WorkKind
    state: WorkState
    how: How
    soon: bool
    from_at: datetime
    due_at: datetime
    until_at: datetime
    attempts: int
    confirmed_in: UUID | None

    def calls(self, now: datetime) -> bool:
        """Whether a lawyer who has it in hand is to dial."""
        return is_to_dial(self.kind, self.how, self.from_at, now=now)


async def open_work(connection: Connection, interaction_ids: Collection[UUID]) -> dict[UUID, WorkRow]:
    """The open work items of these interactions, by interaction."""
    rows = await connection.execute(_OPEN, {"ids": list(interaction_ids)})
    return {row.interaction_id: _row(row) for row in rows}


async def due_work(connection: Connection, *, now: datetime, most: int) -> list[UUID]:
    """Interactions whose work item is due, the longest first; not locked."""
    return await connection.scalars(_DUE, {"now": now, "most": most})


async def owed(connection: Connection, *, now: datetime) -> Owed:
    """What is owed now, in numbers."""
    items: Counter[tuple[WorkKind, WorkState]] = Counter()
    overdue: Counter[WorkKind] = Counter()
    for row in await connection.execute(_OWED, {"now": now}):
        items[WorkKind(row.kind), WorkState(row.state)] += row.many
        overdue[WorkKind(row.kind)] += row.overdue
    return Owed(items, overdue)


async def insert_work(connection: Connection, work: Work, *, interaction_id: UUID, now: datetime) -> None:
    """Writes the row that goes with the event that asked for it."""
    values = {
        "work_item_id": work.work_item_id,
        "interaction_id": interaction_id,
        "kind": work.kind.value,
        "state": work.state.value,
        "how": work.how.value,
        "soon": work.soon,
        "from_at": work.from_at,
        "due_at": work.due_at,
        "until_at": work.until_at,
        "now": now,
    }
    await connection.execute(_INSERT, values)


async def make_due(connection: Connection, work_item_ids: Collection[UUID], *, now: datetime) -> None:
    """Scheduled items are due now."""
    await connection.execute(_MAKE_DUE, {"ids": list(work_item_ids), "now": now})


async def postpone(
    connection: Connection,
    work_item_id: UUID,
    *,
    from_at: datetime,
    due_at: datetime,
    until_at: datetime,
    attempts: int,
) -> None:
    """A due item waits for another time."""
    times = {"from_at": from_at, "due_at": due_at, "until_at": until_at}
    await connection.execute(_POSTPONE, {"work_item_id": work_item_id, **times, "attempts": attempts})


async def confirm(connection: Connection, work_item_id: UUID, *, segment_id: UUID) -> None:
    """The resident confirmed in this segment."""
    await connection.execute(_CONFIRM, {"work_item_id": work_item_id, "segment_id": segment_id})


async def end_work(
    connection: Connection, work_item_id: UUID, *, state: WorkState, now: datetime, attempts: int = 0
) -> None:
    """Ends an open item."""
    values = {"work_item_id": work_item_id, "state": state.value, "now": now, "attempts": attempts}
    await connection.execute(_END, values)


def _row(row: Sequence[Any]) -> WorkRow:
    work_item_id, interaction_id, kind, state, how, *rest = row
    return WorkRow(work_item_id, interaction_id, WorkKind(kind), WorkState(state), How(how), *rest)
