"""What the curve learns from: questions, each asked of an index that was built without it.

Every entry's wordings are dealt into folds, the unanswerable questions too; each fold is asked of a finder built from
the others. So every question is as new to the finder that judges it as a resident's will be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bots.calibration import Evidence
from bots.faq import Entry
from bots.features import Ids, Vocabulary
from bots.finding import Finder
from bots.matching import Document

FOLDS = 5
# Six numbers are fitted: more lessons would only make start-up longer.
ENOUGH = 3_000


@dataclass(frozen=True, slots=True)
class Lesson:
    """A question (its text and the entry it belongs to, None where nothing answers it) and what was found for it."""

    question: str
    entry: int | None
    found: int
    evidence: Evidence
    fold: int

    @property
    def right(self) -> bool:
        """Whether answering would have been right."""
        return self.entry == self.found


class Material:
    """The content and the unanswerable questions in numbers, counted once for all folds."""

    def __init__(self, entries: Sequence[Entry], *, unanswerable: Sequence[str]) -> None:
        self._vocabulary = Vocabulary()
        self._entries = entries
        self._unanswerable = unanswerable
        learn = self._vocabulary.learn
        self._wordings = [[learn(question) for question in entry.questions] for entry in entries]
        self._answers = [learn(entry.answer + entry.next_steps + entry.see_lawyer) for entry in entries]
        self._others = [learn(question) for question in unanswerable]

    def finder(self, *, without: int | None = None) -> Finder:
        """A finder built from everything, or from all but the fold `without`."""
        documents = [
            Document(tuple(_rest(wordings, without=without, deal=entry)), answer)
            for entry, (wordings, answer) in enumerate(zip(self._wordings, self._answers, strict=True))
        ]
        others = _rest(self._others, without=without, deal=0)
        return Finder(documents, unanswerable=others, vocabulary=self._vocabulary)

    def lessons(self) -> Iterator[Lesson]:
        """Every question (of large content a fair share), asked of a finder that does not know it."""
        for fold in range(FOLDS):
            finder = self.finder(without=fold)
            for question, entry in self._dealt(fold):
                found = finder.find(question)
                yield Lesson(question, entry, found.entries[0], found.evidence, fold)

    def lesson_count(self) -> int:
        """How many lessons there are."""
        return sum(1 for fold in range(FOLDS) for _ in self._dealt(fold))

    def _dealt(self, fold: int) -> Iterator[tuple[str, int | None]]:
        every = max(1, sum(len(entry.questions) for entry in self._entries) // ENOUGH)
        for place, entry in enumerate(self._entries):
            asked = (at for at in range(len(entry.questions)) if (at // FOLDS + place) % every == 0)
            yield from ((entry.questions[at], place) for at in asked if _fold(at, deal=place) == fold)
        yield from ((one, None) for at, one in enumerate(self._unanswerable) if _fold(at, deal=0) == fold)


def _fold(at: int, *, deal: int) -> int:
    """Dealt round, each entry from another fold on, so that folds are of one size."""
    return (at + deal) % FOLDS


def _rest(texts: Sequence[Ids], *, without: int | None, deal: int) -> list[Ids]:
    return [text for at, text in enumerate(texts) if without is None or _fold(at, deal=deal) != without]
