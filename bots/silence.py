"""Which entries may answer today. One gate for every engine: what is silent is neither told nor offered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal

from bots.faq import Entry

Why = Literal["not_signed", "review_overdue", "statute_changed"]


@dataclass(frozen=True, slots=True)
class Silence:
    """What makes an entry silent.

    `require_signed`: only what a lawyer signed, and looked at again in time, answers. `changed`: the statutes, by title
    and article, that have stood in another wording since a day; article None stands for the whole statute.
    """

    require_signed: bool = False
    changed: Mapping[tuple[str, str | None], date] = field(default_factory=lambda: MappingProxyType({}))

    def why(self, entry: Entry, *, today: date) -> Why | None:
        """Why `entry` says nothing today; None where it may answer."""
        if any(self._changed(law=one.law, article=one.article, known=one.in_force_since) for one in entry.basis):
            return "statute_changed"
        if not self.require_signed:
            return None
        if entry.review.status != "signed":
            return "not_signed"
        return "review_overdue" if entry.review.review_by < today else None

    def _changed(self, *, law: str, article: str, known: date) -> bool:
        days = (self.changed.get((law, article)), self.changed.get((law, None)))
        return any(day is not None and day > known for day in days)
