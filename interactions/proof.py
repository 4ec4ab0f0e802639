"""Proves one interaction from its row, its key and its events, taken one by one in the order of seq.

    seq 1…n without a gap · hash of each event over its stored bytes and the hash before it
    from_state is where it was · the move is legal · an answer answers a turn of the resident
    sealed words open (where keys are given), none after the erasure
    head row = fold of the events · number and key as the events say · one place where the state asks for one, else none

Pure, and forgiving: whatever stands in a column, the proof goes on and names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from interactions.chain import GENESIS, StoredEvent, chain_hash
from interactions.errors import Invalid
from interactions.events import ErasedForGood, Opened, TurnSaid
from interactions.model import By, State, WorkState
from interactions.sealing import KeyRing, WordsCipher, WrappedKey, bound_to
from interactions.states import may_move

# How many live offers and live assignments an interaction in each state holds, transfers apart.
_PLACES: Mapping[str, tuple[int, int]] = {State.OFFERED: (1, 0), State.WITH_LAWYER: (0, 1), State.WRAP_UP: (0, 1)}
# What an open work item may be in each state: scheduled in `callback_due`, due in line and in hand, else there is none.
_WORKS: Mapping[str, str] = {
    State.CALLBACK_DUE: WorkState.SCHEDULED,
    **dict.fromkeys((State.WAITING, State.OFFERED, State.WITH_LAWYER, State.WRAP_UP), WorkState.DUE),
}
_STATES = {state.value: state for state in State}


@dataclass(frozen=True, slots=True)
class HeadRow:
    """A row of `interaction` with what stands beside it; raw, because nothing of it is believed.

    `offers`: seats of live offers, `handing_on` whether each is of an open transfer. `transfers`: whether each open
    one is of the live assignment: its stretch, seat and lawyer. `assignments`: seats of live assignments, `released`
    whether each talk has ended. `works`: states of open work items.
    """

    interaction_id: UUID
    number: str
    state: str
    matter: str
    seat_id: UUID | None
    last_seq: int
    head: bytes
    has_key: bool
    master_id: str | None
    wrapped: bytes | None
    offers: Sequence[UUID]
    handing_on: Sequence[bool]
    transfers: Sequence[bool]
    assignments: Sequence[UUID]
    released: Sequence[bool]
    works: Sequence[str]


class Proof:
    """One interaction under proof. `take` each event in order, then `finish`; both yield (seq, what does not hold)."""

    def __init__(self, row: HeadRow, *, keys: KeyRing | None) -> None:
        self._row = row
        self._cipher: WordsCipher | None = None
        self._key_fault = self._unwrap(keys)
        self._expected = 1
        self._previous: bytes | None = GENESIS
        # The first move leaves the bot, also on the phone, where it comes with the opening.
        self._state: State | None = State.WITH_BOT
        self._last: StoredEvent | None = None
        self._erased_at: int | None = None
        self._asked: set[int] = set()

    def take(self, stored: StoredEvent) -> Iterator[tuple[int, str]]:
        """What does not hold of the next event."""
        if stored.seq != self._expected:
            yield stored.seq, f"expected seq {self._expected}"
            self._previous = None  # what stood before it is gone
        told = [*self._hash(stored), *self._move(stored), *self._answer(stored), *self._words(stored)]
        yield from ((stored.seq, what) for what in told)
        if stored.seq == 1:
            yield from ((1, what) for what in self._opening(stored))
        self._expected, self._previous, self._last = stored.seq + 1, stored.hash, stored

    def finish(self) -> Iterator[tuple[int, str]]:
        """What does not hold of the interaction as a whole."""
        if self._last is None:
            yield 0, "no events"
        else:
            yield from ((0, what) for what in self._head(self._last))
        places = (*self._place(), *self._transfer(), *self._work(), *self._key())
        yield from ((0, what) for what in places)

    def _hash(self, stored: StoredEvent) -> Iterator[str]:
        try:
            holds = self._previous is None or chain_hash(self._previous, stored) == stored.hash
        except (OverflowError, TypeError, ValueError):
            holds = False  # a value that no event of ours can hold
        if not holds:
            yield "hash does not match the stored bytes"

    def _move(self, stored: StoredEvent) -> Iterator[str]:
        if stored.from_state is None and stored.to_state is None:
            return
        origin, target = _STATES.get(stored.from_state or ""), _STATES.get(stored.to_state or "")
        if origin is None or target is None:
            yield f"unknown state in the move from {stored.from_state} to {stored.to_state}"
        elif not may_move(origin, target):
            yield f"illegal move from {origin} to {target}"
        if self._state is not None and origin is not self._state:
            yield f"moves from {stored.from_state}, but was {self._state}"
        self._state = target

    def _answer(self, stored: StoredEvent) -> Iterator[str]:
        if stored.in_reply_to is not None and stored.in_reply_to not in self._asked:
            yield f"answers seq {stored.in_reply_to}, which is no turn of the resident before it"
        if stored.kind == TurnSaid.kind and stored.by == By.RESIDENT:
            self._asked.add(stored.seq)

    def _words(self, stored: StoredEvent) -> Iterator[str]:
        if stored.kind == ErasedForGood.kind:
            self._erased_at = stored.seq
        if stored.sealed is None:
            return
        if self._erased_at is not None:
            yield "sealed words after the erasure"
        if self._cipher is not None and not _opens(self._cipher, stored):
            yield "sealed words do not open"

    def _opening(self, stored: StoredEvent) -> Iterator[str]:
        if stored.kind != Opened.kind:
            yield "does not begin with interaction.opened"
        elif _number(stored.body) != self._row.number:
            yield "opened with another number"

    def _head(self, last: StoredEvent) -> Iterator[str]:
        row = self._row
        if row.last_seq != last.seq:
            yield f"head says seq {row.last_seq}, the last event is {last.seq}"
        if row.head != last.hash:
            yield "head hash is not that of the last event"
        if self._state is not None and row.state != self._state:
            yield f"head says {row.state}, the last move was to {self._state}"
        if row.matter != last.matter:
            yield f"head says matter {row.matter}, the last event {last.matter}"

    def _place(self) -> Iterator[str]:
        row = self._row
        offers, assignments = _PLACES.get(row.state, (0, 0))
        plain = len(row.offers) - sum(row.handing_on)
        if plain != offers:
            yield f"{row.state} with {plain} live offers"
        if len(row.assignments) != assignments:
            yield f"{row.state} with {len(row.assignments)} live assignments"
        elif assignments and row.assignments[0] != row.seat_id:
            yield "assigned to another seat than the head's"
        elif assignments and row.released[0] != (row.state == State.WRAP_UP):
            yield f"{row.state}, but the talk {'has' if row.released[0] else 'has not'} ended"

    def _work(self) -> Iterator[str]:
        """Who waits for a callback is owed exactly one; who waits in line may be owed one that is due."""
        row = self._row
        wanted = _WORKS.get(row.state)
        if len(row.works) > 1 or len(row.works) < (row.state == State.CALLBACK_DUE):
            yield f"{row.state} with {len(row.works)} open work items"
        elif row.works and row.works[0] != wanted:
            yield f"{row.state} with a work item that is {row.works[0]}"

    def _transfer(self) -> Iterator[str]:
        """With a lawyer who hands it on: at most one open transfer, which may ring at one other seat."""
        row, ringing, transfers = self._row, sum(self._row.handing_on), len(self._row.transfers)
        most = 1 if row.state == State.WITH_LAWYER else 0
        if transfers > most:
            yield f"{row.state} with {transfers} open transfers"
        if ringing > transfers:
            yield f"{ringing} live offers of {transfers} open transfers"
        if not all(row.transfers):
            yield "an open transfer is of another stretch of service than the live one"
        if any(
            of_transfer and seat == row.seat_id for seat, of_transfer in zip(row.offers, row.handing_on, strict=True)
        ):
            yield "a transfer rings at the seat that has it"

    def _key(self) -> Iterator[str]:
        row = self._row
        if self._erased_at is not None and row.wrapped is not None:
            yield "erased, but its key is still there"
        elif self._erased_at is None and row.wrapped is None:
            yield "its key is gone, but it was not erased" if row.has_key else "no key and not erased"
        elif self._key_fault:
            yield self._key_fault

    def _unwrap(self, keys: KeyRing | None) -> str | None:
        row = self._row
        if keys is None or row.wrapped is None or row.master_id is None:
            return None
        if row.master_id not in keys.masters:
            return f"its key is wrapped by {row.master_id}, which is not among the master keys"
        try:
            self._cipher = keys.unwrap(WrappedKey(row.master_id, row.wrapped), owner=row.interaction_id)
        except (Invalid, ValueError):
            return "its key does not open"
        return None


def _opens(cipher: WordsCipher, stored: StoredEvent) -> bool:
    try:
        cipher.open(stored.sealed or b"", bound_to=bound_to(stored.interaction_id, stored.seq, stored.kind))
    except (Invalid, ValueError, OverflowError):
        return False
    return True


def _number(body: bytes) -> Any:
    try:
        header = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return header.get("number") if isinstance(header, dict) else None
