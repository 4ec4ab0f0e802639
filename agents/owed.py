"""What a console is told of a callback or a message: masked while it is offered, in full once it is in hand. Pure.

The sentence that opens a call is neutral, and so is what is said to somebody else: whoever answers learns nothing
before the resident has confirmed (domain facts, danger). In danger nobody else hears anything at all.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from agents.record_form import utc
from interactions.head import Head
from interactions.model import Others
from interactions.work import Work, masked

OPENING = "您好，这里是您预约的服务。请问是您本人预约的吗？现在方便说话吗？"
TO_OTHERS = {
    Others.NOTHING: "只问预约人在不在；不在就说“打扰了”，不说是哪里打来、为什么事。",
    Others.NEUTRAL: "可以说：“您好，这是预约人预约的服务，稍后再联系。”不说单位和事由。",
    Others.HANG_UP: "什么都不说，直接挂断。",
    Others.OWN: "照居民写的话说，不多说：",
}
IN_DANGER = "对方可能不安全：接通后先问是否方便说话，不要说出报警、热线等字眼。"


def owed_fields(work: Work) -> dict[str, Any]:
    """What an offer shows: kind, times, a masked number."""
    fields = {
        "kind": work.kind.value,
        "how": work.how.value,
        "state": work.state.value,
        "soon": work.soon,
        "from_at": utc(work.from_at),
        "due_at": utc(work.due_at),
        "until_at": utc(work.until_at),
        "attempts": work.attempts,
    }
    return fields if work.phone is None else {**fields, "phone": masked(work.phone)}


def work_frame(work: Work, head: Head, *, now: datetime) -> dict[str, Any]:
    """What the lawyer who took it needs; `calls`: the talk stays shut until the resident is `confirmed`."""
    others = Others.HANG_UP if head.in_danger else work.others
    frame: dict[str, Any] = {
        "type": "work",
        "interaction_id": str(head.interaction_id),
        **owed_fields(work),
        "calls": work.calls(now),
        "confirmed": work.confirmed_in is not None,
        "number": head.number,
    }
    if work.phone is not None:
        frame |= {"phone": work.phone}
    if work.calls(now):
        frame |= {"opening": OPENING, "to_others": TO_OTHERS[others] + _own(work, others)}
    return {**frame, "care": IN_DANGER} if head.in_danger else frame


def _own(work: Work, others: Others) -> str:
    return work.others_words or "" if others is Others.OWN else ""
