"""Questions in groups of the similar, for people who write content: the largest first.

Each question joins the group whose members it is most like on average (characters and pairs, rare ones weigh more), or
founds its own. In the order given, so that the same questions make the same groups.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import log, sqrt

from bots.normal import bare

ALIKE = 0.3
Features = dict[str, float]


def grouped(questions: Sequence[str], *, alike: float = ALIKE) -> list[list[int]]:
    """Places in `questions`, group by group, the largest group first; within a group in order."""
    texts = [_features(one) for one in questions]
    spread = Counter(feature for text in texts for feature in text)
    vectors = [_weighed(text, spread, of=len(texts)) for text in texts]
    groups: list[list[int]] = []
    sums: list[Features] = []
    for place, vector in enumerate(vectors):
        likeness = [_product(vector, total) / len(group) for total, group in zip(sums, groups, strict=True)]
        best = max(range(len(groups)), key=likeness.__getitem__, default=None)
        if best is None or likeness[best] < alike:
            groups.append([place])
            sums.append(dict(vector))
        else:
            groups[best].append(place)
            for feature, weight in vector.items():
                sums[best][feature] = sums[best].get(feature, 0.0) + weight
    return sorted(groups, key=len, reverse=True)


def _features(question: str) -> set[str]:
    said = bare(question)
    return {*said, *(said[at : at + 2] for at in range(len(said) - 1))}


def _weighed(features: set[str], spread: Counter[str], *, of: int) -> Features:
    weights = {one: log(1.0 + of / spread[one]) for one in features}
    length = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {one: weight / length for one, weight in weights.items()}


def _product(one: Features, other: Features) -> float:
    return sum(weight * other.get(feature, 0.0) for feature, weight in one.items())
