"""The examination marks what the bot says, and refuses a file it cannot trust by file and place."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from bots.evaluation import EXAM, ExamUnusable, Outcome, Question, examine, load_exam, load_questions
from bots.ports import Answer, Context, Unavailable, Unsure
from tests.unit.bots.content import entries

UNSURE = Unsure(0.2, (), None)


def answer(entry: str) -> Answer:
    """An answer by `entry`."""
    return Answer(entry, "答", 0.9, "labour", (), "下一步", "找律师", draft=True)


@dataclass
class Scripted:
    """A bot that says what it is told to."""

    said: dict[str, Answer | Unsure | Unavailable]

    async def answer(self, question: str, *, context: Context) -> Answer | Unsure | Unavailable:
        """The line for `question`."""
        return self.said[question]


async def test_each_outcome_is_marked_for_what_it_is() -> None:
    said: dict[str, Answer | Unsure | Unavailable] = {
        "对": answer("a.a"),
        "错": answer("b.b"),
        "不": UNSURE,
        "无": UNSURE,
        "乱": answer("a.a"),
    }
    bot = Scripted({**said, "断": Unavailable("down")})
    asked = [*(Question(text, "a.a") for text in "对错不断"), Question("无", None), Question("乱", None)]
    done: list[int] = []

    marked = await examine(bot, asked, progress=done.append)

    assert [one.outcome for one in marked] == [
        *(Outcome.RIGHT, Outcome.WRONG, Outcome.UNSURE, Outcome.UNAVAILABLE),
        *(Outcome.RIGHTLY_UNSURE, Outcome.WRONGLY_ANSWERED),
    ]
    assert [one.answered for one in marked] == ["a.a", "b.b", None, None, None, "a.a"]
    assert done == [1, 2, 3, 4, 5, 6]


def test_the_examination_in_the_repository_asks_about_every_entry_and_nothing_the_content_says() -> None:
    ids = frozenset(entry.id for entry in entries())
    questions = load_exam(EXAM, entries=ids)
    known = {question for entry in entries() for question in entry.questions}

    assert {one.entry for one in questions if one.entry is not None} == ids
    assert any(one.entry is None for one in questions)
    assert not known & {one.text for one in questions}


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("covered: {no.such: [问]}\nuncovered: []", "covered.no.such"),
        ("covered: {a.a: 问}\nuncovered: []", "covered.a.a"),
        ("covered: {}", "uncovered"),
        ("covered: {}\nuncovered: ['']", "uncovered.0"),
        ("covered: {}\nuncovered: [1]", "uncovered.0"),
        ("[", "not in the form"),
        ("\x00", "not in the form"),
    ],
)
def test_an_unusable_examination_names_file_and_place(tmp_path: Path, text: str, where: str) -> None:
    path = tmp_path / "exam.yaml"
    path.write_text(text)

    with pytest.raises(ExamUnusable) as refused:
        load_exam(path, entries=frozenset({"a.a"}))

    assert str(path) in refused.value.message
    assert where in refused.value.message


def test_questions_without_answers_are_read_from_json(tmp_path: Path) -> None:
    path = tmp_path / "questions.json"
    path.write_text(json.dumps([{"question": "问一", "topic": "x"}, {"question": "问二"}]))

    assert load_questions(path) == ["问一", "问二"]


@pytest.mark.parametrize(
    ("text", "where"), [('[{"q": 1}]', "0.question"), ("{}", ""), ("nonsense", ""), ("\ud800", "")]
)
def test_unusable_questions_name_file_and_place(tmp_path: Path, text: str, where: str) -> None:
    path = tmp_path / "questions.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))

    with pytest.raises(ExamUnusable) as refused:
        load_questions(path)

    assert str(path) in refused.value.message
    assert where in refused.value.message


def test_a_missing_file_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(ExamUnusable, match=r"nowhere\.json"):
        load_questions(tmp_path / "nowhere.json")
