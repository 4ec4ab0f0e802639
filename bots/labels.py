"""Which entries answer a question, as people judged it before anything was tuned to it.

    question file (outside the project)          bots/labels/<stem>.yaml
    "…", "…", "…"  ──sha256, 16 hex digits──▶    '0f3a…': [labour.wages.unpaid]     acceptable
                                                 '97c1…': []                        no entry answers it
                                                     └ last digit even: tune · odd: held out

The questions are not the project's to publish, so only their hashes are here. How correctness is judged stands in
docs/bot.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from bots.reading import read_as
from interactions.errors import Invalid

LABELS = Path(__file__).with_name("labels")
_Key = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]


class LabelsUnusable(Invalid):
    """A file of labels is not in the form it should be, or belongs to other questions; names file and key."""


class Half(StrEnum):
    """What a label may be used for: everything, or only for judging."""

    TUNE = "tune"
    HELD_OUT = "held_out"


@dataclass(frozen=True, slots=True)
class Labels:
    """The judgements for one file of questions: by key, the ids of the entries that answer; empty where none does."""

    questions: str
    seed: int
    acceptable: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question with the entries that answer it; empty where none does."""

    text: str
    acceptable: frozenset[str]
    half: Half


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    questions: str
    seed: int
    labels: Mapping[_Key, list[str]]


def key_of(text: str) -> str:
    """By what a question is known: the first 16 hex digits of sha256 over its stripped UTF-8 text."""
    return sha256(text.strip().encode()).hexdigest()[:16]


def half_of(key: str) -> Half:
    """Even last digit: may be tuned to. Odd: only judges."""
    return Half.HELD_OUT if int(key[-1], 16) % 2 else Half.TUNE


def labels_of(questions: Path, *, folder: Path = LABELS) -> Path:
    """Where the labels for the file `questions` are kept."""
    return folder / f"{questions.stem}.yaml"


def load_labels(path: Path, *, entries: frozenset[str]) -> Labels:
    """The labels of `path`; raises `LabelsUnusable`, also where one names an entry that is not in `entries`."""
    file = read_as(_File, path, unusable=LabelsUnusable)
    if file.questions != f"{path.stem}.json":
        raise LabelsUnusable(f"{path}: questions: expected {path.stem}.json, as the file itself is called")
    for key, ids in file.labels.items():
        _check(ids, where=f"{path}: labels.{key}", entries=entries)
    return Labels(file.questions, file.seed, {key: frozenset(ids) for key, ids in file.labels.items()})


def _check(ids: Sequence[str], *, where: str, entries: frozenset[str]) -> None:
    for entry, times in Counter(ids).items():
        if entry not in entries:
            raise LabelsUnusable(f"{where}: {entry}: no such entry in the content")
        if times > 1:
            raise LabelsUnusable(f"{where}: {entry}: named twice")


def labelled(texts: Sequence[str], *, labels: Labels) -> list[Labelled]:
    """Those of `texts` that have a label, each once; raises `LabelsUnusable` where none has."""
    by_key = {key_of(text): text.strip() for text in texts}
    found = [
        Labelled(text, labels.acceptable[key], half_of(key)) for key, text in by_key.items() if key in labels.acceptable
    ]
    if not found:
        raise LabelsUnusable(
            f"none of the {len(texts)} questions has one of the {len(labels.acceptable)} labels for "
            f"{labels.questions}: these are other questions, or their texts were changed"
        )
    return found
