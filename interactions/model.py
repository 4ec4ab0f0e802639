"""The words of the house as types: what an interaction is, who speaks in it, how urgent it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from uuid import UUID


class State(StrEnum):
    """Where an interaction is. It is in exactly one of these at any time; `states.py` draws the moves."""

    WITH_BOT = "with_bot"
    WAITING = "waiting"
    OFFERED = "offered"
    WITH_LAWYER = "with_lawyer"
    WRAP_UP = "wrap_up"
    CALLBACK_DUE = "callback_due"
    CLOSED = "closed"
    ABANDONED = "abandoned"


class By(StrEnum):
    """Who said or did something."""

    RESIDENT = "resident"
    BOT = "bot"
    LAWYER = "lawyer"
    SUPERVISOR = "supervisor"
    SYSTEM = "system"


class Urgency(IntEnum):
    """Class of urgency; the lower value is served first (DESIGN §5)."""

    DANGER = 0
    DEADLINE = 1
    PROTECTED = 2
    NORMAL = 3


class SeatStatus(StrEnum):
    """示闲, 示忙/小休 and 签出 of a seat."""

    AVAILABLE = "available"
    AWAY = "away"
    SIGNED_OUT = "signed_out"


class OfferState(StrEnum):
    """An offer is live until exactly one of the others is committed."""

    LIVE = "live"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class WorkKind(StrEnum):
    """What the house owes somebody who does not wait in person."""

    CALLBACK = "callback"
    MESSAGE = "message"


class WorkState(StrEnum):
    """A work item is scheduled, then due until it ends in exactly one of the others."""

    SCHEDULED = "scheduled"
    DUE = "due"
    DONE = "done"
    CANCELLED = "cancelled"
    UNREACHABLE = "unreachable"


class How(StrEnum):
    """By what means somebody is answered later."""

    PHONE = "phone"
    CHAT = "chat"


class Others(StrEnum):
    """What to do if somebody else answers the phone; `own` is said in the resident's own words."""

    NOTHING = "nothing"
    NEUTRAL = "neutral"
    HANG_UP = "hang_up"
    OWN = "own"


class TransferState(StrEnum):
    """A transfer is open until exactly one of the others is committed; `routing/transfers.py` draws the ways."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"


STATE_NAMES: Mapping[State, str] = {
    State.WITH_BOT: "智能解答中",
    State.WAITING: "排队中",
    State.OFFERED: "待接入",
    State.WITH_LAWYER: "律师服务中",
    State.WRAP_UP: "话后整理中",
    State.CALLBACK_DUE: "预约回电中",
    State.CLOSED: "已办结",
    State.ABANDONED: "未接通",
}
OPEN_STATES = frozenset(State) - {State.CLOSED, State.ABANDONED}
IN_LINE = frozenset({State.WAITING, State.OFFERED})
TALKING = frozenset({State.WITH_LAWYER})
WRAPPING_UP = frozenset({State.WRAP_UP})
IN_HAND = TALKING | WRAPPING_UP
UNKNOWN = "unknown"
# The channel with a telephone line, of which a seat has one.
VOICE = "voice"
GENERAL = "general"


@dataclass(frozen=True, slots=True)
class Need:
    """What the router must satisfy for one interaction.

    `matter` is a top-level code of PROTOCOL.md (`labour`), `language` a BCP 47 tag (`zh`).
    """

    channel: str
    matter: str
    language: str
    urgency: Urgency


@dataclass(frozen=True, slots=True)
class Interaction:
    """The current facts of one 服务单: the mutable head of its log."""

    interaction_id: UUID
    number: str
    resident_id: UUID
    state: State
    need: Need
    district: str
    opened_at: datetime
    waiting_since: datetime | None
    seat_id: UUID | None
    last_seq: int
