"""The embedded bot: finds the entry whose questions are most like the resident's, and knows how sure it is.

question ─▶ scores of all variants ─▶ best entry + evidence ─▶ confidence ─┬─ ≥ threshold ─▶ Answer
                                                                            └─ below ───────▶ Unsure, nearest questions
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from bots.calibration import Evidence, fit
from bots.faq import Entry
from bots.matching import QuestionIndex, Scores
from bots.ports import Answer, Basis, Context, Unavailable, Unsure
from bots.settings import BotSettings

UNANSWERABLE = Path(__file__).with_name("calibration.yaml")
NEAREST = 3
# Below this nothing is near: offering chips would be guessing.
NEAR_SCORE = 0.12
LIKELY_MATTER = 0.5
BEST_VARIANTS = 3
MOST_CALIBRATED = 1_500


@dataclass(frozen=True, slots=True)
class Found:
    """Entries by likeness, best first, with the nearest variant of each and the evidence for the first."""

    entries: tuple[int, ...]
    variants: tuple[int, ...]
    evidence: Evidence


class RetrievalBot:
    """Answers from the content, in this process; built once, then only read."""

    def __init__(
        self, entries: Sequence[Entry], *, settings: BotSettings, unanswerable: Sequence[str] | None = None
    ) -> None:
        self._entries = tuple(entries)
        self._variants = [question for entry in entries for question in entry.questions]
        self._owner = np.array([place for place, entry in enumerate(entries) for _ in entry.questions])
        self._index = QuestionIndex(self._variants)
        self._settings = settings
        self._curve = fit(*self._lessons(load_unanswerable() if unanswerable is None else unanswerable))

    async def answer(self, question: str, *, context: Context) -> Answer | Unsure | Unavailable:
        """An answer where it is sure enough, else the nearest questions."""
        return self.decide(question)

    def decide(self, question: str) -> Answer | Unsure:
        """The outcome for `question` (pure; about a millisecond)."""
        found = self.find(question)
        confidence = self._curve.confidence(found.evidence)
        best = self._entries[found.entries[0]]
        if confidence >= self._settings.threshold:
            return _answer(best, confidence)
        return self._unsure(found, best, confidence)

    def find(self, question: str, *, without: int | None = None) -> Found:
        """The entries most like `question`; `without` leaves one known variant out (for honest calibration)."""
        scores = self._index.scores(question)
        if without is not None:
            scores[without] = 0.0
        return self._rank(scores)

    def _rank(self, scores: Scores) -> Found:
        best = np.zeros(len(self._entries))
        np.maximum.at(best, self._owner, scores)
        order = np.argsort(-best)[: NEAREST + 1]
        variants = [int(np.argmax(np.where(self._owner == entry, scores, -1.0))) for entry in order]
        own = np.sort(scores[self._owner == order[0]])[-BEST_VARIANTS:]
        next_best = float(best[order[1]]) if len(order) > 1 else 0.0
        top = float(best[order[0]])
        return Found(tuple(map(int, order)), tuple(variants), Evidence(top, top - next_best, float(own.mean())))

    def _unsure(self, found: Found, best: Entry, confidence: float) -> Unsure:
        scores_near = found.evidence.score >= NEAR_SCORE
        nearest = tuple(self._variants[place] for place in found.variants[:NEAREST]) if scores_near else ()
        return Unsure(confidence, nearest, best.matter if confidence >= LIKELY_MATTER else None)

    def _lessons(self, unanswerable: Sequence[str]) -> tuple[list[Evidence], list[bool]]:
        stride = max(1, len(self._variants) // MOST_CALIBRATED)
        evidence: list[Evidence] = []
        right: list[bool] = []
        for place in range(0, len(self._variants), stride):
            found = self.find(self._variants[place], without=place)
            evidence.append(found.evidence)
            right.append(found.entries[0] == self._owner[place])
        evidence += [self.find(question).evidence for question in unanswerable]
        right += [False] * len(unanswerable)
        return evidence, right


def load_unanswerable(path: Path = UNANSWERABLE) -> list[str]:
    """Questions that no entry answers, for calibration."""
    return [str(question) for question in yaml.safe_load(path.read_text(encoding="utf-8"))["unanswerable"]]


def _answer(entry: Entry, confidence: float) -> Answer:
    return Answer(
        entry_id=entry.id,
        text=entry.answer,
        confidence=confidence,
        matter=entry.matter,
        basis=tuple(Basis(one.law, one.article, one.in_force_since) for one in entry.basis),
        next_steps=entry.next_steps,
        see_lawyer=entry.see_lawyer,
        draft=entry.review.status == "draft",
    )
