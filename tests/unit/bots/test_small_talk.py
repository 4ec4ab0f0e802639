"""Greetings, thanks, goodbye, and hard words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.small_talk import Talk, abusive, small_talk
from bots.triage import triage
from tests.unit.bots.content import entries


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *(
            (text, Talk.GREETING)
            for text in ("你好", "您好！", "你好，在吗", "hello", "Hi~", "早上好", "你好 我想咨询一下", "喂？")
        ),
        *(
            (text, Talk.THANKS)
            for text in ("谢谢", "谢谢您", "好的谢谢", "非常感谢！", "明白了，谢谢律师", "ok", "好的", "知道了", "3Q")
        ),
        *(
            (text, Talk.GOODBYE)
            for text in ("再见", "拜拜", "好的谢谢，再见", "没事了", "没有别的问题了", "先这样吧", "bye", "不用了谢谢")
        ),
    ],
)
def test_what_asks_nothing_is_answered_kindly(text: str, kind: Talk) -> None:
    assert small_talk(text) is kind


@pytest.mark.parametrize(
    "text",
    [
        "你好，老板不发工资",
        "谢谢，那要多久",
        "好的，那我去哪里办",
        "再见了我的房子",
        "没有合同怎么办",
        "行政处罚",
        "好友不还钱",
        "",
    ],
)
def test_a_question_is_none(text: str) -> None:
    assert small_talk(text) is None


def test_no_wording_of_the_content_is_small_talk_or_abuse() -> None:
    wordings = [one for entry in entries() for one in entry.questions]

    assert [one for one in wordings if small_talk(one) or abusive(one)] == []


@pytest.mark.parametrize(
    "text",
    [
        "傻逼",
        "傻B机器人",
        "你是智障吗",
        "滚",
        "滚蛋",
        "垃圾客服",
        "你们都是废物",
        "操你妈",
        "你个狗东西",
        "fuck you",
        "s b",
        "去你妈的",
    ],
)
def test_hard_words_meant_for_us_are_known(text: str) -> None:
    assert abusive(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "他骂我傻逼",
            "老板说我是废物",
            "邻居天天骂我贱人",
            "被人在群里骂畜生怎么办",
            "前夫发微信叫我去死",
            "他妈妈不给钱",
        ),
        *(
            "垃圾分类被罚款",
            "小区垃圾没人管",
            "干你这行的",
            "同事当众喊我蠢货",
            "对方骂我王八蛋，能告他吗",
            "滚动付款合同",
        ),
        *("老板这个王八蛋不发工资怎么办", "他真是个人渣"),
    ],
)
def test_hard_words_told_of_others_are_a_case_and_no_abuse(text: str) -> None:
    assert not abusive(text)


@pytest.mark.parametrize(
    "text", ["他说要杀了我", "他骂我还说要弄死我全家", "前夫发短信说砍死我", "傻逼，我不想活了", "滚，他拿刀来了"]
)
def test_a_threat_is_danger_whatever_words_stand_around_it(text: str) -> None:
    assert triage(text).dangers


@given(st.text(max_size=400))
def test_any_text_is_taken(text: str) -> None:
    small_talk(text)
    abusive(text)
