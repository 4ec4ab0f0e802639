"""What of a question is compared: its characters, character pairs, words, and what its words stand for.

Characters catch misspelt and spoken words, words catch meaning spread over a sentence, synonyms meet where no character
does. Each kind's weight was measured (docs/bot.md).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import jieba
import numpy as np
import numpy.typing as npt

from bots.normal import normal
from bots.synonyms import meant

Ids = npt.NDArray[np.int32]
Weights = npt.NDArray[np.float64]
CHARACTER, PAIR, WORD, MEANING = 1.2, 1.0, 1.0, 4.0
# What asks, not what is asked about: without these "怎么办" alone would look like a match.
_ASKING_WORDS = frozenset(
    {"怎么办", "怎么", "如何", "什么", "可以", "能不能", "是不是", "有没有", "请问", "我们", "应该", "一下"}
)
_ASKING_CHARACTERS = frozenset("吗呢的了我么怎办") | {"怎么", "么办", "如何", "请问", "可以"}
jieba.setLogLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the index sees it: its different known features, the weight of the others, its length."""

    known: Ids
    unknown: float
    length: int


class Vocabulary:
    """Features by number; grows while an index is built and is then only read."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._weights: list[float] = []

    def __len__(self) -> int:
        """How many features it knows."""
        return len(self._ids)

    def learn(self, text: str) -> Ids:
        """The features of `text`, each time they occur, new ones added."""
        return np.array([self._add(feature) for feature in _features(normal(text))], dtype=np.int32)

    def asked(self, text: str) -> Asked:
        """`text` as a question."""
        said = normal(text)
        different = dict.fromkeys(_features(said))
        known = [self._ids[feature] for feature in different if feature in self._ids]
        unknown = sum(_weight(feature) for feature in different if feature not in self._ids)
        return Asked(np.array(known, dtype=np.int32), unknown, len(said))

    def weights(self) -> Weights:
        """The weight of each feature by its kind."""
        return np.array(self._weights)

    def _add(self, feature: str) -> int:
        if feature not in self._ids:
            self._ids[feature] = len(self._ids)
            self._weights.append(_weight(feature))
        return self._ids[feature]


def _features(said: str) -> Iterator[str]:
    yield from (char for char in said if char not in _ASKING_CHARACTERS)
    yield from (pair for pair in _pairs(said) if pair not in _ASKING_CHARACTERS)
    yield from (f"w:{word}" for word in jieba.cut(said) if len(word) > 1 and word not in _ASKING_WORDS)
    yield from (f"m:{group}" for group in sorted(meant(said)))


def _pairs(said: str) -> Sequence[str]:
    return [said[at : at + 2] for at in range(len(said) - 1)]


def _weight(feature: str) -> float:
    if feature.startswith("w:"):
        return WORD
    if feature.startswith("m:"):
        return MEANING
    return CHARACTER if len(feature) == 1 else PAIR
