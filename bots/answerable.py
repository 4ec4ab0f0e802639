"""Whether a question asks for what the content is about at all: "几点关门" does not, whatever else it mentions.

A linear model, ridge regression on the words of known wordings (+1) and of unanswerable questions (−1), both sides
weighing the same; solved by conjugate gradients (Hestenes & Stiefel 1952), so that memory stays with the words there
are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from bots.features import Asked, Ids, Vocabulary, Weights

STEPS = 60
RIDGE = 1.0
CLOSE_ENOUGH = 1e-8


class Answerable:
    """Knows wordings from unanswerable questions; built from both, then only read."""

    def __init__(self, known: Sequence[Ids], unanswerable: Sequence[Ids], *, vocabulary: Vocabulary) -> None:
        self._weights = np.zeros(len(vocabulary) + 1)
        if known and unanswerable:
            wanted = np.repeat([1.0, -1.0], [len(known), len(unanswerable)])
            heavy = np.repeat([1.0, len(known) / len(unanswerable)], [len(known), len(unanswerable)])
            self._weights = _ridge([*known, *unanswerable], wanted=wanted, heavy=heavy, width=len(vocabulary) + 1)

    def lean(self, question: Asked) -> float:
        """About 1 where `question` is worded like the content, about −1 like what nothing answers."""
        told = self._weights[question.known].sum() / np.sqrt(max(len(question.known), 1))
        return float(told + self._weights[-1])


def _ridge(texts: Sequence[Ids], *, wanted: Weights, heavy: Weights, width: int) -> Weights:
    """Weights by feature, the last for the constant."""
    different = [np.append(np.unique(text), np.int32(width - 1)) for text in texts]
    rows = np.repeat(np.arange(len(texts)), [len(text) for text in different])
    columns = np.concatenate(different)
    sizes = np.array([max(len(text) - 1, 1) for text in different])
    values = np.where(columns == width - 1, 1.0, 1.0 / np.sqrt(sizes[rows]))

    def normal_equations(weights: Weights) -> Weights:
        told = heavy * np.bincount(rows, weights=values * weights[columns], minlength=len(texts))
        asked = np.bincount(columns, weights=values * told[rows], minlength=width).astype(np.float64)
        return asked + RIDGE * weights

    right = np.bincount(columns, weights=values * (heavy * wanted)[rows], minlength=width).astype(np.float64)
    return _solve(normal_equations, right)


def _solve(equations: Callable[[Weights], Weights], right: Weights) -> Weights:
    """Where `equations` give `right`, by conjugate gradients."""
    found = np.zeros_like(right)
    rest = right.copy()
    direction = rest.copy()
    size = float(rest @ rest)
    for _ in range(STEPS):
        if size < CLOSE_ENOUGH:
            break
        told = equations(direction)
        step = size / float(direction @ told)
        found += step * direction
        rest -= step * told
        size, before = float(rest @ rest), size
        direction = rest + (size / before) * direction
    return found
