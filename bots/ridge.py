"""Ridge regression that tells two sides of texts apart, by conjugate gradients (Hestenes & Stiefel 1952).

Memory stays with the features there are: no matrix is ever made. Both sides weigh the same, however many they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

STEPS = 60
CLOSE_ENOUGH = 1e-8
Weights = npt.NDArray[np.float64]
Features = Sequence[int] | npt.NDArray[np.int32]


def ridge(texts: Sequence[Features], *, first: int, width: int, penalty: float) -> Weights:
    """Weights by feature, the last of `width` for the constant: about 1 for the `first` texts, −1 for the others.

    A text is its different features, its length made even; `penalty` keeps weights small.
    """
    every = np.arange(len(texts))
    sizes = np.array([len(text) for text in texts])
    rows = np.append(np.repeat(every, sizes), every)
    columns = np.append(np.concatenate([np.asarray(text, dtype=np.int64) for text in texts]), [width - 1] * len(texts))
    values = np.append(np.repeat(1.0 / np.sqrt(np.maximum(sizes, 1)), sizes), np.ones(len(texts)))
    wanted = np.where(every < first, 1.0, -1.0)
    heavy = np.where(every < first, 1.0, first / max(len(texts) - first, 1))

    def equations(weights: Weights) -> Weights:
        told = heavy * np.bincount(rows, weights=values * weights[columns], minlength=len(texts))
        asked = np.bincount(columns, weights=values * told[rows], minlength=width).astype(np.float64)
        return asked + penalty * weights

    right = np.bincount(columns, weights=values * (heavy * wanted)[rows], minlength=width).astype(np.float64)
    return _solved(equations, right)


def _solved(equations: Callable[[Weights], Weights], right: Weights) -> Weights:
    """Where `equations` give `right`."""
    found = np.zeros_like(right)
    rest, direction = right.copy(), right.copy()
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
