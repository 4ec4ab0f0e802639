"""From a decision to rows: numbered, sealed, chained. Pure; the log does the I/O around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from interactions.chain import StoredEvent, chain_hash
from interactions.errors import Erased, Invalid
from interactions.event import Event
from interactions.head import Head
from interactions.record import Draft, Recorded
from interactions.sealing import WordsCipher, bound_to
from interactions.states import move

Cipher = Callable[[], WordsCipher | None]


class Appended(NamedTuple):
    """What one bundle adds: rows to store, records to announce, and the head after them."""

    stored: tuple[StoredEvent, ...]
    recorded: tuple[Recorded, ...]
    head: Head

    @property
    def first_seq(self) -> int:
        """The seq of the first event."""
        return self.stored[0].seq


def append(drafts: Sequence[Draft], *, head: Head, cipher: Cipher, at: datetime) -> Appended:
    """The rows of `drafts` after `head`; raises `Erased` for words where `cipher` has none."""
    if not drafts:
        raise Invalid("a bundle without events")
    stored: list[StoredEvent] = []
    recorded: list[Recorded] = []
    for draft in drafts:
        row, head = _append_one(draft, head=head, cipher=cipher, at=at)
        stored.append(row)
        recorded.append(Recorded(row, draft.event))
    return Appended(tuple(stored), tuple(recorded), head)


def _append_one(draft: Draft, *, head: Head, cipher: Cipher, at: datetime) -> tuple[StoredEvent, Head]:
    seq = head.last_seq + 1
    state = move(head.state, draft.to) if draft.to else head.state
    columns = (
        head.interaction_id,
        seq,
        draft.event.kind,
        draft.by.value,
        draft.by_id,
        at,
        head.state.value if draft.to else None,
        draft.to.value if draft.to else None,
        _matter(draft, head),
        draft.in_reply_to,
        draft.event.header(),
        _sealed(draft.event, seq=seq, head=head, cipher=cipher),
    )
    row = StoredEvent(*columns, chain_hash(head.head, StoredEvent(*columns)))
    return row, head.after(seq=seq, digest=row.hash, state=state, changes=draft.changes)


def _matter(draft: Draft, head: Head) -> str:
    changed = draft.changes.get("matter")
    return head.matter if changed is None else str(changed)


def _sealed(event: Event, *, seq: int, head: Head, cipher: Cipher) -> bytes | None:
    words = event.words()
    if words is None:
        return None
    found = cipher()
    if found is None:
        raise Erased("该服务单的内容已按规定删除，不能再添加")
    return found.seal(words, bound_to=bound_to(head.interaction_id, seq, event.kind))
