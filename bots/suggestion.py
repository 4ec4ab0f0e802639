"""Which matters a resident's words are likely about: a suggestion for routing and wrap-up, never a silent decision.

words ─▶ characters and pairs ─▶ naive Bayes over the content, a class a matter ─▶ the likeliest three, how likely each

Multinomial naive Bayes (McCallum & Nigam 1998) with little smoothing, over wordings and answers: the answers name what
residents do not. Its sums grow with every character and so promise too much: they are drawn together by the root of
their number. What was tried and measured stands in docs/bot.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from bots.faq import Entry
from bots.normal import normal

MOST = 3
# Of fewer features nothing is said: 你好, 在吗.
FEWEST = 4
SMOOTHING, SHARPNESS = 0.03, 0.4


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A matter (its top code) and how likely it is the right one (0–1)."""

    matter: str
    confidence: float


class Suggester(Protocol):
    """Knows matters by words. Owes: never raises on any text, answers in milliseconds, is safe to call concurrently."""

    def suggest(self, text: str) -> tuple[Suggestion, ...]:
        """Up to three matters, the likeliest first; none where the text says too little."""


class ContentSuggester:
    """Learnt from the content; built once, then only read."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        counts = _counts(entries)
        self._matters = tuple(sorted(counts))
        known = sorted({feature for one in counts.values() for feature in one})
        self._places = {feature: at for at, feature in enumerate(known)}
        seen = np.full((len(known), len(counts)), SMOOTHING)
        for column, matter in enumerate(self._matters):
            places = [self._places[feature] for feature in counts[matter]]
            seen[places, column] += list(counts[matter].values())
        self._weights = np.log(seen / seen.sum(axis=0)).astype(np.float32)

    def suggest(self, text: str) -> tuple[Suggestion, ...]:
        """Up to three matters, the likeliest first; none where the text says too little."""
        places = [self._places[one] for one in sorted(set(_features(normal(text)))) if one in self._places]
        if len(places) < FEWEST:
            return ()
        told = self._weights[places].sum(axis=0, dtype=np.float64) * SHARPNESS / np.sqrt(len(places))
        likely = np.exp(told - told.max())
        likely /= likely.sum()
        best = np.argsort(-likely, kind="stable")[:MOST]
        return tuple(Suggestion(self._matters[at], float(likely[at])) for at in best)


def _counts(entries: Iterable[Entry]) -> dict[str, Counter[str]]:
    """How often each feature occurs in the content of each matter."""
    counts: dict[str, Counter[str]] = {}
    for entry in entries:
        own = counts.setdefault(entry.matter.partition(".")[0], Counter())
        for text in (*entry.questions, entry.answer + entry.next_steps + entry.see_lawyer):
            own.update(_features(normal(text)))
    return counts


def _features(said: str) -> Iterator[str]:
    yield from said
    yield from (said[at : at + 2] for at in range(len(said) - 1))
