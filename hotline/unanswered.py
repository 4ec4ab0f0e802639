"""What residents asked and the bot did not know, or answered badly: from the log, in groups, for who may read words.

    bot turns in doubt ──────────────────────┐
    bot answers of services rated 1 or 2 ────┴─▶ the question's words ─▶ masked ─▶ groups of the similar

Every record whose words are opened leaves an audit row in the transaction that reads them: no row, no words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import select, text

from agents.auditing import write_audit
from agents.roles import Right, Viewer, scoped
from bots.grouping import grouped
from bots.personal import masked
from interactions.clock import Clock
from interactions.database import Database
from interactions.events import TurnSaid
from interactions.reading import LogReader
from interactions.tables import interaction

MOST = 2_000
_DOUBTS = frozenset({"unsure", "none_of_them"})
# The partial index of answered questions holds just the bot's turns that answer one.
_ANSWERED = text("""
select e.interaction_id, e.in_reply_to, e.body,
       exists (
           select from rating r where r.segment_id = e.interaction_id and (r.score <= 2 or r.solved is false)
       ) as bad
from event e
where e.in_reply_to is not null and e.kind = 'turn.said' and e.by = 'bot' and e.at >= :since
order by e.interaction_id desc, e.seq desc
""")


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a resident, its words masked; `entry_id` is the entry that was told and badly rated."""

    interaction_id: UUID
    seq: int
    words: str
    entry_id: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Questions alike; `group_id` is that of the first of them, and stays while it is the first."""

    group_id: str
    asked: tuple[Asked, ...]


class Unanswered:
    """Reads and groups."""

    def __init__(self, database: Database, *, reader: LogReader, clock: Clock) -> None:
        self._database = database
        self._reader = reader
        self._clock = clock

    async def groups(self, viewer: Viewer, *, since: datetime) -> list[Group]:
        """Groups of what was asked since then, the largest first; raises `NotAllowed` for who may not read words."""
        viewer.require(Right.READ_WORDS)
        wanted = await self._wanted(viewer, since=since)
        asked = await self._read(viewer, wanted)
        return [_group([asked[at] for at in places]) for places in grouped([one.words for one in asked])]

    async def _wanted(self, viewer: Viewer, *, since: datetime) -> list[tuple[UUID, int, str | None]]:
        async with self._database.read() as connection:
            rows = (await connection.execute(_ANSWERED, {"since": since})).all()
            found = [
                (row.interaction_id, row.in_reply_to, entry)
                for row in rows
                for wanted, entry in [_judged(row.body, bad=row.bad)]
                if wanted
            ][:MOST]
            ids = {interaction_id for interaction_id, _, _ in found}
            within = scoped(select(interaction.c.interaction_id).where(interaction.c.interaction_id.in_(ids)), viewer)
            reached = set(await connection.scalars(within))
        return [one for one in found if one[0] in reached]

    async def _read(self, viewer: Viewer, wanted: Sequence[tuple[UUID, int, str | None]]) -> list[Asked]:
        by_interaction: dict[UUID, dict[int, str | None]] = {}
        for interaction_id, seq, entry in wanted:
            by_interaction.setdefault(interaction_id, {})[seq] = entry
        asked: list[Asked] = []
        for interaction_id, seqs in by_interaction.items():
            async with self._database.unit() as unit:
                await write_audit(
                    unit, viewer, action="read_unanswered", clock=self._clock, interaction_id=interaction_id
                )
                _, records = await self._reader.read_on(unit.connection, interaction_id)
            asked += [
                Asked(interaction_id, one.seq, masked(one.event.text), seqs[one.seq])
                for one in records
                if one.seq in seqs and isinstance(one.event, TurnSaid) and one.event.text
            ]
        return asked


def _judged(body: bytes, *, bad: bool) -> tuple[bool, str | None]:
    """Whether the question wants content, and the entry that was badly rated for it."""
    plain = orjson.loads(body)
    facts = plain.get("answer") or {}
    if plain.get("purpose") == "unsure":
        return facts.get("why", "unsure") in _DOUBTS, None
    return bad and plain.get("purpose") == "answer", facts.get("entry")


def _group(asked: Sequence[Asked]) -> Group:
    first = min(asked, key=lambda one: (one.interaction_id, one.seq))
    digest = hashlib.sha256(f"{first.interaction_id}:{first.seq}".encode()).hexdigest()[:8]
    return Group(digest, tuple(asked))
