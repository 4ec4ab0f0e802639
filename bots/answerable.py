"""Whether a question asks for what the content is about at all: "几点关门" does not, whatever else it mentions.

A linear model of the words of known wordings (+1) and of unanswerable questions (−1), both sides weighing the same.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bots.features import Asked, Ids, Vocabulary
from bots.ridge import ridge

PENALTY = 1.0


class Answerable:
    """Knows wordings from unanswerable questions; built from both, then only read."""

    def __init__(self, known: Sequence[Ids], unanswerable: Sequence[Ids], *, vocabulary: Vocabulary) -> None:
        self._weights = np.zeros(len(vocabulary) + 1)
        if known and unanswerable:
            texts = [np.unique(text) for text in (*known, *unanswerable)]
            self._weights = ridge(texts, first=len(known), width=len(vocabulary) + 1, penalty=PENALTY)

    def lean(self, question: Asked) -> float:
        """About 1 where `question` is worded like the content, about −1 like what nothing answers."""
        told = self._weights[question.known].sum() / np.sqrt(max(len(question.known), 1))
        return float(told + self._weights[-1])
