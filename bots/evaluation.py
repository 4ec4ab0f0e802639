"""The bot's examination: held-out questions with the entry that answers each, or none.

A wrong answer is the worst outcome; a question handed on is none. `bots/evaluation.yaml` judges and teaches nothing:
neither content nor curve nor threshold may be tuned to it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError

from bots.ports import Answer, Bot, Context, Unavailable, Unsure
from interactions.errors import Invalid

EXAM = Path(__file__).with_name("evaluation.yaml")
LARGEST_FILE = 16 * 1024 * 1024
T = TypeVar("T")
_Question = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Outcome(StrEnum):
    """What became of a question."""

    RIGHT = "right"
    WRONG = "wrong"
    UNSURE = "unsure"
    RIGHTLY_UNSURE = "rightly_unsure"
    WRONGLY_ANSWERED = "wrongly_answered"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the id of the entry that answers it; None where nothing does."""

    text: str
    entry: str | None


@dataclass(frozen=True, slots=True)
class Marked:
    """A question, what the bot made of it, and the entry it answered with."""

    question: Question
    outcome: Outcome
    answered: str | None
    confidence: float | None


class ExamUnusable(Invalid):
    """A file of questions that is not in the form it should be; names file and place."""


class _Exam(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    covered: Mapping[str, list[_Question]]
    uncovered: list[_Question]


class _Asked(BaseModel):
    model_config = ConfigDict(frozen=True)

    question: _Question


def load_exam(path: Path, *, entries: frozenset[str]) -> list[Question]:
    """The questions of `path`; raises `ExamUnusable`, also where it names an entry that is not in `entries`."""
    exam = _parsed(path, _Exam.model_validate, yaml.safe_load)
    unknown = sorted(set(exam.covered) - entries)
    if unknown:
        raise ExamUnusable(f"{path}: covered.{unknown[0]}: no such entry in the content")
    covered = [Question(text, entry) for entry, texts in exam.covered.items() for text in texts]
    return [*covered, *(Question(text, None) for text in exam.uncovered)]


def load_questions(path: Path) -> list[str]:
    """The texts of a JSON list of objects with a `question`; raises `ExamUnusable`."""
    return [one.question for one in _parsed(path, TypeAdapter(list[_Asked]).validate_python, json.loads)]


async def examine(bot: Bot, questions: Sequence[Question], *, progress: Callable[[int], None]) -> list[Marked]:
    """Every question, asked of `bot` and marked; `progress` is told how many are done."""
    marked: list[Marked] = []
    for done, question in enumerate(questions, start=1):
        marked.append(mark(question, await bot.answer(question.text, context=Context(channel="web"))))
        progress(done)
    return marked


def mark(question: Question, said: Answer | Unsure | Unavailable) -> Marked:
    """What `said` is worth as an answer to `question`."""
    if isinstance(said, Unavailable):
        return Marked(question, Outcome.UNAVAILABLE, None, None)
    if isinstance(said, Unsure):
        outcome = Outcome.RIGHTLY_UNSURE if question.entry is None else Outcome.UNSURE
        return Marked(question, outcome, None, said.confidence)
    if question.entry is None:
        return Marked(question, Outcome.WRONGLY_ANSWERED, said.entry_id, said.confidence)
    right = said.entry_id == question.entry
    return Marked(question, Outcome.RIGHT if right else Outcome.WRONG, said.entry_id, said.confidence)


def _parsed(path: Path, model: Callable[[Any], T], parse: Callable[[str], Any]) -> T:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ExamUnusable(f"{path}: larger than {LARGEST_FILE} bytes")
        return model(parse(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        raise ExamUnusable(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ExamUnusable(f"{path}: {_told(error)}") from error


def _told(error: Exception) -> str:
    return error.strerror or "cannot be read" if isinstance(error, OSError) else "not in the form it should be"
