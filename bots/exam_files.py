"""Files of questions, in the three forms an examination may have (docs/bot.md says how each is judged).

.yaml ── covered: {entry: [question, …]}, uncovered: [question, …]
.json ── [{"question", "entries": […]}, …]   its own labels: any of the entries answers it, [] says that none does
.json ── [{"question", …}, …]                judged by the labels the project keeps (bots/labels), else by nobody
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError

from bots.evaluation import Question
from bots.labels import LABELS, half_of, key_of, load_labels
from bots.reading import read_yaml
from interactions.errors import Invalid

EXAM = Path(__file__).with_name("evaluation.yaml")
LARGEST_FILE = 16 * 1024 * 1024
# By key: the ids of the entries that answer.
Labels = Mapping[str, frozenset[str]]
T = TypeVar("T")
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class ExamUnusable(Invalid):
    """A file of questions that is not in the form it should be; names file and place."""


class _Exam(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    covered: Mapping[str, list[_Text]]
    uncovered: list[_Text]


class _Asked(BaseModel):
    """Other fields are the set's own business."""

    model_config = ConfigDict(frozen=True, strict=True)

    question: _Text
    entries: list[str] | None = None
    gold_articles: list[str] = []
    topic: str | None = None


def kept_labels(folder: Path = LABELS, *, entries: frozenset[str]) -> Labels:
    """All labels the project keeps, whichever file their questions came in; raises `LabelsUnusable`."""
    found: dict[str, frozenset[str]] = {}
    for path in sorted(folder.glob("*.yaml")):
        found |= load_labels(path, entries=entries).acceptable
    return found


def load_exam(path: Path, *, entries: frozenset[str], labels: Labels = MappingProxyType({})) -> list[Question]:
    """The questions of `path`; raises `ExamUnusable`, also where it names an entry that is not in `entries`."""
    questions = _from_yaml(path) if path.suffix in {".yaml", ".yml"} else _from_json(path, labels)
    for where, question in questions:
        unknown = sorted((question.entries or frozenset()) - entries)
        if unknown:
            raise ExamUnusable(f"{path}: {where}: no such entry in the content: {unknown[0]}")
    return [question for _, question in questions]


def _from_yaml(path: Path) -> Sequence[tuple[str, Question]]:
    exam = _parsed(path, _Exam.model_validate, read_yaml)
    covered = [
        (f"covered.{entry}", Question(text, frozenset({entry})))
        for entry, texts in exam.covered.items()
        for text in texts
    ]
    return [*covered, *(("uncovered", Question(text, frozenset())) for text in exam.uncovered)]


def _from_json(path: Path, labels: Labels) -> Sequence[tuple[str, Question]]:
    asked = _parsed(path, TypeAdapter(list[_Asked]).validate_python, _read_json)
    return [(f"{at}.entries", _question(one, labels)) for at, one in enumerate(asked)]


def _question(asked: _Asked, labels: Labels) -> Question:
    key = key_of(asked.question)
    kept = asked.entries is None and key in labels
    return Question(
        text=asked.question,
        entries=labels.get(key) if asked.entries is None else frozenset(asked.entries),
        half=half_of(key) if kept else None,
        articles=frozenset(asked.gold_articles),
        topic=asked.topic,
    )


def _read_json(path: Path) -> Any:
    if path.stat().st_size > LARGEST_FILE:
        raise ValueError(f"larger than {LARGEST_FILE} bytes")
    return json.loads(path.read_text(encoding="utf-8"))


def _parsed(path: Path, model: Callable[[Any], T], read: Callable[[Path], Any]) -> T:
    try:
        return model(read(path))
    except ValidationError as error:
        first = error.errors()[0]
        raise ExamUnusable(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    except OSError as error:
        raise ExamUnusable(f"{path}: {error.strerror or 'cannot be read'}") from error
    except (ValueError, RecursionError) as error:
        raise ExamUnusable(f"{path}: {_told(error)}") from error


def _told(error: ValueError | RecursionError) -> str:
    """Where it is not JSON, by line and column; never by what stands there."""
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}: {error.msg}"
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return "not UTF-8" if isinstance(error, UnicodeError) else str(error)
