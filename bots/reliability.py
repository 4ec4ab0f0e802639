"""Whether the confidence is honest: what is said of questions against how often it is right.

Cross-validated: each lesson (bots/lessons.py) is asked of an index without it and judged by a curve fitted on the
lessons of the other folds, so neither knew anything of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bots.calibration import fit
from bots.evaluation import Marked, Question, outcome
from bots.intervals import Share
from bots.lessons import FOLDS, Lesson

BINS = 5


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of like confidence: what was said of them on average, and how many were right."""

    low: float
    high: float
    said: float
    right: Share


@dataclass(frozen=True, slots=True)
class AtThreshold:
    """What a threshold does: shares of the covered questions, of the uncovered, and of all."""

    threshold: float
    answered_right: float
    answered_uncovered: float
    wrong: float


def cross_validated(lessons: Sequence[Lesson], *, ids: Sequence[str], threshold: float) -> list[Marked]:
    """Every lesson, marked as an engine would that knew nothing of it; `ids` names the entries by place."""
    marked: list[Marked] = []
    for fold in range(FOLDS):
        others = [one for one in lessons if one.fold != fold]
        curve = fit([one.evidence for one in others], [one.right for one in others])
        own = (one for one in lessons if one.fold == fold)
        marked += [_marked(one, curve.confidence(one.evidence), ids=ids, threshold=threshold) for one in own]
    return marked


def told(marked: Sequence[Marked]) -> list[Marked]:
    """Those that were judged and of which a confidence is known."""
    return [one for one in marked if one.question.entries is not None and one.confidence is not None]


def brier(marked: Sequence[Marked]) -> float:
    """Mean squared distance of the confidence from the truth (Brier 1950): 0 is perfect, 0.25 says nothing."""
    said, right = _columns(marked)
    return float(np.mean((said - right) ** 2)) if len(said) else 0.0


def first_right(marked: Sequence[Marked]) -> Share:
    """Of the covered questions, those whose entry comes first, said or not."""
    covered = [one for one in told(marked) if one.question.entries]
    return Share(sum(one.right for one in covered), len(covered))


def bins(marked: Sequence[Marked]) -> list[Bin]:
    """Confidence against truth in five equal steps; empty ones are left out."""
    said, right = _columns(marked)
    step = np.minimum((said * BINS).astype(int), BINS - 1)
    members = [(place / BINS, (place + 1) / BINS, step == place) for place in range(BINS)]
    return [
        Bin(low, high, float(said[one].mean()), Share(int(right[one].sum()), int(one.sum())))
        for low, high, one in members
        if one.any()
    ]


def at_threshold(marked: Sequence[Marked], *, threshold: float) -> AtThreshold:
    """What happens when answers begin at `threshold`."""
    said, right = _columns(marked)
    answered = said >= threshold
    covered = np.array([bool(one.question.entries) for one in told(marked)], dtype=bool)
    return AtThreshold(
        threshold=threshold,
        answered_right=float((answered & (right > 0)).sum() / max(covered.sum(), 1)),
        answered_uncovered=float((answered & ~covered).sum() / max((~covered).sum(), 1)),
        wrong=float((answered & (right == 0)).sum() / max(len(said), 1)),
    )


def _marked(lesson: Lesson, confidence: float, *, ids: Sequence[str], threshold: float) -> Marked:
    question = Question(lesson.question, frozenset() if lesson.entry is None else frozenset({ids[lesson.entry]}))
    first = ids[lesson.found]
    answered = first if confidence >= threshold else None
    return Marked(question, outcome(question, answered), answered, first, confidence)


def _columns(marked: Sequence[Marked]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    judged = told(marked)
    said = np.array([one.confidence for one in judged], dtype=np.float64)
    return said, np.array([one.right for one in judged], dtype=np.float64)
