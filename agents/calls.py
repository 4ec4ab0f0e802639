"""Who is on the phone, in one rule: nobody cuts a running call, neither by going nor by closing.

a call came in, and its talk goes on                     ─▶ running
a callback is in hand ─┬─ its resident has confirmed     ─▶ running
                       └─ not yet, it is to be dialled   ─▶ to be tried: what came of it is recorded first
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from agents.errors import CallRunning
from interactions.errors import WrongState
from interactions.head import Head
from interactions.model import TALKING, VOICE
from interactions.work_rows import WorkRow

# With whom somebody may be on the phone; in wrap-up the line is free again.
CONNECTED = TALKING
RUNNING = "通话还没有结束，不能中断；请在通话结束后再办理"


def is_running(*, state: str, channel: str, segment_id: UUID | None, owed: WorkRow | None, now: datetime) -> bool:
    """Whether the lawyer of the segment is on the phone with the resident; `owed` is the open work item."""
    if state not in CONNECTED:
        return False
    return channel == VOICE or (owed is not None and owed.calls(now) and owed.confirmed_in == segment_id)


def require_none_running(head: Head, segment_id: UUID | None, owed: WorkRow | None, *, now: datetime) -> None:
    """Raises `CallRunning`."""
    if is_running(state=head.state, channel=head.channel, segment_id=segment_id, owed=owed, now=now):
        raise CallRunning(RUNNING)


def require_tried(owed: WorkRow | None, segment_id: UUID, *, now: datetime) -> None:
    """A call that was taken is made: what came of it decides whether it is due again. Raises `WrongState`."""
    if owed is not None and owed.calls(now) and owed.confirmed_in != segment_id:
        raise WrongState("请先登记呼叫结果：居民本人已确认、无人接听、他人接听或号码有误")
