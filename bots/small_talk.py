"""What residents say besides questions: greetings, thanks, goodbye, and hard words meant for us. Pure.

Danger is looked for before (bots/triage.py): whoever is threatened, or threatens, never gets this far. Hard words that
are told of somebody else are a case, not abuse.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict

from bots.normal import normal

WORDS = Path(__file__).with_name("small_talk.yaml")
# Longer, and meant for nobody in particular: somebody is upset and tells a story.
SHORT: Final = 12
LONGEST: Final = 60


class Talk(StrEnum):
    """What a message is that asks nothing."""

    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    greeting: tuple[str, ...]
    thanks: tuple[str, ...]
    goodbye: tuple[str, ...]
    abuse: tuple[str, ...]
    told: tuple[str, ...]
    directed: tuple[str, ...]


def small_talk(text: str) -> Talk | None:
    """What `text` is as a whole; None where it may ask something."""
    said = _without_marks(text)
    if not 0 < len(said) <= LONGEST:
        return None
    return next((kind for kind in (Talk.GOODBYE, Talk.THANKS, Talk.GREETING) if _pattern(kind).fullmatch(said)), None)


def abusive(text: str) -> bool:
    """Whether `text` holds hard words that are meant for us."""
    said = _without_marks(text)
    if not _pattern("abuse").search(said) or _pattern("told").search(said):
        return False
    return len(said) <= SHORT or (len(said) <= LONGEST and _pattern("directed").search(said) is not None)


def _without_marks(text: str) -> str:
    return "".join(char for char in normal(text) if unicodedata.category(char)[0] not in "PS")


@cache
def _words() -> _Words:
    return _Words.model_validate(yaml.safe_load(WORDS.read_text(encoding="utf-8")))


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    return _any_of(getattr(_words(), str(kind)))


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
