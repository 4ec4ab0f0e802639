"""Triage: what a resident's words ask for before any bot looks at them. Pure; it only ever adds care (DESIGN §6).

text ─▶ normal form ─┬─ danger words ──▶ flag, always      near negation or mere information: no emergency text
                     ├─ like danger ───▶ flag `unclear`    heard by likeness (hearing.py), what no pattern names
                     ├─ near deadline ─▶ a person          the bot computes no last day
                     ├─ "a person, please" in any wording
                     └─ protected group, minor ─▶ a better place, more care
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from bots.following import follow_up
from bots.hearing import Ear, learnt
from bots.normal import normal
from bots.small_talk import abusive, small_talk
from interactions.model import Urgency

WORDS = Path(__file__).with_name("triage.yaml")
BEFORE = 12
# From here on the ear is believed: low enough to hear most, and of real questions fewer than 1 in 100 are taken for it.
LIKE_A_WISH, LIKE_DANGER = -0.1, -0.1
# In a pattern: whatever is heard or typed for this syllable (triage.yaml, sounds).
_SYLLABLE = re.compile(r"<([a-z]+)>")
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
    # Sounds like one of these; a person must look.
    UNCLEAR = "unclear"


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

    sounds: dict[str, str]
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
    plain = "".join(char for char in said if unicodedata.category(char)[0] not in "PS")
    words = _patterns()
    dangers = frozenset(kind for kind, one in words.dangers.items() if one.search(said) or one.search(plain))
    if not dangers and _ears().danger.lean(said) >= LIKE_DANGER and not small_talk(said):
        dangers = frozenset({Danger.UNCLEAR})
    near_deadline = words.deadline.search(said) is not None
    minor = words.minor.search(said) is not None
    return Triage(
        dangers=dangers,
        urgency=_urgency(dangers, near_deadline, protected=minor or words.protected.search(said) is not None),
        # Marks between the characters hide nothing: 转-人-工, 家.暴.
        wants_person=_wants_person(said) or _wants_person(plain) or _sounds_like_a_wish(said),
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


def _sounds_like_a_wish(said: str) -> bool:
    """By likeness; greetings, follow-ups, hard words and what a pattern knows as another thing are not listened to."""
    if small_talk(said) or follow_up(said) or abusive(said) or _patterns().not_person.search(said):
        return False
    return _ears().person.lean(said) >= LIKE_A_WISH


def _emergency_text(said: str, dangers: frozenset[Danger]) -> str | None:
    if Danger.SELF_HARM in dangers:
        return SELF_HARM
    if Danger.UNCLEAR in dangers:
        return EMERGENCY if not _patterns().information.search(said) else None
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


@dataclass(frozen=True, slots=True)
class _Ears:
    person: Ear
    danger: Ear


@cache
def _ears() -> _Ears:
    dangers = _patterns().dangers.values()
    return _Ears(
        person=learnt("human_requests", patterns=lambda text: _wants_person(normal(text))),
        danger=learnt("danger", patterns=lambda text: any(one.search(normal(text)) for one in dangers)),
    )


@cache
def _patterns() -> _Patterns:
    words = _Words.model_validate(yaml.safe_load(WORDS.read_text(encoding="utf-8")))
    spoken = {syllable: f"(?:{syllable}|[{characters}])" for syllable, characters in words.sounds.items()}

    def any_of(patterns: Iterable[str]) -> re.Pattern[str]:
        joined = "|".join(f"(?:{pattern})" for pattern in patterns)
        return re.compile(_SYLLABLE.sub(lambda found: spoken[found.group(1)], joined))

    return _Patterns(
        dangers={kind: any_of(patterns) for kind, patterns in words.dangers.items()},
        negation=any_of(words.negations),
        negated=any_of(words.negated),
        information=any_of(words.information),
        person=any_of(words.person),
        not_person=any_of(words.not_person),
        deadline=any_of(words.deadline),
        protected=any_of(words.protected),
        minor=any_of(words.minor),
    )
