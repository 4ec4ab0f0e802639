"""What the conversation says: words for the resident, and plain facts for the log that explain them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bots.ports import Answer, Choice


class How(StrEnum):
    """By what way an answer was found."""

    ASKED = "asked"
    CHOICE = "choice"
    FOLLOW_UP = "follow_up"
    SIBLING = "sibling"


@dataclass(frozen=True, slots=True)
class Told:
    """An answer, the way it was found, and the question it answers where several were asked.

    `aspect`: of a follow-up, what was asked of the entry. `version`: the entry's, as it was told.
    """

    answer: Answer
    how: How = How.ASKED
    version: str | None = None
    question: str | None = None
    aspect: str | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """No answer: what is offered instead, and the entry that a follow-up was about, and how sure that was.

    `why`: unsure, none_of_them, or why the entry that would answer is silent (silence.py).
    """

    confidence: float
    choices: tuple[Choice, ...] = ()
    matter: str | None = None
    about: str | None = None
    about_confidence: float = 0.0
    why: str = "unsure"
    question: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """One turn of the bot: `purpose` says which kind, `facts` go into the log in plain.

    Facts of an answer: entry, entry_version, content, confidence, matter, basis, how; of several, the same of each in
    `parts`. Of a doubt: confidence, content, why, choices and their words as `suggestions`.
    """

    purpose: str
    text: str
    matter: str | None = None
    facts: dict[str, Any] | None = field(default=None)


@dataclass(frozen=True, slots=True)
class ToPerson:
    """The bot has nothing more to say: `reason` is a code of `Queued.reason`."""

    reason: str
