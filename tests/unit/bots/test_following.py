"""Follow-up questions, and what an entry itself says to them."""

from __future__ import annotations

import re

import pytest

from bots.following import Aspect, follow_up, told_by
from tests.unit.bots.content import entries

WAGES = next(entry for entry in entries() if entry.id == "labour.wages.unpaid")


@pytest.mark.parametrize(
    ("question", "aspect"),
    [
        *((text, Aspect.DURATION) for text in ("那要多久？", "一般要多长时间", "多久", "几天能办好", "大概需要多久呢")),
        *(
            (text, Aspect.MATERIALS)
            for text in ("要带什么", "需要什么材料", "那要准备哪些证据呢", "材料呢", "带什么东西去")
        ),
        *(
            (text, Aspect.COST)
            for text in ("多少钱", "要钱吗", "怎么收费", "收费吗", "免费吗", "费用呢", "那要花多少钱")
        ),
        *((text, Aspect.PLACE) for text in ("去哪里办", "在哪里申请", "找谁", "去哪个部门", "哪里办理", "那我去哪儿")),
        *((text, Aspect.NEXT) for text in ("然后呢", "接下来怎么办", "下一步呢", "那具体怎么办理", "那怎么申请")),
    ],
)
def test_a_question_without_a_topic_of_its_own_follows_up(question: str, aspect: Aspect) -> None:
    assert follow_up(question) is aspect


@pytest.mark.parametrize(
    "question",
    [
        "离婚要多久",
        "能赔多少钱",
        "工伤鉴定费多少钱",
        "去哪里告老板",
        "试用期多久",
        "怎么办离婚",
        "",
        "谢谢",
        "老板欠我多少钱" * 9,
    ],
)
def test_a_question_with_a_topic_is_asked_by_itself(question: str) -> None:
    assert follow_up(question) is None


@pytest.mark.parametrize(
    ("aspect", "part"),
    [(Aspect.MATERIALS, "考勤"), (Aspect.COST, "不收费"), (Aspect.PLACE, "劳动监察"), (Aspect.NEXT, "12333")],
)
def test_the_entry_answers_with_its_own_words(aspect: Aspect, part: str) -> None:
    words = told_by(WAGES, aspect)

    assert words is not None
    assert part in words


def test_what_an_entry_does_not_tell_is_not_made_up() -> None:
    assert told_by(WAGES, Aspect.DURATION) is None


def test_whatever_is_told_stands_in_the_entry() -> None:
    for entry in entries():
        for aspect in Aspect:
            words = told_by(entry, aspect)
            sentences = re.findall(r"[^。；！？]+", words or "")
            assert all(one in entry.answer + entry.next_steps for one in sentences), words


def test_by_when_one_must_act_is_never_told_as_how_long_it_takes() -> None:
    limits = ("时效", "起诉期限", "逾期申请")
    told = [words for entry in entries() if (words := told_by(entry, Aspect.DURATION))]

    assert told
    assert [words for words in told if any(one in words for one in limits)] == []
