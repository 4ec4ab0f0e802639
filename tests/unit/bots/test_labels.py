"""Labels: a question is known by its hash, and a file that cannot be trusted is refused by file and key."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.labels import LABELS, Half, Labels, LabelsUnusable, half_of, key_of, labelled, labels_of, load_labels
from bots.reading import LARGEST_FILE
from tests.unit.bots.content import entries

ENTRIES = frozenset({"a.a", "b.b"})
ASKED = ("问一", "问二", "问四")


def written(folder: Path, labels: str, *, head: str = "questions: set.json\nseed: 7") -> Path:
    """A file of labels."""
    path = folder / "set.yaml"
    path.write_text(f"{head}\nlabels:\n{labels}", encoding="utf-8")
    return path


def test_a_labelled_question_has_its_acceptable_entries_and_its_half(tmp_path: Path) -> None:
    keys = [key_of(text) for text in ASKED]
    lines = f"  '{keys[0]}': [a.a, b.b]\n  '{keys[1]}': []\n"

    labels = load_labels(written(tmp_path, lines), entries=ENTRIES)
    found = labelled([" 问一\n", "问二", "问三", "问一"], labels=labels)

    assert labels.seed == 7
    assert [(one.text, one.acceptable) for one in found] == [("问一", ENTRIES), ("问二", frozenset())]
    assert [one.half for one in found] == [half_of(keys[0]), half_of(keys[1])]


def test_a_key_is_the_start_of_the_hash_of_the_stripped_text() -> None:
    # printf 离婚 | sha256sum
    assert key_of(" 离婚\n") == "93619bc860a58a44"


@given(st.text(alphabet="0123456789abcdef", min_size=16, max_size=16))
def test_a_key_is_in_the_one_half_or_the_other_by_its_last_digit(key: str) -> None:
    assert half_of(key) is (Half.TUNE if key[-1] in "02468ace" else Half.HELD_OUT)


def test_the_labels_of_a_file_of_questions_are_called_as_it_is() -> None:
    assert labels_of(Path("/elsewhere/topics.dev.json")) == LABELS / "topics.dev.yaml"


def test_questions_that_no_label_belongs_to_are_told_apart_from_unlabelled_ones() -> None:
    labels = Labels("set.json", 7, {key_of("别的问题"): frozenset({"a.a"})})

    with pytest.raises(LabelsUnusable, match="none of the 3 questions has one of the 1 labels"):
        labelled(ASKED, labels=labels)


KEY = "0123456789abcdef"


@pytest.mark.parametrize(
    ("labels", "where"),
    [
        (f"  '{KEY}': [a.a, no.such]", f"labels.{KEY}: no.such: no such entry"),
        (f"  '{KEY}': [a.a, a.a]", f"labels.{KEY}: a.a: named twice"),
        (f"  '{KEY}': a.a", f"labels.{KEY}"),
        (f"  '{KEY}': null", f"labels.{KEY}"),
        (f"  '{KEY}': [1]", f"labels.{KEY}.0"),
        ("  '0123': [a.a]", "labels.0123"),
        ("  1234567890123456: [a.a]", "labels.1234567890123456"),
        ("  '0123456789ABCDEF': []", "labels.0123456789ABCDEF"),
        ("  - a.a", "labels"),
        (f"  '{KEY}': []\n  '{KEY}': [a.a]", f"line 5: the key '{KEY}' stands twice"),
        (f"  '{KEY}': &x [a.a]\n  'fedcba9876543210': *x", "line 5: aliases"),
        ("  [", "line 4"),
        ("  \x00", "not YAML"),
        (f"  ? [{KEY}]\n  : []", "line 4: found unhashable key"),
        ("  - " + "[" * 100_000, "line 4: nested too deeply"),
    ],
)
def test_unusable_labels_name_file_and_key(tmp_path: Path, labels: str, where: str) -> None:
    with pytest.raises(LabelsUnusable) as refused:
        load_labels(written(tmp_path, labels), entries=ENTRIES)

    assert "set.yaml" in str(refused.value)
    assert where in str(refused.value)


def test_a_file_too_large_to_be_labels_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "set.yaml").write_bytes(b"#" * (LARGEST_FILE + 1))

    with pytest.raises(LabelsUnusable, match="larger than"):
        load_labels(tmp_path / "set.yaml", entries=ENTRIES)


@pytest.mark.parametrize(
    ("head", "where"),
    [
        ("questions: other.json\nseed: 7", "questions: expected set.json"),
        ("questions: set.json\nseed: '7'", "seed"),
        ("questions: set.json", "seed"),
        ("questions: set.json\nseed: 7\nmore: 1", "more"),
        ("!!python/object/apply:os.system [ls]", ""),
    ],
)
def test_a_file_for_other_questions_or_of_another_form_is_refused(tmp_path: Path, head: str, where: str) -> None:
    with pytest.raises(LabelsUnusable) as refused:
        load_labels(written(tmp_path, f"  '{KEY}': []", head=head), entries=ENTRIES)

    assert where in str(refused.value)


def test_a_file_that_is_not_there_or_no_text_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "set.yaml").write_bytes(b"\xff\xfe\x00")

    for path in (tmp_path / "set.yaml", tmp_path / "none.yaml", tmp_path):
        with pytest.raises(LabelsUnusable, match=path.name):
            load_labels(path, entries=ENTRIES)


@pytest.mark.parametrize("path", sorted(LABELS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_labels_of_the_repository_name_entries_that_there_are(path: Path) -> None:
    labels = load_labels(path, entries=frozenset(entry.id for entry in entries()))

    assert {half_of(key) for key in labels.acceptable} == set(Half)
    assert any(labels.acceptable.values())
    assert not all(labels.acceptable.values())
