"""The content: `faq/<matter>.yaml`, checked entry by entry, every problem named by file, entry and field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from bots.normal import normal
from interactions.errors import Invalid

LARGEST_FILE = 4 * 1024 * 1024
# The same result and the same errors, ten times as soon where libyaml is built in: a start reads a megabyte of content.
_Loader: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# The bot never says that a right has expired and computes no last day (DESIGN §6).
FORBIDDEN = ("已过时效", "已超过时效", "时效已过", "时效已到", "已经过期", "丧失胜诉权", "最后一天是")
_Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$")]
_Matter = Annotated[str, StringConstraints(pattern=r"^[a-z]+(\.[a-z_]+)?$")]
_Article = Annotated[str, StringConstraints(pattern=r"^第[一二三四五六七八九十百千零]+条(之[一二三四五六七八九十]+)?$")]
_Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=120)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Citation(_Strict):
    """One article an entry rests on."""

    law: Annotated[str, StringConstraints(min_length=4, max_length=60)]
    article: _Article
    in_force_since: date


class Review(_Strict):
    """Draft until a lawyer signs; looked at again by `review_by`."""

    status: Literal["draft", "signed"]
    reviewer: str | None
    review_by: date

    @model_validator(mode="after")
    def _signed_by_somebody(self) -> Review:
        if (self.status == "signed") != (self.reviewer is not None):
            raise ValueError("a signed entry names its reviewer, a draft names none")
        return self


class Entry(_Strict):
    """One question residents ask, in their words, with an answer that stands on the law."""

    id: _Id
    matter: _Matter
    questions: Annotated[tuple[_Line, ...], Field(min_length=8)]
    answer: Annotated[str, StringConstraints(strip_whitespace=True, min_length=80, max_length=400)]
    basis: Annotated[tuple[Citation, ...], Field(min_length=1)]
    next_steps: Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=160)]
    see_lawyer: Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=120)]
    review: Review

    @field_validator("answer", "next_steps", "see_lawyer")
    @classmethod
    def _computes_no_last_day(cls, text: str) -> str:
        said = next((words for words in FORBIDDEN if words in text), None)
        if said:
            raise ValueError(f"the bot never says that a right has expired: {said!r}")
        return text


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong and where."""

    file: str
    entry: str
    field: str
    what: str

    def __str__(self) -> str:
        """One line: file, entry, field, what."""
        return ": ".join(part for part in (self.file, self.entry, self.field, self.what) if part)


class ContentUnusable(Invalid):
    """The content has problems; `problems` holds them all."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(one) for one in problems))
        self.problems = tuple(problems)


def load_entries(folder: Path) -> tuple[Entry, ...]:
    """All entries of `folder`, in order of file and place; raises `ContentUnusable` with every problem."""
    entries, problems = _read(folder)
    if not entries and not problems:
        problems = [Problem(str(folder), "", "", "no entries: expected files <matter>.yaml")]
    if problems:
        raise ContentUnusable(problems)
    return tuple(entry for _, entry in entries)


def read_content(folder: Path) -> tuple[list[tuple[str, Entry]], list[Problem]]:
    """Every entry that could be read, with its file's name, and every problem."""
    return _read(folder)


def _read(folder: Path) -> tuple[list[tuple[str, Entry]], list[Problem]]:
    entries: list[tuple[str, Entry]] = []
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        found, wrong = _read_file(path)
        entries += [(path.name, entry) for entry in found]
        problems += wrong
    return entries, [*problems, *_repeats(entries)]


def _read_file(path: Path) -> tuple[list[Entry], list[Problem]]:
    try:
        items = _parse(path)
    except (yaml.YAMLError, ValueError) as error:
        return [], [Problem(path.name, "", "", _told(error))]
    entries: list[Entry] = []
    problems: list[Problem] = []
    for number, item in enumerate(items, start=1):
        try:
            entries.append(Entry.model_validate(item))
        except ValidationError as error:
            problems += _problems(path.name, item, number, error)
    return entries, problems


def _parse(path: Path) -> list[Any]:
    if path.stat().st_size > LARGEST_FILE:
        raise ValueError(f"larger than {LARGEST_FILE} bytes")
    text = path.read_text(encoding="utf-8")
    if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text, Loader=_Loader)):
        raise ValueError("aliases are not used here: a few of them can stand for more than memory holds")
    items = yaml.load(text, Loader=_Loader)  # noqa: S506 - one of the two safe ones
    if not isinstance(items, list):
        raise ValueError("expected a list of entries")  # noqa: TRY004 - one kind of error for the caller
    return items


def _told(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return str(error)
    return f"line {mark.line + 1}: {getattr(error, 'problem', None) or 'not YAML'}"


def _problems(file: str, item: Any, number: int, error: ValidationError) -> Iterator[Problem]:
    name = item.get("id", f"entry {number}") if isinstance(item, dict) else f"entry {number}"
    for one in error.errors():
        yield Problem(file, str(name), _path(one["loc"]), one["msg"])


def _path(location: tuple[int | str, ...]) -> str:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return path.removeprefix(".")


def _repeats(entries: Sequence[tuple[str, Entry]]) -> Iterator[Problem]:
    ids: dict[str, str] = {}
    questions: dict[str, str] = {}
    for file, entry in entries:
        if entry.id in ids:
            yield Problem(file, entry.id, "id", f"already used in {ids[entry.id]}")
        ids[entry.id] = file
        for place, question in enumerate(entry.questions):
            other = questions.setdefault(normal(question), entry.id)
            if other != entry.id:
                yield Problem(file, entry.id, f"questions[{place}]", f"already asked by {other}")
