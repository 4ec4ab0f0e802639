"""Whether the confidence is honest: what it says of questions that neither index nor curve was built from.

Each lesson (bots/lessons.py) is judged by a curve fitted on the lessons of the other folds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bots.calibration import fit
from bots.lessons import FOLDS, Lesson

BINS = 5


@dataclass(frozen=True, slots=True)
class Judged:
    """A lesson and the confidence of an engine that knew nothing of it."""

    lesson: Lesson
    confidence: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of like confidence: how many, what the engine said on average, which share was right."""

    low: float
    high: float
    count: int
    said: float
    right: float


@dataclass(frozen=True, slots=True)
class AtThreshold:
    """What a threshold does: shares of the covered questions, of the uncovered, and of all."""

    threshold: float
    answered_right: float
    answered_uncovered: float
    wrong: float


def judged(lessons: Sequence[Lesson]) -> list[Judged]:
    """Every lesson with a confidence it had no part in."""
    found: list[Judged] = []
    for fold in range(FOLDS):
        others = [one for one in lessons if one.fold != fold]
        curve = fit([one.evidence for one in others], [one.right for one in others])
        found += [Judged(one, curve.confidence(one.evidence)) for one in lessons if one.fold == fold]
    return found


def brier(questions: Sequence[Judged]) -> float:
    """Mean squared distance of the confidence from the truth (Brier 1950): 0 is perfect, 0.25 says nothing."""
    return float(np.mean([(one.confidence - one.lesson.right) ** 2 for one in questions]))


def first_right(questions: Sequence[Judged]) -> float:
    """Share of the covered questions whose entry comes first."""
    return float(np.mean([one.lesson.right for one in questions if one.lesson.entry is not None]))


def bins(questions: Sequence[Judged]) -> list[Bin]:
    """Confidence against truth in five equal steps; empty ones are left out."""
    said = np.array([one.confidence for one in questions])
    right = np.array([one.lesson.right for one in questions], dtype=float)
    step = np.minimum((said * BINS).astype(int), BINS - 1)
    members = [(place / BINS, (place + 1) / BINS, step == place) for place in range(BINS)]
    return [
        Bin(low, high, int(one.sum()), float(said[one].mean()), float(right[one].mean()))
        for low, high, one in members
        if one.any()
    ]


def at_threshold(questions: Sequence[Judged], *, threshold: float) -> AtThreshold:
    """What happens when answers begin at `threshold`."""
    answered = np.array([one.confidence >= threshold for one in questions])
    right = np.array([one.lesson.right for one in questions])
    covered = np.array([one.lesson.entry is not None for one in questions])
    return AtThreshold(
        threshold=threshold,
        answered_right=float((answered & right).sum() / max(covered.sum(), 1)),
        answered_uncovered=float((answered & ~covered).sum() / max((~covered).sum(), 1)),
        wrong=float((answered & ~right).mean()),
    )
