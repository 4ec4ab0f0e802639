"""Files of questions in three forms; one that cannot be trusted is refused by file and place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bots.evaluation import Question
from bots.exam_files import EXAM, ExamUnusable, kept_labels, load_exam
from bots.labels import half_of, key_of
from tests.unit.bots.content import entries

IDS = frozenset({"a.a", "b.b"})


def test_the_examination_in_the_repository_asks_about_every_entry_and_nothing_the_content_says() -> None:
    ids = frozenset(entry.id for entry in entries())
    questions = load_exam(EXAM, entries=ids)
    known = {question for entry in entries() for question in entry.questions}

    assert {entry for one in questions for entry in one.entries or ()} == ids
    assert any(not one.entries for one in questions)
    assert not known & {one.text for one in questions}


def test_a_json_file_may_bring_its_own_labels(tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    items = [
        {"question": "问一", "entries": ["a.a", "b.b"], "topic": "婚姻家庭"},
        {"question": "问二", "entries": [], "gold_articles": ["中华人民共和国民法典第一条"]},
        {"question": "问三"},
    ]
    path.write_text(json.dumps(items))

    assert load_exam(path, entries=IDS) == [
        Question("问一", IDS, topic="婚姻家庭"),
        Question("问二", frozenset(), articles=frozenset({"中华人民共和国民法典第一条"})),
        Question("问三", None),
    ]


def test_what_a_file_does_not_judge_the_kept_labels_do(tmp_path: Path) -> None:
    path = tmp_path / "some.json"
    path.write_text(json.dumps([{"question": "问一"}, {"question": "问二"}, {"question": "问三", "entries": []}]))
    kept = {key_of("问一"): frozenset({"a.a"}), key_of("问三"): frozenset({"b.b"})}

    asked = load_exam(path, entries=IDS, labels=kept)

    assert [one.entries for one in asked] == [frozenset({"a.a"}), None, frozenset()]
    assert [one.half for one in asked] == [half_of(key_of("问一")), None, None]


def test_the_labels_that_are_kept_name_entries_there_are() -> None:
    assert len(kept_labels(entries=frozenset(entry.id for entry in entries()))) >= 300


@pytest.mark.parametrize(
    ("name", "text", "where"),
    [
        ("e.yaml", "covered: {no.such: [问]}\nuncovered: []", "covered.no.such"),
        ("e.yaml", "covered: {a.a: 问}\nuncovered: []", "covered.a.a"),
        ("e.yaml", "covered: {}", "uncovered"),
        ("e.yml", "covered: {}\nuncovered: ['']", "uncovered.0"),
        ("e.yaml", "covered: {}\nuncovered: [1]", "uncovered.0"),
        ("e.yaml", "[", "line 1"),
        ("e.yaml", "\x00", "not YAML"),
        ("e.yaml", "[" * 5_000, "nested too deeply"),
        ("e.json", '[{"q": 1}]', "0.question"),
        ("e.json", '[{"question": "问", "entries": ["no.such"]}]', "0.entries: no such entry in the content: no.such"),
        ("e.json", '[{"question": "问", "entries": "a.a"}]', "0.entries"),
        ("e.json", '[{"question": "问", "gold_articles": [1]}]', "0.gold_articles.0"),
        ("e.json", "{}", ""),
        ("e.json", "nonsense", "line 1, column 1"),
        ("e.json", "[" * 100_000, "nested too deeply"),
        ("e.json", "\ud800", "not UTF-8"),
    ],
)
def test_an_unusable_file_is_told_by_name_and_place(tmp_path: Path, name: str, text: str, where: str) -> None:
    path = tmp_path / name
    path.write_bytes(text.encode("utf-8", "surrogatepass"))

    with pytest.raises(ExamUnusable) as refused:
        load_exam(path, entries=IDS)

    assert str(path) in refused.value.message
    assert where in refused.value.message


def test_a_missing_file_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(ExamUnusable, match=r"nowhere\.json"):
        load_exam(tmp_path / "nowhere.json", entries=IDS)
