"""One of the offered questions, named by its place or by its words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.choosing import chosen, none_of_them
from bots.ports import Choice

OFFERED = (
    Choice("a.one", "工伤认定去哪里申请"),
    Choice("a.two", "工伤能赔哪些钱"),
    Choice("a.three", "个人雇佣算不算工伤"),
)


@pytest.mark.parametrize(
    ("said", "entry"),
    [
        *(
            (text, "a.one")
            for text in ("1", "１", "一", "第一个", "选1", "1。", "第1个", "我想问第一个", "A", "最上面那个")
        ),
        *(
            (text, "a.two")
            for text in ("2", "第二个", "第二个吧", "选二", "2号", "第2条", "就是第二个", "②", "2，谢谢", "b")
        ),
        *((text, "a.three") for text in ("3", "第三个问题", "最后一个", "最后那个吧")),
        *((text, "a.two") for text in ("工伤能赔哪些钱", "工伤能赔哪些钱？", "你好，工伤能赔哪些钱")),
    ],
)
def test_a_place_or_the_words_choose(said: str, entry: str) -> None:
    found = chosen(said, OFFERED)

    assert found is not None
    assert found.entry_id == entry


@pytest.mark.parametrize(
    "said",
    [
        "4",
        "第四个",
        "2000元",
        "2个月没发工资",
        "一个月工资",
        "第二次被开除",
        "三年前的事",
        "工伤",
        "",
        "不知道",
        "二十",
    ],
)
def test_anything_else_chooses_nothing(said: str) -> None:
    assert chosen(said, OFFERED) is None


@pytest.mark.parametrize("said", ["都不是", "以上都不是", "都不对", "不是这些", "一个都不是", "都没有"])
def test_none_of_them_is_understood(said: str) -> None:
    assert none_of_them(said, OFFERED)
    assert not none_of_them(said, ())


def test_yes_chooses_only_where_one_was_offered() -> None:
    assert chosen("是的", OFFERED[:1]) == OFFERED[0]
    assert chosen("是的", OFFERED) is None


@given(st.text(max_size=300))
def test_where_nothing_was_offered_nothing_is_chosen(said: str) -> None:
    assert chosen(said, ()) is None
    assert chosen(said, OFFERED) in (None, *OFFERED)
