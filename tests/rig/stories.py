"""One interaction as its events tell it: one place after the other, what rings and who has it in hand, its age.

offered ─▶ rings until it ends ─▶ accepted ─▶ a segment until it is finished ─┬─ handed on: the next one begins
                                                                              └─ over: whatever was held is free
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from tests.rig.facts import Fact

ROUNDING = timedelta(seconds=0.15)
# A wait is told as of the beginning of a round or an accept, which last no longer than a transaction.
TRANSACTION = timedelta(seconds=2)
FINAL = frozenset({"closed", "abandoned"})
IN_HAND = frozenset({"with_lawyer", "wrap_up"})


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
            "callback.asked": self._work_due,
            "message.left": self._work_due,
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


def stories(facts: Iterable[Fact]) -> dict[UUID, Story]:
    """Each interaction's story, told to its last event."""
    told: dict[UUID, Story] = {}
    for fact in facts:
        told.setdefault(fact.interaction_id, Story(fact.interaction_id)).take(fact)
    for story in told.values():
        story.finish()
    return told
