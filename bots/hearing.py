"""A second ear beside triage's patterns: how like known ways of saying it a text is. It only ever adds to them.

    wordings that must be recognised (+1)            ridge over characters and pairs
    wordings that only sound like it, content (−1) ─▶ of each text, its length made even ─▶ lean, about −1 to 1

Patterns know what somebody thought of; of the ways nobody thought of, the ear hears most (docs/bot.md, triage). Learnt
from the half of the wordings that may be tuned to, once a process, in about a second; then only read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bots.labels import Half, half_of, key_of
from bots.normal import bare, normal
from bots.ridge import ridge
from bots.wordings import WORDINGS

WORDS = Path(__file__).with_name("hearing.yaml")
CONTENT = Path(__file__).with_name("faq")
UNANSWERABLE = Path(__file__).with_name("calibration.yaml")
PENALTY = 0.3
# They are few and said every day.
OFTEN = 30
# Of one character nothing can be heard.
FEWEST = 4
# A story is heard sentence by sentence: one of them may say it.
SENTENCE = 80
_ENDS = re.compile(r"[。.!?;\n…]+")


class Ear:
    """Hears one thing; `lean` is above 0 where a text is more like what says it than like what does not."""

    def __init__(self, saying: Sequence[str], other: Sequence[str]) -> None:
        self._ids: dict[str, int] = {}
        texts = [[self._add(one) for one in _features(text)] for text in (*saying, *other)]
        self._weights = ridge(texts, first=len(saying), width=len(self._ids) + 1, penalty=PENALTY)

    def lean(self, text: str) -> float:
        """Of `text` as a whole, or of the sentence of a story that leans furthest."""
        return max(map(self._lean, _heard(text)))

    def _lean(self, text: str) -> float:
        features = _features(text)
        if len(features) < FEWEST:
            return -1.0
        known = [self._ids[one] for one in features if one in self._ids]
        return float(self._weights[known].sum() / np.sqrt(max(len(features), 1)) + self._weights[-1])

    def _add(self, feature: str) -> int:
        return self._ids.setdefault(feature, len(self._ids))


def learnt(name: str, *, patterns: Callable[[str], bool]) -> Ear:
    """The ear for `wordings/<name>.yaml`; what the patterns find in the content is not held against it."""
    known = _read(WORDINGS / f"{name}.yaml")
    saying, sounding = (list(_tuned(known[part])) for part in ("triggers", "harmless"))
    return Ear(saying, [*sounding, *(text for text in _ordinary() if not patterns(text))])


def _tuned(kinds: Mapping[str, Sequence[str]]) -> Iterator[str]:
    yield from (text for texts in kinds.values() for text in texts if half_of(key_of(text)) is Half.TUNE)


@cache
def _ordinary() -> tuple[str, ...]:
    return tuple(_said_and_asked())


def _said_and_asked() -> Iterator[str]:
    """What residents say and ask: small words, the content's wordings, and questions that nothing answers."""
    said = _read(WORDS)
    yield from (*said["ordinary"], *said["figures"]) * OFTEN
    for path in sorted(CONTENT.glob("*.yaml")):
        yield from (question for entry in _read(path) for question in entry["questions"])
    yield from (question for kind in _read(UNANSWERABLE)["unanswerable"].values() for question in kind)


def _read(path: Path) -> Any:
    """Files of this package, checked by their own readers elsewhere; the quick loader, since a start waits for it."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506


def _heard(text: str) -> list[str]:
    """With and without courtesy around it; of a story its sentences."""
    said = normal(text)
    if len(said) <= SENTENCE:
        return [said, bare(said)]
    return [part for part in _ENDS.split(said) if part] or [said]


def _features(text: str) -> set[str]:
    plain = "".join(char for char in normal(text) if unicodedata.category(char)[0] not in "PS")
    edged = f"^{plain}$"
    return {*plain, *(edged[at : at + 2] for at in range(len(edged) - 1))}
