"""Proves the whole log from its stored bytes, in one read-only snapshot beside a serving process.

    heads, so many at a time, in id order ─▶ their events, streamed in order ─▶ a proof of each (proof.py)
    then what belongs to no interaction (loose_ends.py)

Without keys words are proved unchanged, not read; with keys each is opened, too. Memory does not grow with the log.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from interactions.database import Database
from interactions.loose_ends import loose_ends
from interactions.proof import HeadRow, Proof
from interactions.rows import SELECT_MANY, stored_event
from interactions.sealing import KeyRing

BATCH = 500
KEPT = 1_000
_HEADS = text("""
select i.interaction_id, i.number, i.state, i.matter, i.seat_id, i.last_seq, i.head,
       k.interaction_id is not null, k.master_id, k.wrapped,
       array(select o.seat_id from offer o where o.interaction_id = i.interaction_id and o.state = 'live'
             order by o.offer_id),
       array(select t.transfer_id is not null from offer o
             left join transfer t on t.transfer_id = o.transfer_id and t.interaction_id = o.interaction_id
                                     and t.state = 'open'
             where o.interaction_id = i.interaction_id and o.state = 'live' order by o.offer_id),
       array(select exists (select from assignment a where a.segment_id = t.segment_id and a.finished_at is null
                            and (a.interaction_id, a.seat_id, a.account_id)
                              = (t.interaction_id, t.seat_id, t.account_id))
             from transfer t where t.interaction_id = i.interaction_id and t.state = 'open'),
       array(select a.seat_id from assignment a where a.interaction_id = i.interaction_id and a.finished_at is null
             order by a.segment_id),
       array(select a.released_at is not null from assignment a
             where a.interaction_id = i.interaction_id and a.finished_at is null order by a.segment_id),
       array(select w.state from work_item w where w.interaction_id = i.interaction_id and w.ended_at is null)
from interaction i left join interaction_key k on k.interaction_id = i.interaction_id
where i.interaction_id > :after order by i.interaction_id limit :most
""")


@dataclass(frozen=True, slots=True)
class Violation:
    """What does not hold, of which interaction, at which seq (0: the interaction as a whole)."""

    interaction: str
    seq: int
    what: str


@dataclass(slots=True)
class Verdict:
    """How much was verified, how much does not hold, and the first `KEPT` of that."""

    interactions: int = 0
    events: int = 0
    found: int = 0
    violations: list[Violation] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return self.found == 0

    def add(self, interaction: str, faults: Iterable[tuple[int, str]]) -> None:
        """Counts what does not hold of one interaction; keeps the first of all."""
        for seq, what in faults:
            self.found += 1
            if len(self.violations) < KEPT:
                self.violations.append(Violation(interaction, seq, what))


async def verify(
    database: Database, *, keys: KeyRing | None = None, progress: Callable[[int], None] = lambda _: None
) -> Verdict:
    """The verdict on the whole log; `progress` hears how many interactions were looked at."""
    verdict = Verdict()
    async with database.snapshot() as connection:
        async for heads in _batches(connection):
            await _verify_batch(connection, heads, verdict, keys)
            progress(verdict.interactions)
        async for interaction, seq, what in loose_ends(connection):
            verdict.add(interaction, [(seq, what)])
    return verdict


async def count(database: Database) -> int:
    """How many interactions there are to verify."""
    async with database.read() as connection:
        return int(await connection.scalar(text("select count(*) from interaction")) or 0)


async def _batches(connection: AsyncConnection) -> AsyncIterator[list[HeadRow]]:
    after = UUID(int=0)
    while heads := [HeadRow(*row) for row in await connection.execute(_HEADS, {"after": after, "most": BATCH})]:
        yield heads
        after = heads[-1].interaction_id


async def _verify_batch(
    connection: AsyncConnection, heads: list[HeadRow], verdict: Verdict, keys: KeyRing | None
) -> None:
    proofs = {head.interaction_id: Proof(head, keys=keys) for head in heads}
    numbers = {head.interaction_id: head.number for head in heads}
    async with connection.stream(SELECT_MANY, {"ids": list(proofs)}) as rows:
        async for row in rows:
            stored = stored_event(row)
            verdict.add(numbers[stored.interaction_id], proofs[stored.interaction_id].take(stored))
            verdict.events += 1
    for interaction_id, proof in proofs.items():
        verdict.add(numbers[interaction_id], proof.finish())
        verdict.interactions += 1
