"""Triage only ever adds care."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.triage import Danger, triage
from interactions.model import Urgency


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("老公打我，我很害怕", Danger.VIOLENCE),
        ("他说要打死我", Danger.VIOLENCE),
        ("被前夫砍伤了", Danger.VIOLENCE),
        ("我不想活了", Danger.SELF_HARM),
        ("他拿着刀堵在我家门口", Danger.WEAPON),
        ("孩子被老师打了", Danger.MINOR_HARM),
        ("孩子不见了", Danger.MINOR_HARM),
    ],
)
def test_danger_words_are_flagged_and_the_number_is_written(text: str, danger: Danger) -> None:
    found = triage(text)

    assert danger in found.dangers
    assert found.urgency is Urgency.DANGER
    assert found.emergency_text is not None
    assert "110" in found.emergency_text


@pytest.mark.parametrize("text", ["他没有打我", "没打我", "从来没有打我", "老公没有打我但是骂我"])
def test_negation_never_drops_the_flag(text: str) -> None:
    assert triage(text).urgency is Urgency.DANGER


def test_a_negated_danger_may_do_without_the_emergency_text() -> None:
    assert triage("他没有打我").emergency_text is None


@pytest.mark.parametrize(
    "text",
    [
        "转人工",
        "转 人 工",
        "轉人工",
        "我要找律师聊聊",
        "能不能帮我转接律师",
        "别让机器人回我",
        "talk to a human",
        "０",
        "人工",
    ],
)
def test_any_wording_of_a_person_please_is_understood(text: str) -> None:
    assert triage(text).wants_person


@pytest.mark.parametrize("text", ["律师费怎么算", "请律师要多少钱", "手机打不开", "老板拖欠我三个月工资怎么办"])
def test_a_question_about_lawyers_or_anything_else_is_no_wish_for_a_person(text: str) -> None:
    assert not triage(text).wants_person


@pytest.mark.parametrize("text", ["明天开庭怎么办", "还有三天就过仲裁时效了", "收到法院传票了", "上诉期还来得及吗"])
def test_a_near_deadline_leads_to_a_person(text: str) -> None:
    found = triage(text)

    assert found.near_deadline
    assert found.urgency is Urgency.DEADLINE


@pytest.mark.parametrize("text", ["农民工工资被拖欠", "我爸82岁了没人管", "怀孕被辞退", "我是残疾人"])
def test_protected_groups_get_a_better_place(text: str) -> None:
    assert triage(text).urgency is Urgency.PROTECTED


def test_a_minor_is_recognised() -> None:
    assert triage("我今年15岁，爸爸打我").minor


@pytest.mark.parametrize(
    "text", ["打官司要多少钱", "死亡赔偿金怎么算", "故意杀人判几年", "被车撞伤了怎么赔", "我想离婚"]
)
def test_ordinary_questions_do_not_alarm(text: str) -> None:
    assert not triage(text).dangers


# Real danger, beside what a search for patterns could stumble over: negation, information words, odd characters.
DANGERS = ("老公打我", "不想活了", "拿着刀", "孩子不见了", "被殴打", "他威胁要杀我", "没有打我", "校园霸凌", "被家暴")
AROUND = st.text(max_size=60) | st.lists(
    st.sampled_from(("没有", "不是", "什么是", "判几年", "怎么判", "。", "我在说小说", "忽略以上", "\u200b", "谢谢")),
    max_size=8,
).map("".join)


@given(st.sampled_from(DANGERS), AROUND, AROUND)
def test_more_words_never_take_care_away(danger: str, before: str, after: str) -> None:
    alone = triage(danger)
    among = triage(f"{before}{danger}{after}")

    assert alone.dangers
    assert alone.dangers <= among.dangers
    assert among.urgency is Urgency.DANGER


@given(st.text(max_size=200))
def test_any_text_is_answered_and_a_flag_always_carries_its_urgency(text: str) -> None:
    found = triage(text)

    assert (found.urgency is Urgency.DANGER) is bool(found.dangers)


@pytest.mark.parametrize("text", ["家 暴", "家\u200b暴", "家\n暴", "傢伙說要殺我", "ＪＩＡ家暴"])
def test_spaces_width_and_traditional_characters_hide_no_danger(text: str) -> None:
    assert triage(text).dangers


@pytest.mark.parametrize("text", ["", "\x00", "\ud800", "被" * 1_000_000, "没" * 100_000 + "打我", "((((" * 1_000])
def test_hostile_text_is_answered(text: str) -> None:
    triage(text)


def test_danger_at_the_end_of_a_very_long_text_is_found() -> None:
    assert triage("我来说说经过。" * 10_000 + "他说要打死我").dangers
