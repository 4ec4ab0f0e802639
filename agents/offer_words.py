"""The words that come with an offer: what is owed to the resident, what the lawyer who hands it on wrote."""

from __future__ import annotations

from agents.seat_view import Ringing
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
    if ringing.handed_on is None or ringing.handed_on.note_seq is None:
        return None
    written = (await reader.read_one(ringing.interaction_id, ringing.handed_on.note_seq)).event
    return written.text if isinstance(written, NoteWritten) else None
