"""From a decision to rows: numbered, sealed, chained. Pure; the log does the I/O around it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from interactions.chain import StoredEvent, chain_hash
from interactions.errors import Erased, Invalid
from interactions.events import Event
from interactions.head import CHANGEABLE, Head
from interactions.model import State
from interactions.record import Bundle, Draft, Recorded
from interactions.sealing import WordsCipher, bound_to
from interactions.states import move


@dataclass(frozen=True, slots=True)
class Appended:
    """What one bundle adds: rows to store, records to announce, and the head after them."""

    stored: tuple[StoredEvent, ...]
    recorded: tuple[Recorded, ...]
    head: Head

    @property
    def first_seq(self) -> int:
        """The seq of the first event."""
        return self.stored[0].seq


def append(bundle: Bundle, *, head: Head, cipher: WordsCipher | None, at: datetime) -> Appended:
    """The rows of `bundle` after `head`; raises what its decision refuses, and `Erased` for words without a key."""
    drafts = bundle.decide(head)
    if not drafts:
        raise Invalid("a bundle without events")
    stored: list[StoredEvent] = []
    recorded: list[Recorded] = []
    for draft in drafts:
        row, head = _append_one(draft, head=head, cipher=cipher, at=at)
        stored.append(row)
        recorded.append(_record(row, draft))
    return Appended(tuple(stored), tuple(recorded), head)


def _append_one(draft: Draft, *, head: Head, cipher: WordsCipher | None, at: datetime) -> tuple[StoredEvent, Head]:
    seq = head.last_seq + 1
    state = move(head.state, draft.to) if draft.to else head.state
    row = StoredEvent(
        interaction_id=head.interaction_id,
        seq=seq,
        kind=draft.event.kind,
        by=draft.by.value,
        by_id=draft.by_id,
        at=at,
        from_state=head.state.value if draft.to else None,
        to_state=draft.to.value if draft.to else None,
        matter=_matter(draft, head),
        in_reply_to=draft.in_reply_to,
        body=draft.event.header(),
        sealed=_sealed(draft.event, seq=seq, head=head, cipher=cipher),
    )
    row = row.hashed(chain_hash(head.head, row))
    return row, _after(draft, head=head, state=state, row=row)


def _after(draft: Draft, *, head: Head, state: State, row: StoredEvent) -> Head:
    unknown = draft.changes.keys() - CHANGEABLE
    if unknown:
        raise Invalid(f"not a changeable column of the head: {sorted(unknown)}")
    return replace(head, last_seq=row.seq, state=state, head=row.hash, **draft.changes)  # type: ignore[arg-type]


def _matter(draft: Draft, head: Head) -> str:
    changed = draft.changes.get("matter")
    return head.matter if changed is None else str(changed)


def _sealed(event: Event, *, seq: int, head: Head, cipher: WordsCipher | None) -> bytes | None:
    words = event.words()
    if words is None:
        return None
    if cipher is None:
        raise Erased("the words of this interaction were erased; none can be added")
    return cipher.seal(words, bound_to=bound_to(head.interaction_id, seq, event.kind))


def _record(row: StoredEvent, draft: Draft) -> Recorded:
    return Recorded(
        interaction_id=row.interaction_id,
        seq=row.seq,
        kind=row.kind,
        by=draft.by,
        by_id=draft.by_id,
        at=row.at,
        from_state=State(row.from_state) if row.from_state else None,
        to_state=draft.to,
        matter=row.matter,
        in_reply_to=draft.in_reply_to,
        event=draft.event,
        hash=row.hash,
    )
