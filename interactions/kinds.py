"""Every kind of event there is: whoever reads events finds their classes here, whichever file they are written in."""

from __future__ import annotations

from interactions import events, party_events, supervisor_events, transfer_events, work_events
from interactions.event import event_class, indexed_kinds

# To import a file is to file its kinds; one that is not named here cannot be read.
FILES = (events, party_events, supervisor_events, transfer_events, work_events)
__all__ = ["FILES", "event_class", "indexed_kinds"]
