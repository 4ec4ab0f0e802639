"""What the house makes of suggested matters: kept with its reasons, taken over where likely, shown, open to correction.

resident's words ─▶ suggester ─▶ up to three ─┬─ in the log, with the turn that answers or the place in line
                                              ├─ the first, where it is likelier than not: the need it is routed by
                                              └─ in the lawyer's 小结: proposals beside the field
The resident is told by which matter a lawyer is looked for. A matter a lawyer set is never touched: words are looked
at only while the bot serves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bots.suggestion import Suggester, Suggestion
from interactions.model import GENERAL

# Likelier than not. Nothing is lost where it is wrong: the skill asked for relaxes with the wait, a lawyer transfers.
TAKEN = 0.5


@dataclass(frozen=True, slots=True)
class Suggested:
    """The matters that some words were likely about, the likeliest first."""

    found: tuple[Suggestion, ...] = ()

    @property
    def taken(self) -> str | None:
        """The matter to route by; None where none is likely enough, or where it is no matter of its own."""
        first = self.found[0] if self.found else None
        return first.matter if first and first.confidence >= TAKEN and first.matter != GENERAL else None

    def facts(self) -> dict[str, Any]:
        """For the log: codes and numbers only; empty where nothing was suggested."""
        told = [{"matter": one.matter, "confidence": round(one.confidence, 4)} for one in self.found]
        return {"suggested": told, "taken": self.taken} if told else {}


NOTHING = Suggested()


@dataclass(frozen=True, slots=True)
class Suggesting:
    """Looks at a resident's words."""

    suggester: Suggester

    def of(self, text: str) -> Suggested:
        """What `text` is likely about."""
        return Suggested(self.suggester.suggest(text))
