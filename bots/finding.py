"""The entries a question may mean, and what speaks for the first of them.

question ─▶ features ─┬─ how much of it each entry covers ─▶ order, odds, lead
                      ├─ worded like the content at all? ──▶ lean
                      └─ nearest wordings of the first ────▶ likeness, questions to offer
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bots.answerable import Answerable
from bots.calibration import Evidence
from bots.features import Asked, Ids, Vocabulary, Weights
from bots.matching import Document, EntryIndex, Match

NEAREST = 3
# How far shares of a question covered must lie apart to make one entry e times as likely; measured (docs/bot.md).
SPREAD = 0.0325
# A longer question is no surer than one full sentence: in characters, and in units of rarity.
SENTENCE = 12
FULL = 150.0


@dataclass(frozen=True, slots=True)
class Found:
    """Entries, best first; of each the place of its nearest wording and how like it is; the evidence for the first."""

    entries: tuple[int, ...]
    wordings: tuple[int, ...]
    likenesses: tuple[float, ...]
    evidence: Evidence


class Finder:
    """Built from documents and unanswerable questions over one vocabulary, then only read."""

    def __init__(self, documents: Sequence[Document], *, unanswerable: Sequence[Ids], vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._index = EntryIndex(documents, vocabulary=vocabulary)
        known = [wording for document in documents for wording in document.wordings]
        self._answerable = Answerable(known, unanswerable, vocabulary=vocabulary)
        self._wordings = [[np.unique(wording) for wording in document.wordings] for document in documents]

    def find(self, question: str) -> Found:
        """The entries nearest to `question`."""
        asked = self._vocabulary.asked(question)
        match = self._index.match(asked)
        order = np.argsort(-match.covered, kind="stable")[: NEAREST + 1]
        likenesses = [self._likenesses(asked, entry) for entry in order[:NEAREST]]
        return Found(
            entries=tuple(map(int, order[:NEAREST])),
            wordings=tuple(int(np.argmax(one)) for one in likenesses),
            likenesses=tuple(float(one.max(initial=0.0)) for one in likenesses),
            evidence=Evidence(
                odds=_odds(match),
                lead=_lead(match, order),
                size=float(np.log1p(min(asked.length, SENTENCE))),
                lean=self._answerable.lean(asked),
                likeness=float(likenesses[0].max(initial=0.0)),
            ),
        )

    def _likenesses(self, asked: Asked, entry: int) -> Weights:
        """Cosine of the question with each wording of `entry`."""
        rarity = self._index.rarity
        whole = np.square(rarity[asked.known]).sum() + asked.unknown
        sums = [
            (
                np.square(rarity[np.intersect1d(asked.known, wording, assume_unique=True)]).sum(),
                np.square(rarity[wording]).sum(),
            )
            for wording in self._wordings[entry]
        ]
        return np.array([shared / np.sqrt(max(whole * own, 1e-12)) for shared, own in sums])


def _lead(match: Match, order: npt.NDArray[np.intp]) -> float:
    """How much more of the question the first covers than the next; of a long story, as much as of a full sentence."""
    if len(order) < 2:
        return 0.0
    lead = float(match.covered[order[0]] - match.covered[order[1]])
    return lead * min(1.0, FULL / max(match.whole, 1e-9))


def _odds(match: Match) -> float:
    """Log odds of the best entry when likeliness grows with the share of the question that an entry covers."""
    shares = match.covered / max(match.whole, 1e-9) / SPREAD
    rest = np.exp(shares - shares.max())
    best = int(np.argmax(rest))
    others = float(np.delete(rest, best).sum())
    return float(-np.log(max(others, 1e-9)))
