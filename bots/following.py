"""A follow-up question ("那要多久？"): what it asks of the entry answered last, and what that entry says to it.

question ─▶ what is left without the asking and the fillers ─┬─ a topic of its own ─▶ no follow-up
                                                             └─ nothing ─▶ aspect ─▶ the entry's own sentences
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from bots.faq import Entry
from bots.normal import bare

WORDS = Path(__file__).with_name("following.yaml")
LONGEST = 18


class Aspect(StrEnum):
    """What of the matter is asked for."""

    DURATION = "duration"
    MATERIALS = "materials"
    COST = "cost"
    PLACE = "place"
    NEXT = "next"


_SENTENCE = re.compile(r"[^。；！？\n]+[。；！？]?")


def follow_up(question: str) -> Aspect | None:
    """What a question with no topic of its own asks for; None where it has one, or asks nothing of the kind."""
    said = bare(question)
    if not 0 < len(said) <= LONGEST:
        return None
    for aspect, pattern in _patterns().asks.items():
        rest, found = pattern.subn("", said)
        if found and not _patterns().fillers.sub("", rest):
            return aspect
    return None


def told_by(entry: Entry, aspect: Aspect) -> str | None:
    """What `entry` itself says to the aspect, word for word; None where it says nothing that is surely about it."""
    if aspect is Aspect.NEXT:
        return entry.next_steps
    tells = _patterns().tells[aspect]
    if aspect in (Aspect.MATERIALS, Aspect.PLACE) and tells.search(entry.next_steps):
        return entry.next_steps
    told = ("".join(one for one in _SENTENCE.findall(text) if tells.search(one)) for text in _texts(entry))
    return next((one for one in told if one), None)


def asked_in(entry: Entry, aspect: Aspect) -> str | None:
    """The first wording of `entry` that asks for the aspect."""
    asks = _patterns().asks[aspect]
    return next((one for one in entry.questions if asks.search(bare(one))), None)


def _texts(entry: Entry) -> tuple[str, str]:
    return entry.next_steps, entry.answer


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    asks: Mapping[Aspect, tuple[str, ...]]
    fillers: tuple[str, ...]
    tells: Mapping[Aspect, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Patterns:
    asks: Mapping[Aspect, re.Pattern[str]]
    fillers: re.Pattern[str]
    tells: Mapping[Aspect, re.Pattern[str]]


@cache
def _patterns() -> _Patterns:
    words = _Words.model_validate(yaml.safe_load(WORDS.read_text(encoding="utf-8")))
    return _Patterns(
        asks={aspect: _any_of(patterns) for aspect, patterns in words.asks.items()},
        fillers=_any_of(words.fillers),
        tells={aspect: _any_of(patterns) for aspect, patterns in words.tells.items()},
    )


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
