"""Content written by a command: whole or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bots.content_file import add_entry, add_variants
from bots.faq import ContentUnusable, load_entries
from bots.grouping import grouped
from bots.personal import masked, personal
from interactions.errors import Invalid, NotFound

CONTENT = Path(__file__).resolve().parents[3] / "bots" / "faq"
ENTRY = "medical.malpractice"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the content of one matter."""
    shutil.copy(CONTENT / "medical.yaml", tmp_path)
    return tmp_path


def texts(folder: Path) -> dict[str, str]:
    """Every file of content there is."""
    return {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.yaml")}


def test_a_variant_stands_last_and_nothing_else_changes(folder: Path) -> None:
    before = texts(folder)["medical.yaml"]

    add_variants(folder, entry_id=ENTRY, wordings=["牙医给我拔错了牙：怎么讨说法"])

    entry = next(one for one in load_entries(folder) if one.id == ENTRY)
    assert entry.questions[-1] == "牙医给我拔错了牙：怎么讨说法"
    assert entry.review.status == "draft"
    lines = texts(folder)["medical.yaml"].split("\n")
    assert [one for one in lines if "牙医给我拔错了牙" not in one] == before.split("\n")


def test_what_was_signed_is_a_draft_again(folder: Path) -> None:
    path = folder / "medical.yaml"
    signed = path.read_text(encoding="utf-8").replace("status: draft, reviewer: null", "status: signed, reviewer: 甲")
    path.write_text(signed, encoding="utf-8")

    add_variants(folder, entry_id=ENTRY, wordings=["牙医给我拔错了牙怎么讨说法"])

    changed = next(one for one in load_entries(folder) if one.id == ENTRY)
    assert (changed.review.status, changed.review.reviewer) == ("draft", None)
    assert all(one.review.status == "signed" for one in load_entries(folder) if one.id != ENTRY)


@pytest.mark.parametrize(
    "words",
    ["我叫王小明被误诊了", "打我电话13800000000说误诊", "身份证110101199003070000被冒用", "张三丰先生给我误诊了"],
)
def test_personal_data_becomes_no_content(folder: Path, words: str) -> None:
    before = texts(folder)

    with pytest.raises(Invalid, match="个人信息"):
        add_variants(folder, entry_id=ENTRY, wordings=[words])

    assert texts(folder) == before


def test_what_the_check_refuses_is_not_written(folder: Path) -> None:
    before = texts(folder)
    other = next(one for one in load_entries(folder) if one.id != ENTRY)

    with pytest.raises(ContentUnusable):
        add_variants(folder, entry_id=ENTRY, wordings=[other.questions[0]])
    with pytest.raises(ContentUnusable):
        add_variants(folder, entry_id=ENTRY, wordings=["长" * 200])
    with pytest.raises(NotFound):
        add_variants(folder, entry_id="medical.none", wordings=["没有这个条目怎么办"])

    assert texts(folder) == before


def test_a_new_entry_is_a_draft_whatever_it_says(folder: Path) -> None:
    model = load_entries(folder)[0].model_dump(mode="json")
    new: dict[str, Any] = {
        **model,
        "id": "medical.new",
        "questions": [f"全新的第{number}种问法是什么" for number in "一二三四五六七八"],
        "review": {"status": "signed", "reviewer": "甲", "review_by": "2027-05-31"},
    }

    add_entry(folder, new)

    added = next(one for one in load_entries(folder) if one.id == "medical.new")
    assert added.review.status == "draft"
    assert added.answer == model["answer"]


def test_an_entry_that_is_not_whole_is_refused(folder: Path) -> None:
    before = texts(folder)

    with pytest.raises(ContentUnusable):
        add_entry(folder, {"id": "medical.new", "matter": "medical", "questions": ["只有一种问法"]})
    with pytest.raises(Invalid):
        add_entry(folder, {"id": "x.y", "matter": "../etc"})

    assert texts(folder) == before


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C"]), min_size=2, max_size=40))
def test_any_wording_is_written_as_it_is_or_not_at_all(tmp_path_factory: pytest.TempPathFactory, words: str) -> None:
    folder = tmp_path_factory.mktemp("content")
    shutil.copy(CONTENT / "medical.yaml", folder)
    try:
        add_variants(folder, entry_id=ENTRY, wordings=[words])
    except (Invalid, ContentUnusable):
        assert texts(folder)["medical.yaml"] == (CONTENT / "medical.yaml").read_text(encoding="utf-8")
        return
    entry = next(one for one in yaml.safe_load(texts(folder)["medical.yaml"]) if one["id"] == ENTRY)
    assert entry["questions"][-1].strip() == words.strip()


def test_numbers_and_names_are_masked() -> None:
    said = masked("我叫王小明，电话13800000000，身份证11010119900307123X，李先生欠我2000元")

    assert personal(said) == []
    assert "2000元" in said
    assert not {"王小明", "13800000000", "11010119900307123X", "李先生"} & set(said.split("，"))


def test_questions_alike_come_together_the_most_asked_first() -> None:
    asked = [
        "共享单车押金不退",
        "宠物医院治死了猫",
        "共享单车的押金退不了怎么办",
        "单车押金不退怎么办",
        "猫在宠物医院死了",
    ]

    assert grouped(asked) == [[0, 2, 3], [1, 4]]
    assert grouped([]) == []
