"""Who was passed over: of one need and urgency, whoever a round could see in line goes first, by their age.

Whom a round could see is exact: an offer carries the snapshot its round began with, an event its transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from tests.rig.facts import Fact
from tests.rig.stories import ROUNDING, Story

# Two processes that read their clocks and then wait for each other may store in the other order.
APART = timedelta(milliseconds=10)
OFFERS_ENDED = frozenset({"interaction.offer_ended", "interaction.transfer_offer_ended"})
FOR_GOOD = frozenset({"conflict", "competence"})


@dataclass(frozen=True, slots=True)
class Wait:
    """A stay in line: of whom, for what, since when, and the event that ended it."""

    story: Story
    kind: tuple[str, ...]
    since: Fact
    until: Fact | None


def passed_over(told: Collection[Story], pause: timedelta) -> Iterator[str]:
    """Of one need and urgency, whoever could be seen in line and may be offered to that seat goes first."""
    waits = [wait for story in told for wait in _waits(story)]
    by_kind: defaultdict[tuple[str, ...], list[Wait]] = defaultdict(list)
    for wait in waits:
        by_kind[wait.kind].append(wait)
    known = _known_residents(told)
    for chosen in (one for one in waits if one.until is not None and one.until.kind == "interaction.offered"):
        for other in by_kind[chosen.kind]:
            if other.story is not chosen.story and _was_passed_over(other, chosen, pause, known):
                yield f"{other.story.interaction_id}: in line before {chosen.story.interaction_id}, offered after it"


def _was_passed_over(other: Wait, chosen: Wait, pause: timedelta, known: Collection[UUID]) -> bool:
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


def _waits(story: Story) -> Iterator[Wait]:
    """Each stay in line, cut where urgency or matter changed in it."""
    opened = story.facts[0].body
    urgency, since = 3, None
    for fact in story.facts:
        changed = fact.kind == "interaction.flagged" and fact.body["urgency_to"] != urgency
        if since is not None and (fact.to_state not in (None, "waiting") or changed or fact.matter != since.matter):
            kind = (opened.get("channel", ""), opened.get("language", ""), since.matter, str(urgency))
            yield Wait(story, kind, since, fact)
            since = fact if fact.to_state is None else None
        if changed:
            urgency = fact.body["urgency_to"]
        if fact.to_state == "waiting":
            since = fact
    if since is not None:
        kind = (opened.get("channel", ""), opened.get("language", ""), since.matter, str(urgency))
        yield Wait(story, kind, since, None)


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
