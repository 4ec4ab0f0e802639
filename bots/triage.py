"""Triage: what a resident's words ask for before any bot looks at them. Pure; it only ever adds care (DESIGN §6).

text ─▶ normal form ─┬─ danger words ──▶ flag, always      near negation or mere information: no emergency text
                     ├─ near deadline ─▶ a person          the bot computes no last day
                     ├─ "a person, please" in any wording
                     └─ protected group, minor ─▶ a better place, more care
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from bots.normal import normal
from interactions.model import Urgency

WORDS = Path(__file__).with_name("triage.yaml")
BEFORE = 12
EMERGENCY = (
    "如果您或身边的人正处在危险中，请立即拨打 110（报警），有人受伤请拨打 120（急救）。"
    "不方便通话时，可先到安全、有人的地方，也可以继续在这里打字，值班律师会优先接待您。"
)
SELF_HARM = (
    "您现在一定很难受，请先别一个人扛着。如果有伤害自己的念头或已经受伤，请立即拨打 120 或 110，"
    "也可以请身边信任的人陪着您。值班律师会优先接待您，您可以继续在这里慢慢说。"
)


class Danger(StrEnum):
    """Kinds of danger."""

    VIOLENCE = "violence"
    SELF_HARM = "self_harm"
    WEAPON = "weapon"
    MINOR_HARM = "minor_harm"


@dataclass(frozen=True, slots=True)
class Triage:
    """What the words ask for. `urgency` None means nothing beyond the ordinary."""

    dangers: frozenset[Danger] = frozenset()
    urgency: Urgency | None = None
    wants_person: bool = False
    near_deadline: bool = False
    minor: bool = False
    emergency_text: str | None = None


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    dangers: dict[Danger, tuple[str, ...]]
    negations: tuple[str, ...]
    negated: tuple[str, ...]
    information: tuple[str, ...]
    person: tuple[str, ...]
    not_person: tuple[str, ...]
    deadline: tuple[str, ...]
    protected: tuple[str, ...]
    minor: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Patterns:
    dangers: dict[Danger, re.Pattern[str]]
    negation: re.Pattern[str]
    negated: re.Pattern[str]
    information: re.Pattern[str]
    person: re.Pattern[str]
    not_person: re.Pattern[str]
    deadline: re.Pattern[str]
    protected: re.Pattern[str]
    minor: re.Pattern[str]


def triage(text: str) -> Triage:
    """What `text` asks for; any string is answered, in time linear in its length."""
    said = normal(text)
    words = _patterns()
    dangers = frozenset(kind for kind, pattern in words.dangers.items() if pattern.search(said))
    near_deadline = words.deadline.search(said) is not None
    minor = words.minor.search(said) is not None
    return Triage(
        dangers=dangers,
        urgency=_urgency(dangers, near_deadline, protected=minor or words.protected.search(said) is not None),
        wants_person=_wants_person(said),
        near_deadline=near_deadline,
        minor=minor or Danger.MINOR_HARM in dangers,
        emergency_text=_emergency_text(said, dangers),
    )


def _urgency(dangers: frozenset[Danger], near_deadline: bool, *, protected: bool) -> Urgency | None:
    if dangers:
        return Urgency.DANGER
    if near_deadline:
        return Urgency.DEADLINE
    return Urgency.PROTECTED if protected else None


def _wants_person(said: str) -> bool:
    """A wish for a person; a question about lawyers, such as their fees, is none."""
    words = _patterns()
    return words.person.search(words.not_person.sub("", said)) is not None


def _emergency_text(said: str, dangers: frozenset[Danger]) -> str | None:
    if Danger.SELF_HARM in dangers:
        return SELF_HARM
    acute = [kind for kind in dangers if _acute(said, _patterns().dangers[kind])]
    return EMERGENCY if acute else None


def _acute(said: str, danger: re.Pattern[str]) -> bool:
    """Whether some mention of the danger is neither negated nor a question for knowledge only."""
    words = _patterns()
    if words.information.search(said):
        return False
    mentions = danger.finditer(said)
    return any(not _negated(said, one) for one in mentions)


def _negated(said: str, mention: re.Match[str]) -> bool:
    """Whether a negation stands close before the mention, or inside it (他没有打我)."""
    words = _patterns()
    before = said[max(0, mention.start() - BEFORE) : mention.start()]
    return bool(words.negation.search(before) or words.negated.search(mention.group()))


@cache
def _patterns() -> _Patterns:
    words = _Words.model_validate(yaml.safe_load(WORDS.read_text(encoding="utf-8")))
    return _Patterns(
        dangers={kind: _any_of(patterns) for kind, patterns in words.dangers.items()},
        negation=_any_of(words.negations),
        negated=_any_of(words.negated),
        information=_any_of(words.information),
        person=_any_of(words.person),
        not_person=_any_of(words.not_person),
        deadline=_any_of(words.deadline),
        protected=_any_of(words.protected),
        minor=_any_of(words.minor),
    )


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
