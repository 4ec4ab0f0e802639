"""How alike a question is to each known one: weighted character pairs and words, cosine, by an inverted index.

Characters catch misspelt and spoken words, words catch meaning spread over a sentence; both together were measured
better than either (docs/bot.md).
"""

from __future__ import annotations

import logging
import math
from collections import Counter, defaultdict
from collections.abc import Sequence

import jieba
import numpy as np
import numpy.typing as npt

from bots.normal import normal

Scores = npt.NDArray[np.float64]
_PAIRS = (1, 2, 3)
_WORD_WEIGHT = 1.5
# Words that carry no topic; without them "怎么办" alone would look like a match.
_EMPTY = frozenset(
    {"怎么办", "怎么", "如何", "什么", "可以", "能不能", "是不是", "有没有", "请问", "我们", "应该", "一下"}
)
_EMPTY_PAIRS = frozenset(
    {"怎么", "么办", "怎么办", "如何", "请问", "可以", "吗", "呢", "的", "了", "我", "么", "怎", "办"}
)
jieba.setLogLevel(logging.WARNING)


class QuestionIndex:
    """Known questions, ready to be compared with."""

    def __init__(self, questions: Sequence[str]) -> None:
        counted = [_features(question) for question in questions]
        seen = Counter(feature for features in counted for feature in features)
        self._size = len(questions)
        self._rarity = {feature: math.log((1 + self._size) / (1 + count)) + 1.0 for feature, count in seen.items()}
        self._unseen = math.log(1 + self._size) + 1.0
        self._postings = self._invert([self._weigh(features) for features in counted])

    def scores(self, question: str) -> Scores:
        """Cosine (0–1) of `question` with each known one, in their order."""
        weights = self._weigh(_features(question))
        scores = np.zeros(self._size)
        for feature, weight in weights.items():
            if feature in self._postings:
                places, theirs = self._postings[feature]
                scores[places] += weight * theirs
        return scores

    def _weigh(self, features: Counter[str]) -> dict[str, float]:
        raw = {
            feature: (1.0 + math.log(count)) * self._rarity.get(feature, self._unseen) * _kind_weight(feature)
            for feature, count in features.items()
        }
        length = math.sqrt(sum(weight * weight for weight in raw.values())) or 1.0
        return {feature: weight / length for feature, weight in raw.items()}

    def _invert(
        self, weighed: Sequence[dict[str, float]]
    ) -> dict[str, tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]]:
        places: defaultdict[str, list[int]] = defaultdict(list)
        weights: defaultdict[str, list[float]] = defaultdict(list)
        for place, features in enumerate(weighed):
            for feature, weight in features.items():
                places[feature].append(place)
                weights[feature].append(weight)
        return {feature: (np.array(places[feature]), np.array(weights[feature])) for feature in places}


def _features(question: str) -> Counter[str]:
    said = normal(question)
    pairs = (said[at : at + size] for size in _PAIRS for at in range(len(said) - size + 1))
    words = (f"w:{word}" for word in jieba.cut(said) if len(word) > 1 and word not in _EMPTY)
    return Counter([*(pair for pair in pairs if pair not in _EMPTY_PAIRS), *words])


def _kind_weight(feature: str) -> float:
    if feature.startswith("w:"):
        return _WORD_WEIGHT
    return 0.3 if len(feature) == 1 else 1.0
