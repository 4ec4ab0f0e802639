"""Words that residents use for one thing: 薪水, 工钱 and 血汗钱 all mean wages."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints

from bots.normal import normal

SYNONYMS = Path(__file__).with_name("synonyms.yaml")
LONGEST_WORD = 6
_Group = Annotated[str, StringConstraints(pattern=r"^\S+( \S+)+$")]


class _Synonyms(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    synonyms: tuple[_Group, ...]


def meant(said: str) -> frozenset[str]:
    """Names of the groups that words of `said` (normal form) belong to; of words that overlap the longer counts."""
    groups = _groups()
    found: set[str] = set()
    for at in range(len(said)):
        sizes = range(min(LONGEST_WORD, len(said) - at), 1, -1)
        found |= next((groups[said[at : at + size]] for size in sizes if said[at : at + size] in groups), frozenset())
    return frozenset(found)


@cache
def _groups() -> dict[str, frozenset[str]]:
    listed = _Synonyms.model_validate(yaml.safe_load(SYNONYMS.read_text(encoding="utf-8"))).synonyms
    groups: dict[str, frozenset[str]] = {}
    for words in (normal(line.replace(" ", "|")).split("|") for line in listed):
        for word in words:
            groups[word] = groups.get(word, frozenset()) | {words[0]}
    return groups
