"""The bot's examination: questions with the entries that answer each, or none, asked and marked.

A wrong answer is the worst outcome; a question handed on is none. `bots/evaluation.yaml` judges and teaches nothing:
neither content nor curve nor threshold may be tuned to it.

              judged: an entry answers it ─┬─ said one of them ▶ right      another ▶ wrong      none ▶ unsure
question ─▶   judged: nothing answers it ──┴─ said any ▶ wrongly_answered   none ▶ rightly_unsure
              judged by nobody ───────────── said any ▶ answered            none ▶ handed_over
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bots.intervals import Share
from bots.labels import Half
from bots.ports import Answer, Bot, Context, Unavailable, Unsure


class Outcome(StrEnum):
    """What became of a question."""

    RIGHT = "right"
    WRONG = "wrong"
    UNSURE = "unsure"
    RIGHTLY_UNSURE = "rightly_unsure"
    WRONGLY_ANSWERED = "wrongly_answered"
    ANSWERED = "answered"
    HANDED_OVER = "handed_over"
    UNAVAILABLE = "unavailable"


WRONG = frozenset({Outcome.WRONG, Outcome.WRONGLY_ANSWERED})


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the ids of the entries any of which answers it; empty where nothing does, None: nobody judged.

    `half`: whether it may be tuned to, of questions judged by kept labels. `articles` (law and article in one word)
    govern it and `topic` is its label, where the set says so.
    """

    text: str
    entries: frozenset[str] | None
    half: Half | None = None
    articles: frozenset[str] = frozenset()
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Marked:
    """A question and what the bot made of it.

    `answered`: the entry it answered with; `first`: the one it held likeliest, said or not; `confidence` is about
    that one. `cites`: whether the answer rests on an article that governs the question; None where nobody says.
    """

    question: Question
    outcome: Outcome
    answered: str | None
    first: str | None
    confidence: float | None
    cites: bool | None = None

    @property
    def right(self) -> bool:
        """Whether the entry it held likeliest answers the question."""
        return self.first in (self.question.entries or frozenset())


@dataclass(frozen=True, slots=True)
class Results:
    """The outcomes in shares; `wrong_of_all` is of every judged question, `cited` of the answers that can be told."""

    right: Share
    wrong: Share
    unsure: Share
    refused: Share
    wrongly_answered: Share
    wrong_of_all: Share
    answered_of_unjudged: Share
    cited: Share
    unavailable: int


async def examine(
    bot: Bot, questions: Sequence[Question], *, wordings: Mapping[str, str], progress: Callable[[int], None]
) -> list[Marked]:
    """Every question, asked of `bot` and marked; `wordings` names each known wording's entry.

    `progress` is told how many are done.
    """
    marked: list[Marked] = []
    for done, question in enumerate(questions, start=1):
        said = await bot.answer(question.text, context=Context(channel="web"))
        marked.append(mark(question, said, wordings=wordings))
        progress(done)
    return marked


def mark(question: Question, said: Answer | Unsure | Unavailable, *, wordings: Mapping[str, str]) -> Marked:
    """What `said` is worth as an answer to `question`."""
    if isinstance(said, Unavailable):
        return Marked(question, Outcome.UNAVAILABLE, None, None, None)
    if isinstance(said, Unsure):
        first = wordings.get(said.nearest[0]) if said.nearest else None
        return Marked(question, outcome(question, None), None, first, said.confidence)
    cited = {basis.law + basis.article for basis in said.basis}
    cites = bool(question.articles & cited) if question.articles else None
    entry = said.entry_id
    return Marked(question, outcome(question, entry), entry, entry, said.confidence, cites)


def outcome(question: Question, answered: str | None) -> Outcome:
    """What answering with `answered` (None: with nothing) makes of `question`."""
    if question.entries is None:
        return Outcome.HANDED_OVER if answered is None else Outcome.ANSWERED
    if not question.entries:
        return Outcome.RIGHTLY_UNSURE if answered is None else Outcome.WRONGLY_ANSWERED
    if answered is None:
        return Outcome.UNSURE
    return Outcome.RIGHT if answered in question.entries else Outcome.WRONG


def results(marked: Sequence[Marked]) -> Results:
    """The outcomes in shares. What nobody could ask, because the bot was down, is in no share."""
    count = {one: sum(mark.outcome is one for mark in marked) for one in Outcome}
    covered = sum(count[one] for one in (Outcome.RIGHT, Outcome.WRONG, Outcome.UNSURE))
    uncovered = count[Outcome.RIGHTLY_UNSURE] + count[Outcome.WRONGLY_ANSWERED]
    told = [one.cites for one in marked if one.cites is not None]
    return Results(
        right=Share(count[Outcome.RIGHT], covered),
        wrong=Share(count[Outcome.WRONG], covered),
        unsure=Share(count[Outcome.UNSURE], covered),
        refused=Share(count[Outcome.RIGHTLY_UNSURE], uncovered),
        wrongly_answered=Share(count[Outcome.WRONGLY_ANSWERED], uncovered),
        wrong_of_all=Share(sum(count[one] for one in WRONG), covered + uncovered),
        answered_of_unjudged=Share(count[Outcome.ANSWERED], count[Outcome.ANSWERED] + count[Outcome.HANDED_OVER]),
        cited=Share(sum(told), len(told)),
        unavailable=count[Outcome.UNAVAILABLE],
    )
