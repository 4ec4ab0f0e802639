"""How well each entry covers a question: BM25 over an entry's wordings and its answer as one document.

An entry is met by all its wordings together, not by the best single one: half a question may stand in one wording and
half in another. Robertson & Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bots.features import Asked, Ids, Vocabulary

Scores = npt.NDArray[np.float64]
# Measured on left-out wordings (docs/bot.md): saturation, length, and what a word of the answer counts.
SATURATION, LENGTH, ANSWER = 4.0, 0.3, 1.5


@dataclass(frozen=True, slots=True)
class Document:
    """An entry as the index sees it: features of its wordings and of its answer, each time they occur."""

    wordings: tuple[Ids, ...]
    answer: Ids


@dataclass(frozen=True, slots=True)
class Match:
    """How much of a question each entry covers: `covered` in units of rarity, of `whole` for all its features."""

    covered: Scores
    whole: float


class EntryIndex:
    """Entries, ready to be asked; a question costs time by how many entries share its features."""

    def __init__(self, documents: Sequence[Document], *, vocabulary: Vocabulary) -> None:
        self._size = len(documents)
        kinds = vocabulary.weights()
        entries, features, counts = _counts(documents, features=len(vocabulary))
        self._starts = np.searchsorted(features, np.arange(len(vocabulary) + 1))
        spread = np.diff(self._starts)
        self._unseen = float(np.log(1.0 + 2.0 * self._size))
        self.rarity = kinds * np.log(1.0 + (self._size - spread + 0.5) / (spread + 0.5))
        lengths = np.bincount(entries, weights=counts, minlength=self._size)
        damping = SATURATION * (1.0 - LENGTH + LENGTH * lengths / max(float(lengths.mean()), 1.0))
        self._entries = entries
        self._weights = self.rarity[features] * counts / (counts + damping[entries])

    def match(self, question: Asked) -> Match:
        """How well each entry covers `question`."""
        covered = np.zeros(self._size)
        for feature in question.known:
            here = slice(self._starts[feature], self._starts[feature + 1])
            covered[self._entries[here]] += self._weights[here]
        return Match(covered, float(self.rarity[question.known].sum()) + question.unknown * self._unseen)


def _counts(documents: Sequence[Document], *, features: int) -> tuple[Ids, Ids, Scores]:
    """(entry, feature, count) of every feature of every document, by feature."""
    texts = [
        (entry, text, weight)
        for entry, document in enumerate(documents)
        for text, weight in [*((wording, 1.0) for wording in document.wordings), (document.answer, ANSWER)]
    ]
    keys = np.concatenate([text.astype(np.int64) * len(documents) + entry for entry, text, _ in texts])
    weights = np.concatenate([np.full(len(text), weight) for _, text, weight in texts])
    different, place = np.unique(keys, return_inverse=True)
    counts = np.bincount(place, weights=weights).astype(np.float64)
    return (different % len(documents)).astype(np.int32), (different // len(documents)).astype(np.int32), counts
