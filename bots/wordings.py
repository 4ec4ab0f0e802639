"""Ways of saying that something must happen, and ways that only sound like it: what triage is judged by.

    bots/wordings/<name>.yaml   triggers: {kind: [wording, …]}     must be recognised
                                harmless: {kind: [wording, …]}     must not

Split as the labels are (bots/labels.py): one half may be tuned to, the other only judges.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from bots.labels import Half, half_of, key_of
from bots.reading import read_as
from interactions.errors import Invalid

WORDINGS = Path(__file__).with_name("wordings")
_Kind = Annotated[str, StringConstraints(pattern=r"^[a-z_]+$")]
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
_Kinds = Annotated[Mapping[_Kind, Annotated[list[_Text], Field(min_length=1)]], Field(min_length=1)]


class WordingsUnusable(Invalid):
    """A file of wordings is not in the form it should be; names file and place."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One way of saying it; `kind` says in what way, `triggers` whether it must be recognised."""

    text: str
    kind: str
    triggers: bool
    half: Half


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    triggers: _Kinds
    harmless: _Kinds


def load_wordings(path: Path) -> tuple[Wording, ...]:
    """All wordings of `path`; raises `WordingsUnusable`, also where one stands twice."""
    file = read_as(_File, path, unusable=WordingsUnusable)
    places: dict[str, str] = {}
    for place, text in _placed(file):
        if text in places:
            raise WordingsUnusable(f"{path}: {place}: stands in {places[text]} already")
        places[text] = place
    return (*_wordings(file.triggers, triggers=True), *_wordings(file.harmless, triggers=False))


def _placed(file: _File) -> Iterator[tuple[str, str]]:
    for part, kinds in (("triggers", file.triggers), ("harmless", file.harmless)):
        for kind, texts in kinds.items():
            yield from ((f"{part}.{kind}.{number}", text) for number, text in enumerate(texts))


def _wordings(kinds: Mapping[str, list[str]], *, triggers: bool) -> Iterator[Wording]:
    for kind, texts in kinds.items():
        yield from (Wording(text, kind, triggers, half_of(key_of(text))) for text in texts)
