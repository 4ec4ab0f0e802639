"""Proves from the log alone that nobody was lost: no table but `event` is read, no code of the rooms is used.

    events of an interaction, by seq ─▶ story: one place after the other, offers, segments, ages
    stories of all, by time          ─▶ each seat's hands · who was passed over
    what people were acknowledged    ─▶ found, once

`at` is one clock's: where processes' clocks differ, what is compared across interactions is not proved. Whom a round
could see is exact all the same: an offer carries the snapshot its round began with, an event its transaction.
`against_heads` then holds the fold of the log against the mutable rows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import orjson

ROUNDING = timedelta(seconds=0.15)
# A wait is told as of the beginning of a round or an accept, which last no longer than a transaction.
TRANSACTION = timedelta(seconds=2)
# Two processes that read their clocks and then wait for each other may store in the other order.
APART = timedelta(milliseconds=10)
FINAL = frozenset({"closed", "abandoned"})
IN_HAND = frozenset({"with_lawyer", "wrap_up"})
OFFERS_ENDED = frozenset({"interaction.offer_ended", "interaction.transfer_offer_ended"})
FOR_GOOD = frozenset({"conflict", "competence"})
_EVENTS = """
select interaction_id, seq, kind, "by", by_id, at, from_state, to_state, matter, body, tx::text::bigint as tx
from event where $1::uuid[] is null or interaction_id = any($1) order by interaction_id, seq
"""
_HEADS = """
select i.interaction_id, i.state, i.waiting_since, i.last_seq, i.seat_id,
       array(select offer_id::text from offer o where o.interaction_id = i.interaction_id
             and o.state = 'live') as offers,
       array(select segment_id::text from assignment a where a.interaction_id = i.interaction_id
             and a.finished_at is null) as segments
from interaction i where $1::uuid[] is null or i.interaction_id = any($1)
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


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What somebody was told is done: an event at a place; with `client_id`, said once in the whole interaction."""

    interaction_id: UUID
    seq: int
    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Something that takes a place at a seat: an offer until it ended, a segment until it was finished."""

    seat_id: str
    since: Fact
    until: Fact | None


@dataclass(slots=True)
class Story:
    """One interaction as its events tell it; `faults` is what does not hold."""

    interaction_id: UUID
    facts: list[Fact] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    state: str = "with_bot"
    offer_id: str | None = None
    transfer_offer_id: str | None = None
    segment_id: str | None = None
    transfer_id: str | None = None
    meant_for: str | None = None
    joined_at: datetime | None = None
    age_moved: bool = False
    stretches: list[Stretch] = field(default_factory=list)
    _ended: Counter[str] = field(default_factory=Counter)
    _open: dict[str, tuple[str, Fact]] = field(default_factory=dict)

    def take(self, fact: Fact) -> None:
        """The next event."""
        if fact.seq != len(self.facts) + 1:
            self._say(fact, f"expected seq {len(self.facts) + 1}")
        self.facts.append(fact)
        self._move(fact)
        follow = {
            "interaction.offered": self._offered,
            "interaction.offer_ended": self._offer_ended,
            "interaction.accepted": self._accepted,
            "interaction.returned": self._returned,
            "interaction.transfer_offered": self._transfer_offered,
            "interaction.transfer_offer_ended": self._transfer_offer_ended,
            "interaction.transferred": self._transferred,
            "interaction.transfer_asked": self._transfer_asked,
            "interaction.transfer_ended": self._transfer_ended,
            "work.due": self._work_due,
            "interaction.taken_over": self._moved_on,
        }.get(fact.kind)
        if follow:
            follow(fact)
        if fact.to_state in FINAL:
            self._over(fact)
        if fact.to_state == "waiting" and self.joined_at is None:
            self.joined_at = fact.at

    def finish(self) -> None:
        """What is still open has no end yet."""
        self.stretches += [Stretch(seat_id, since, None) for seat_id, since in self._open.values()]
        if self.transfer_offer_id is not None and self.state != "with_lawyer":
            self.faults.append(f"{self.state} with offer {self.transfer_offer_id} of a transfer")
        if self.transfer_id is not None and self.state != "with_lawyer":
            self.faults.append(f"{self.state} while it is being handed on")
        if (self.offer_id is not None) != (self.state == "offered"):
            self.faults.append(f"{self.state} with offer {self.offer_id}")
        if (self.segment_id is not None) != (self.state in IN_HAND):
            self.faults.append(f"{self.state} with segment {self.segment_id}")

    def _move(self, fact: Fact) -> None:
        if fact.to_state is None:
            return
        if fact.from_state != self.state:
            self._say(fact, f"leaves {fact.from_state}, but was {self.state}")
        self.state = fact.to_state

    def _offered(self, fact: Fact) -> None:
        self._require(fact, self.offer_id is None, "offered while an offer rings")
        self._require(fact, self.segment_id is None, "offered while a lawyer has it in hand")
        self._require_age(fact, fact.body["why"].get("waited_s"))
        self.offer_id = fact.body["offer_id"]
        self._open[fact.body["offer_id"]] = fact.body["seat_id"], fact

    def _offer_ended(self, fact: Fact) -> None:
        self._end_offer(fact, fact.body["offer_id"])

    def _accepted(self, fact: Fact) -> None:
        self._end_offer(fact, fact.body["offer_id"])
        self._require(fact, self.segment_id is None, "assigned twice")
        self._require_age(fact, fact.body["waited_s"])
        self.segment_id = fact.body["segment_id"]
        self._open[fact.body["segment_id"]] = fact.body["seat_id"], fact

    def _transfer_asked(self, fact: Fact) -> None:
        self._require(fact, self.transfer_id is None, "handed on twice at once")
        self.transfer_id, self.meant_for = fact.body["transfer_id"], fact.body.get("to_seat_id")

    def _transfer_ended(self, fact: Fact) -> None:
        self._require(fact, fact.body["transfer_id"] == self.transfer_id, "ends a transfer that is not open")
        self.transfer_id = None

    def _work_due(self, _: Fact) -> None:
        """A callback's place is its due time less the wait before it: another instant than the first joining."""
        self.age_moved = True

    def _transfer_offered(self, fact: Fact) -> None:
        self._require(fact, fact.body["transfer_id"] == self.transfer_id, "rings for a transfer that is not open")
        # What a person decided stands: no round makes it ring elsewhere.
        self._require(fact, self.meant_for in (None, fact.body["seat_id"]), "rings at a seat it was not meant for")
        self._require(fact, self.segment_id is not None, "handed on by nobody who has it in hand")
        self._require(fact, self.transfer_offer_id is None, "offered twice by transfer")
        self.transfer_offer_id = fact.body["offer_id"]
        self._open[fact.body["offer_id"]] = fact.body["seat_id"], fact

    def _transfer_offer_ended(self, fact: Fact) -> None:
        self._require(fact, fact.body["offer_id"] == self.transfer_offer_id, "ends an offer that does not ring")
        self._close(fact, fact.body["offer_id"])
        self.transfer_offer_id = None

    def _transferred(self, fact: Fact) -> None:
        """One segment ends and the next begins: never both, never none."""
        self._transfer_offer_ended(fact)
        self._transfer_ended(fact)
        self._moved_on(fact)

    def _moved_on(self, fact: Fact) -> None:
        self._require(fact, fact.body["from_segment_id"] == self.segment_id, "handed on from a segment not live")
        self._close(fact, fact.body["from_segment_id"])
        self.segment_id = fact.body["segment_id"]
        self._open[fact.body["segment_id"]] = fact.body["seat_id"], fact

    def _returned(self, fact: Fact) -> None:
        self._require(fact, fact.body["segment_id"] == self.segment_id, "returned from a segment that was not live")
        self._close(fact, fact.body["segment_id"])
        self.segment_id = None

    def _over(self, fact: Fact) -> None:
        """An end frees whatever was held; nothing rings or talks after it."""
        if self.offer_id is not None:
            self._end_offer(fact, self.offer_id)
        if self.segment_id is not None:
            self._close(fact, self.segment_id)
            self.segment_id = None

    def _end_offer(self, fact: Fact, offer_id: str) -> None:
        self._require(fact, offer_id == self.offer_id, f"ends offer {offer_id}, but {self.offer_id} rings")
        self._ended[offer_id] += 1
        self._require(fact, self._ended[offer_id] == 1, f"offer {offer_id} ends a second time")
        self._close(fact, offer_id)
        self.offer_id = None

    def _close(self, fact: Fact, held: str) -> None:
        seat_id, since = self._open.pop(held, (None, None))
        if seat_id is not None and since is not None:
            self.stretches.append(Stretch(seat_id, since, fact))

    def _require_age(self, fact: Fact, waited_s: float | None) -> None:
        """The wait told is the time since the resident first joined the line, whatever happened between."""
        if waited_s is None or self.joined_at is None or self.age_moved:
            return
        untold = fact.at - timedelta(seconds=waited_s) - self.joined_at
        self._require(fact, -ROUNDING <= untold <= TRANSACTION, f"says it waited {waited_s} s: age not kept")

    def _require(self, fact: Fact, holds: bool, what: str) -> None:
        if not holds:
            self._say(fact, what)

    def _say(self, fact: Fact, what: str) -> None:
        self.faults.append(f"seq {fact.seq} {fact.kind}: {what}")


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


def stories(facts: Iterable[Fact]) -> dict[UUID, Story]:
    """Each interaction's story, told to its last event."""
    told: dict[UUID, Story] = {}
    for fact in facts:
        told.setdefault(fact.interaction_id, Story(fact.interaction_id)).take(fact)
    for story in told.values():
        story.finish()
    return told


def check(
    facts: Sequence[Fact], *, acknowledged: Iterable[Acknowledged] = (), pause: timedelta = timedelta(seconds=60)
) -> list[str]:
    """Everything that does not hold, each with its interaction; `pause` keeps a seat that refused from being asked."""
    told = stories(facts)
    found = [f"{one.interaction_id}: {fault}" for one in told.values() for fault in one.faults]
    return [*found, *_overfull(told.values()), *_passed_over(told.values(), pause), *_missing(told, acknowledged)]


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


@dataclass(frozen=True, slots=True)
class _Wait:
    """A stay in line: of whom, for what, since when, and the event that ended it."""

    story: Story
    kind: tuple[str, ...]
    since: Fact
    until: Fact | None


def _passed_over(told: Collection[Story], pause: timedelta) -> Iterator[str]:
    """Of one need and urgency, whoever could be seen in line and may be offered to that seat goes first."""
    waits = [wait for story in told for wait in _waits(story)]
    by_kind: defaultdict[tuple[str, ...], list[_Wait]] = defaultdict(list)
    for wait in waits:
        by_kind[wait.kind].append(wait)
    known = _known_residents(told)
    for chosen in (one for one in waits if one.until is not None and one.until.kind == "interaction.offered"):
        for other in by_kind[chosen.kind]:
            if other.story is not chosen.story and _was_passed_over(other, chosen, pause, known):
                yield f"{other.story.interaction_id}: in line before {chosen.story.interaction_id}, offered after it"


def _was_passed_over(other: _Wait, chosen: _Wait, pause: timedelta, known: Collection[UUID]) -> bool:
    offered = chosen.until
    if offered is None or offered.body.get("seen") is None:
        return False
    seen = offered.body["seen"]
    if chosen.story.age_moved or other.story.age_moved:
        return False
    mine, theirs = chosen.story.joined_at, other.story.joined_at
    if mine is None or theirs is None or mine - theirs <= APART or not _visible(other.since.tx, seen):
        return False
    if other.until is not None:
        gone = _visible(other.until.tx, seen) or other.until.tx == offered.tx or other.until.at <= offered.at
        if gone:
            return False
    return other.story.interaction_id not in known and not _refused(other.story, offered, pause)


def _waits(story: Story) -> Iterator[_Wait]:
    """Each stay in line, cut where urgency or matter changed in it."""
    opened = story.facts[0].body
    urgency, since = 3, None
    for fact in story.facts:
        changed = fact.kind == "interaction.flagged" and fact.body["urgency_to"] != urgency
        if since is not None and (fact.to_state not in (None, "waiting") or changed or fact.matter != since.matter):
            kind = (opened.get("channel", ""), opened.get("language", ""), since.matter, str(urgency))
            yield _Wait(story, kind, since, fact)
            since = fact if fact.to_state is None else None
        if changed:
            urgency = fact.body["urgency_to"]
        if fact.to_state == "waiting":
            since = fact
    if since is not None:
        kind = (opened.get("channel", ""), opened.get("language", ""), since.matter, str(urgency))
        yield _Wait(story, kind, since, None)


def _known_residents(told: Collection[Story]) -> set[UUID]:
    """Interactions of residents whom a lawyer served before: they may wait a little for that lawyer."""
    served = {_resident(one) for one in told if any(fact.kind == "interaction.accepted" for fact in one.facts)}
    return {one.interaction_id for one in told if _resident(one) in served - {None}}


def _resident(story: Story) -> UUID | None:
    return next((fact.by_id for fact in story.facts if fact.by == "resident"), None)


def _refused(story: Story, offered: Fact, pause: timedelta) -> bool:
    """Whether the seat of `offered` may not have it: refused for good, or let go a little while ago."""
    for fact in story.facts:
        if fact.kind not in OFFERS_ENDED or fact.body["seat_id"] != offered.body["seat_id"]:
            continue
        if fact.at <= offered.at and (fact.body.get("reason") in FOR_GOOD or fact.at + pause >= offered.at - ROUNDING):
            return True
    return False


def _visible(tx: int, seen: str) -> bool:
    """Whether a transaction is committed in a snapshot, as PostgreSQL writes it: xmin:xmax:those under way."""
    first, last, under_way = seen.split(":")
    return tx < int(first) or (tx < int(last) and str(tx) not in under_way.split(","))


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
