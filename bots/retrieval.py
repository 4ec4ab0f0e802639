"""The embedded bot: finds the entry that covers most of the resident's question, and knows how sure it is.

question ─┬─ a known wording, but for a slip ─▶ its entry, or none
          └─ else ─▶ evidence for the best ─▶ confidence ─┬─ ≥ threshold ─▶ Answer
                                                          └─ below ───────▶ Unsure, nearest questions
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

from bots.calibration import Curve, fit
from bots.faq import Entry
from bots.finding import Found
from bots.known_wordings import KnownWordings
from bots.lessons import Material
from bots.ports import Answer, Basis, Context, Unavailable, Unsure
from bots.settings import BotSettings

UNANSWERABLE = Path(__file__).with_name("calibration.yaml")
# Below this likeness to its nearest wording nothing is near: offering chips would be guessing.
NEAR = 0.12
LIKELY_MATTER = 0.5


class RetrievalBot:
    """Answers from the content, in this process; built once, then only read.

    `curve` is one that was fitted on this very content before; without it, it is fitted now.
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        *,
        settings: BotSettings,
        unanswerable: Sequence[str] | None = None,
        curve: Curve | None = None,
    ) -> None:
        self._entries = tuple(entries)
        self._settings = settings
        others = load_unanswerable() if unanswerable is None else unanswerable
        self._known = KnownWordings([*(entry.questions for entry in entries), others])
        material = Material(entries, unanswerable=others)
        self.curve = curve or _fitted(material)
        self._finder = material.finder()

    async def answer(self, question: str, *, context: Context) -> Answer | Unsure | Unavailable:
        """An answer where it is sure enough, else the nearest questions."""
        return self.decide(question)

    def decide(self, question: str) -> Answer | Unsure:
        """The outcome for `question` (pure; about a millisecond)."""
        found = self._finder.find(question)
        place, confidence = self._known.look_up(question) or (found.entries[0], self.curve.confidence(found.evidence))
        if place == len(self._entries):
            return self._unsure(found, 1.0 - confidence)
        if confidence < self._settings.threshold:
            return self._unsure(found, confidence)
        return _answer(self._entries[place], confidence)

    def _unsure(self, found: Found, confidence: float) -> Unsure:
        offered = zip(found.entries, found.wordings, strict=True) if found.evidence.likeness >= NEAR else ()
        nearest = tuple(self._entries[entry].questions[wording] for entry, wording in offered)
        matter = self._entries[found.entries[0]].matter
        return Unsure(confidence, nearest, matter if confidence >= LIKELY_MATTER else None)


class _Unanswerable(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    unanswerable: Mapping[str, list[str]] = Field(min_length=1)


def load_unanswerable(path: Path = UNANSWERABLE) -> list[str]:
    """Questions that no entry answers, for calibration."""
    kinds = _Unanswerable.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))).unanswerable
    return [question for questions in kinds.values() for question in questions]


def _fitted(material: Material) -> Curve:
    lessons = list(material.lessons())
    return fit([lesson.evidence for lesson in lessons], [lesson.right for lesson in lessons])


def _answer(entry: Entry, confidence: float) -> Answer:
    return Answer(
        entry_id=entry.id,
        text=entry.answer,
        confidence=confidence,
        matter=entry.matter,
        basis=tuple(Basis(one.law, one.article, one.in_force_since) for one in entry.basis),
        next_steps=entry.next_steps,
        see_lawyer=entry.see_lawyer,
        draft=entry.review.status == "draft",
    )
