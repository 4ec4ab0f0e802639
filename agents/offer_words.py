"""The words that come with an offer: what is owed to the resident, what the lawyer who hands it on wrote."""

from __future__ import annotations

from uuid import UUID

from agents.seat_view import HandedOn, Ringing
from interactions.events import NoteWritten
from interactions.reading import LogReader
from interactions.work import Work, work_after


async def owed(reader: LogReader, ringing: Ringing) -> Work | None:
    """The callback or message behind the offer."""
    if ringing.work is None:
        return None
    _, records = await reader.read(ringing.interaction_id)
    return work_after(records)


async def note_of(reader: LogReader, ringing: Ringing) -> str | None:
    """The note to the next lawyer."""
    return await _note(reader, ringing.interaction_id, ringing.handed_on) if ringing.handed_on else None


async def _note(reader: LogReader, interaction_id: UUID, handed_on: HandedOn) -> str | None:
    if handed_on.note_seq is None:
        return None
    written = (await reader.read_one(interaction_id, handed_on.note_seq)).event
    return written.text if isinstance(written, NoteWritten) else None
