"""Proves the whole log from its stored bytes: every hash, every number, every move, one place per open interaction.

    for each interaction, in id order:
        seq 1…n without a gap · hash of each event · from_state is where it was · the move is legal
        head row equals the last event · the number is the one it was opened with
        offered ⇔ one live offer · with_lawyer, wrap_up ⇔ one live assignment at the head's seat · else neither

Runs in one read-only snapshot beside a serving process. It needs no key: words are proved unchanged, not read.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from interactions.chain import GENESIS, StoredEvent, chain_hash
from interactions.database import Database
from interactions.events import Opened
from interactions.model import State
from interactions.rows import SELECT_MANY, stored_event
from interactions.states import may_move

BATCH = 500
_HEADS = text("""
select i.interaction_id, i.number, i.state, i.seat_id, i.last_seq, i.head,
       (select count(*) from offer o where o.interaction_id = i.interaction_id and o.state = 'live') as offers,
       (select count(*) from assignment a where a.interaction_id = i.interaction_id and a.finished_at is null)
           as assignments,
       (select a.seat_id from assignment a where a.interaction_id = i.interaction_id and a.finished_at is null)
           as assigned_seat
from interaction i where i.interaction_id > :after order by i.interaction_id limit :most
""")
_ORPHANS = text("""
select distinct e.interaction_id from event e
where not exists (select from interaction i where i.interaction_id = e.interaction_id) limit 100
""")
_LOST_REPEATS = text("""
select d.interaction_id, d.seq from dedupe d
where not exists (select from event e where e.interaction_id = d.interaction_id and e.seq = d.seq) limit 100
""")
# What an interaction in each state holds: live offers, live assignments.
_PLACES: Mapping[State, tuple[int, int]] = {
    State.OFFERED: (1, 0),
    State.WITH_LAWYER: (0, 1),
    State.WRAP_UP: (0, 1),
}


@dataclass(frozen=True, slots=True)
class Violation:
    """What does not hold, of which interaction, at which seq (0: the interaction as a whole)."""

    interaction: str
    seq: int
    what: str


@dataclass(slots=True)
class Verdict:
    """How much was verified, and what does not hold."""

    interactions: int = 0
    events: int = 0
    violations: list[Violation] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.violations


async def verify(database: Database, *, progress: Callable[[int], None] = lambda _: None) -> Verdict:
    """The verdict on the whole log; `progress` hears how many interactions were looked at."""
    verdict = Verdict()
    async with database.snapshot() as connection:
        async for heads in _batches(connection):
            await _verify_batch(connection, heads, verdict)
            progress(verdict.interactions)
        verdict.violations += [one async for one in _loose_ends(connection)]
    return verdict


async def count(database: Database) -> int:
    """How many interactions there are to verify."""
    async with database.read() as connection:
        return int(await connection.scalar(text("select count(*) from interaction")) or 0)


async def _batches(connection: AsyncConnection) -> AsyncIterator[Sequence[Mapping[Any, Any]]]:
    after: object = UUID(int=0)
    while True:
        heads = list((await connection.execute(_HEADS, {"after": after, "most": BATCH})).mappings())
        if not heads:
            return
        yield heads
        after = heads[-1]["interaction_id"]


async def _verify_batch(connection: AsyncConnection, heads: Sequence[Mapping[Any, Any]], verdict: Verdict) -> None:
    events: dict[object, list[StoredEvent]] = {head["interaction_id"]: [] for head in heads}
    for row in await connection.execute(SELECT_MANY, {"ids": list(events)}):
        stored = stored_event(row)
        events[stored.interaction_id].append(stored)
    for head in heads:
        chain = events[head["interaction_id"]]
        verdict.interactions += 1
        verdict.events += len(chain)
        verdict.violations += verify_one(head, chain)


def verify_one(head: Mapping[Any, Any], chain: Sequence[StoredEvent]) -> list[Violation]:
    """What does not hold of one interaction: `head` is its row with counts of places, `chain` its events by seq."""
    number = str(head["number"])
    found = [*_chain(chain), *_head(head, chain), *_place(head)]
    return [Violation(number, seq, what) for seq, what in found]


def _chain(chain: Sequence[StoredEvent]) -> Iterator[tuple[int, str]]:
    previous, state = GENESIS, None
    for expected, stored in enumerate(chain, start=1):
        if stored.seq != expected:
            yield stored.seq, f"expected seq {expected}"
            return
        if chain_hash(previous, stored) != stored.hash:
            yield stored.seq, "hash does not match the stored bytes"
        previous = stored.hash
        if stored.to_state is None:
            continue
        origin, target = _state(stored.from_state), State(stored.to_state)
        if state is not None and origin is not state:
            yield stored.seq, f"moves from {origin}, but was {state}"
        if not may_move(origin, target):
            yield stored.seq, f"illegal move from {origin} to {target}"
        state = target


def _head(head: Mapping[Any, Any], chain: Sequence[StoredEvent]) -> Iterator[tuple[int, str]]:
    if not chain:
        yield 0, "no events"
        return
    last = chain[-1]
    if head["last_seq"] != last.seq:
        yield 0, f"head says seq {head['last_seq']}, the last event is {last.seq}"
    if head["head"] != last.hash:
        yield 0, "head hash is not that of the last event"
    moved = [stored.to_state for stored in chain if stored.to_state]
    if moved and head["state"] != moved[-1]:
        yield 0, f"head says {head['state']}, the last move was to {moved[-1]}"
    if chain[0].kind != Opened.kind:
        yield 1, "does not begin with interaction.opened"
    elif orjson.loads(chain[0].body)["number"] != head["number"]:
        yield 1, "opened with another number"


def _place(head: Mapping[Any, Any]) -> Iterator[tuple[int, str]]:
    offers, assignments = _PLACES.get(State(str(head["state"])), (0, 0))
    if head["offers"] != offers:
        yield 0, f"{head['state']} with {head['offers']} live offers"
    if head["assignments"] != assignments:
        yield 0, f"{head['state']} with {head['assignments']} live assignments"
    elif assignments and head["assigned_seat"] != head["seat_id"]:
        yield 0, "assigned to another seat than the head's"


async def _loose_ends(connection: AsyncConnection) -> AsyncIterator[Violation]:
    for row in await connection.execute(_ORPHANS):
        yield Violation(str(row.interaction_id), 0, "events without an interaction")
    for row in await connection.execute(_LOST_REPEATS):
        yield Violation(str(row.interaction_id), row.seq, "acknowledged, but not in the log")


def _state(value: str | None) -> State | None:
    return None if value is None else State(value)
