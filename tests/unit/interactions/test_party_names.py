"""One name written two ways is one form; what names nobody has none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interactions.party_names import name_form, single_names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("海河建筑有限责任公司", "海河建筑有限公司"),
        ("海河建筑（天津）股份有限公司", "海河建筑(天津)公司。"),
        ("Haihe Co., Ltd.", "ＨＡＩＨＥ co ltd"),
        ("周小河先生", " 周 小 河 "),
        ("李大海女士", "李大海"),
    ],
)
def test_ways_of_writing_one_name(one: str, other: str) -> None:
    assert name_form(one) == name_form(other) is not None


@pytest.mark.parametrize(
    "words", ["", "。", "公司", "有限公司", "张先生", "王女士", "前夫", "房东", "不详", "Unknown", "老板"]
)
def test_what_names_nobody_has_no_form(words: str) -> None:
    assert name_form(words) is None


def test_several_names_are_told_apart() -> None:
    assert list(single_names("甲某、 乙公司；\n丙某；")) == ["甲某", "乙公司", "丙某"]


@given(st.text(max_size=40))
def test_a_form_holds_letters_and_digits_alone_and_is_never_too_short_to_name_anybody(words: str) -> None:
    form = name_form(words)

    assert form is None or (len(form) >= 2 and form.isalnum())
