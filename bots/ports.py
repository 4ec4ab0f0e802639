"""The port of every bot. "Down", "no answer" and "unsure" are three different things.

answer(question, context) ─┬─▶ Answer        it surely knows, with the legal basis
                           ├─▶ Unsure        up, but not sure: nearest questions and a lawyer are offered
                           └─▶ Unavailable   down: the caller goes on without it
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Basis:
    """One article an answer rests on: full title, `第…条`, and since when it is in force in this wording."""

    law: str
    article: str
    in_force_since: date


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer it stands by. `confidence` is calibrated (0–1); `draft` until a lawyer signed the content."""

    entry_id: str
    text: str
    confidence: float
    matter: str
    basis: tuple[Basis, ...]
    next_steps: str
    see_lawyer: str
    draft: bool


@dataclass(frozen=True, slots=True)
class Unsure:
    """No answer it would stand by. `nearest`: up to three questions it could answer; `matter` only where likely."""

    confidence: float
    nearest: tuple[str, ...]
    matter: str | None


@dataclass(frozen=True, slots=True)
class Unavailable:
    """It cannot answer now; `reason` is a code."""

    reason: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A question offered to the resident, and the entry that answers it."""

    entry_id: str
    question: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a bot may know of the earlier turns: the entry answered last, how sure that was, and what was offered.

    `choices` are those of the bot's last word, in the order they were numbered; `warnings`: how often it asked for
    decent language. Codes and words of the content only, never a word of the resident.
    """

    entry_id: str | None = None
    matter: str | None = None
    confidence: float = 0.0
    choices: tuple[Choice, ...] = ()
    warnings: int = 0


NOTHING_EARLIER = Earlier()


@dataclass(frozen=True, slots=True)
class Context:
    """What the bot may know besides the question: the channel it came by, and what went before."""

    channel: str
    earlier: Earlier = NOTHING_EARLIER


class Bot(Protocol):
    """Answers residents' questions.

    Owes: never raises on any text, answers or gives up within its own deadline, is safe to call concurrently.
    """

    async def answer(self, question: str, *, context: Context) -> Answer | Unsure | Unavailable:
        """One of three outcomes."""
