"""Who may see what of a log: pure rules over records, one for residents and one for staff.

`prev` and `last` on the wire count only what their receiver may see; the kinds are here for queries, too.
"""

from __future__ import annotations

from interactions.events import NoteWritten, TurnSaid
from interactions.record import Recorded

RESIDENT_KINDS = frozenset({TurnSaid.kind})
STAFF_KINDS = frozenset({TurnSaid.kind, NoteWritten.kind})


def visible_to_resident(record: Recorded) -> bool:
    """Whether the resident may see this event's words: turns only, never a note or a classification."""
    return record.kind in RESIDENT_KINDS


def visible_to_staff(record: Recorded) -> bool:
    """Whether the console shows this event in the conversation: turns and notes."""
    return record.kind in STAFF_KINDS
