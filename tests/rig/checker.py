"""Proves from the log alone that nobody was lost: no table but `event` is read, no code of the rooms is used.

    events of an interaction, by seq ─▶ story: one place after the other, offers, segments, ages   (stories.py)
    stories of all, by time          ─▶ each seat's hands · who was passed over                    (passed_over.py)
    what people were acknowledged    ─▶ found, once

`at` is one clock's: where processes' clocks differ, what is compared across interactions is not proved.
`against_heads` then holds the fold of the log against the mutable rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from tests.rig.facts import Fact, read, read_on
from tests.rig.passed_over import passed_over
from tests.rig.stories import ROUNDING, Story, stories

__all__ = ["Acknowledged", "Fact", "against_heads", "check", "read", "read_on"]

_HEADS = """
select i.interaction_id, i.state, i.waiting_since, i.last_seq, i.seat_id,
       array(select offer_id::text from offer o where o.interaction_id = i.interaction_id
             and o.state = 'live') as offers,
       array(select segment_id::text from assignment a where a.interaction_id = i.interaction_id
             and a.finished_at is null) as segments
from interaction i where $1::uuid[] is null or i.interaction_id = any($1)
"""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What somebody was told is done: an event at a place; with `client_id`, said once in the whole interaction."""

    interaction_id: UUID
    seq: int
    client_id: str | None = None


def check(
    facts: Sequence[Fact], *, acknowledged: Iterable[Acknowledged] = (), pause: timedelta = timedelta(seconds=60)
) -> list[str]:
    """Everything that does not hold, each with its interaction; `pause` keeps a seat that refused from being asked."""
    told = stories(facts)
    found = [f"{one.interaction_id}: {fault}" for one in told.values() for fault in one.faults]
    return [*found, *_overfull(told.values()), *passed_over(told.values(), pause), *_missing(told, acknowledged)]


def _overfull(told: Iterable[Story]) -> Iterator[str]:
    """A seat's hands over time: at each offer no more than it could take at once then."""
    changes: list[tuple[datetime, int, int, str, Fact]] = []
    for stretch in (one for story in told for one in story.stretches):
        changes.append((stretch.since.at, 1, stretch.since.tx, stretch.seat_id, stretch.since))
        if stretch.until is not None:
            changes.append((stretch.until.at, -1, stretch.until.tx, stretch.seat_id, stretch.until))
    hands: Counter[str] = Counter()
    for _, change, _, seat_id, fact in sorted(changes, key=lambda one: one[:4]):
        hands[seat_id] += change
        most = fact.body.get("why", {}).get("most")
        if change > 0 and most is not None and hands[seat_id] > most:
            yield f"{fact.interaction_id}: seq {fact.seq} offered to a seat with {hands[seat_id]} in hand of {most}"


def _missing(told: dict[UUID, Story], acknowledged: Iterable[Acknowledged]) -> Iterator[str]:
    for one in acknowledged:
        story = told.get(one.interaction_id)
        if story is None or not 0 < one.seq <= len(story.facts):
            yield f"{one.interaction_id}: seq {one.seq} was acknowledged and is not in the log"
        elif one.client_id is not None:
            said = [fact.seq for fact in story.facts if fact.body.get("client_id") == one.client_id]
            if said != [one.seq]:
                yield f"{one.interaction_id}: {one.client_id} was acknowledged as seq {one.seq} and stands at {said}"


async def against_heads(connection: asyncpg.Connection, facts: Sequence[Fact]) -> list[str]:
    """Where the mutable rows say something else than the fold of the log."""
    told = stories(facts)
    rows = await connection.fetch(_HEADS, list(told))
    found = [fault for row in rows for fault in _differs(row, told[row["interaction_id"]])]
    missing = told.keys() - {row["interaction_id"] for row in rows}
    return found + [f"{one}: no row" for one in missing]


def _differs(row: asyncpg.Record, story: Story) -> Iterator[str]:
    expected = {
        "state": story.state,
        "last_seq": len(story.facts),
        "offers": [one for one in (story.offer_id, story.transfer_offer_id) if one],
        "segments": [story.segment_id] if story.segment_id else [],
    }
    for name, value in expected.items():
        if row[name] != value:
            yield f"{story.interaction_id}: the row's {name} is {row[name]}, the log's {value}"
    since = row["waiting_since"]
    if story.age_moved:
        return
    if story.joined_at is not None and (since is None or abs(since - story.joined_at) > ROUNDING):
        yield f"{story.interaction_id}: in line since {since} by its row, since {story.joined_at} by the log"
