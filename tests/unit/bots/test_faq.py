"""The content is checked entry by entry, and every problem names file, entry and field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bots.faq import ContentUnusable, load_entries, read_content
from bots.statutes import check_citations

CONTENT = Path(__file__).resolve().parent.parent.parent.parent / "bots" / "faq"
STATUTES = CONTENT.parent.parent.parent / "shared" / "data" / "laws"


def entry(**changes: Any) -> dict[str, Any]:
    """A valid entry, changed."""
    made: dict[str, Any] = {
        "id": "labour.test",
        "matter": "labour",
        "questions": [f"第{n}种问法怎么说" for n in range(8)],
        "answer": "答" * 90,
        "basis": [{"law": "中华人民共和国劳动法", "article": "第五十条", "in_force_since": "1995-01-01"}],
        "next_steps": "先做这一件事，再做那一件事。",
        "see_lawyer": "情况紧急时请马上找律师。",
        "review": {"status": "draft", "reviewer": None, "review_by": "2027-01-01"},
    }
    return {**made, **changes}


def told(folder: Path, *entries: Any) -> str:
    """What is told about a file with these entries."""
    (folder / "labour.yaml").write_text(yaml.safe_dump(list(entries), allow_unicode=True))
    with pytest.raises(ContentUnusable) as refused:
        load_entries(folder)
    return str(refused.value)


def test_the_content_in_the_repository_is_valid() -> None:
    entries = load_entries(CONTENT)

    assert len({one.matter.split(".")[0] for one in entries}) >= 8


def test_every_citation_is_in_the_statutes() -> None:
    if not STATUTES.is_dir():
        pytest.skip("the folder of statutes is not beside the project")
    entries, problems = read_content(CONTENT)

    assert [*problems, *check_citations(entries, statutes=STATUTES)] == []


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"answer": "太短"}, "labour.test: answer"),
        ({"answer": "您的时效已过" + "答" * 90}, "labour.test: answer"),
        ({"questions": ["只有一种"]}, "labour.test: questions"),
        ({"basis": []}, "labour.test: basis"),
        (
            {"basis": [{"law": "中华人民共和国劳动法", "article": "50", "in_force_since": "1995-01-01"}]},
            "basis[0].article",
        ),
        ({"extra": 1}, "labour.test: extra"),
        ({"matter": "Labour!"}, "labour.test: matter"),
        ({"review": {"status": "signed", "reviewer": None, "review_by": "2027-01-01"}}, "labour.test: review"),
    ],
)
def test_a_problem_names_file_entry_and_field(tmp_path: Path, changes: dict[str, Any], where: str) -> None:
    message = told(tmp_path, entry(**changes))

    assert message.startswith("labour.yaml: ")
    assert where in message


def test_repeated_ids_and_questions_are_told(tmp_path: Path) -> None:
    message = told(tmp_path, entry(), entry(id="labour.other"))

    assert "already asked by labour.test" in message


def test_broken_yaml_names_the_line_and_aliases_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("- id: x\n  y: [1\n- z")
    (tmp_path / "b.yaml").write_text("- &a [1]\n- *a")

    with pytest.raises(ContentUnusable) as refused:
        load_entries(tmp_path)

    assert "a.yaml: line" in str(refused.value)
    assert "b.yaml: aliases" in str(refused.value)
