"""Several questions in one message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.splitting import questions
from tests.unit.bots.content import entries


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "老板拖欠工资怎么办？我老婆想离婚，孩子归谁？",
            ["老板拖欠工资怎么办？", "我老婆想离婚，孩子归谁？"],
        ),
        ("1.工资不发怎么办 2.社保没交怎么办", ["工资不发怎么办", "社保没交怎么办"]),
        ("1、工资不发怎么办\n2、社保没交怎么办", ["工资不发怎么办", "社保没交怎么办"]),
        ("楼上漏水怎么办，还有物业费不交会怎样", ["楼上漏水怎么办，", "物业费不交会怎样"]),
        ("押金不退怎么办？另外房东卖房我能住吗", ["押金不退怎么办？", "房东卖房我能住吗"]),
        ("我被车撞了。谁来赔？工资谁发？急！", ["我被车撞了。谁来赔？", "工资谁发？急！"]),
    ],
)
def test_each_question_stands_by_itself_with_what_was_told_before_it(text: str, parts: list[str]) -> None:
    assert questions(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        *("老板拖欠工资怎么办？？？", "老板拖欠工资。我很着急。怎么办？", "工资3.5万没发怎么办", "转人工", "", "？？"),
        *("欠我2.8万元怎么要", "老板说没钱，让我等，我等了半年，怎么要回来？"),
    ],
)
def test_one_question_stays_whole(text: str) -> None:
    assert questions(text) == [text]


def test_no_wording_of_the_content_falls_apart_into_more_than_it_holds() -> None:
    apart = [one for entry in entries() for one in entry.questions if len(questions(one)) > 1]

    assert len(apart) < 0.02 * sum(len(entry.questions) for entry in entries()), apart


@given(st.text(max_size=500))
def test_no_word_is_invented_and_something_is_always_left(text: str) -> None:
    parts = questions(text)

    assert parts
    assert all(part in text for part in parts)
