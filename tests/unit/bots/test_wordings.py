"""The wordings triage is judged by: read whole, split in halves, refused by file and place where something is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots.labels import Half, half_of, key_of
from bots.wordings import WORDINGS, Wording, WordingsUnusable, load_wordings


def written(folder: Path, text: str) -> Path:
    """A file of wordings."""
    path = folder / "set.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_wording_says_in_what_way_and_whether_it_must_be_recognised(tmp_path: Path) -> None:
    path = written(tmp_path, "triggers: {plain: [找人, 来人 ], typos: [找入]}\nharmless: {quoted: [他说找人]}")

    wordings = load_wordings(path)

    assert wordings == (
        Wording("找人", "plain", True, half_of(key_of("找人"))),
        Wording("来人", "plain", True, half_of(key_of("来人"))),
        Wording("找入", "typos", True, half_of(key_of("找入"))),
        Wording("他说找人", "quoted", False, half_of(key_of("他说找人"))),
    )


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("triggers: {plain: [甲]}", "harmless: Field required"),
        ("triggers: {}\nharmless: {q: [乙]}", "triggers"),
        ("triggers: {plain: []}\nharmless: {q: [乙]}", "triggers.plain"),
        ("triggers: {plain: ['  ']}\nharmless: {q: [乙]}", "triggers.plain.0"),
        ("triggers: {plain: [1]}\nharmless: {q: [乙]}", "triggers.plain.0"),
        ("triggers: {plain: [是, yes]}\nharmless: {q: [乙]}", "triggers.plain.1"),
        ("triggers: {Plain: [甲]}\nharmless: {q: [乙]}", "triggers.Plain"),
        ("triggers: {plain: [甲, 丙, 甲]}\nharmless: {q: [乙]}", "triggers.plain.2: stands in triggers.plain.0"),
        ("triggers: {plain: [甲]}\nharmless: {q: [乙, 甲 ]}", "harmless.q.1: stands in triggers.plain.0"),
        ("triggers: {plain: [甲], plain: [丙]}\nharmless: {q: [乙]}", "line 1: the key 'plain' stands twice"),
        ("triggers: {plain: [甲]}\nharmless: {q: [乙]}\nmore: 1", "more"),
        ("[甲]", "valid"),
        ("", "valid"),
        ("{", "line"),
    ],
)
def test_unusable_wordings_name_file_and_place(tmp_path: Path, text: str, where: str) -> None:
    with pytest.raises(WordingsUnusable) as refused:
        load_wordings(written(tmp_path, text))

    assert "set.yaml" in str(refused.value)
    assert where in str(refused.value)


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(WordingsUnusable, match=r"none\.yaml"):
        load_wordings(tmp_path / "none.yaml")


@pytest.mark.parametrize("name", ["human_requests", "danger"])
def test_the_sets_of_the_repository_are_large_enough_to_judge_by(name: str) -> None:
    wordings = load_wordings(WORDINGS / f"{name}.yaml")
    triggers = [one for one in wordings if one.triggers]
    harmless = [one for one in wordings if not one.triggers]

    assert len(triggers) >= 500
    assert len(harmless) >= 300
    for judged in (triggers, harmless):
        assert 0.4 < sum(one.half is Half.HELD_OUT for one in judged) / len(judged) < 0.6
