"""A wording of the content is known however it is typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.known_wordings import BUT_FOR_A_SLIP, WORD_FOR_WORD, KnownWordings
from bots.ports import Answer
from tests.unit.bots.content import bot, entries, few

WAGES = "老板拖欠我三个月工资怎么办"
KNOWN = KnownWordings([[WAGES], ["楼上漏水怎么办"], ["试用期最长可以几个月", "试用期最短可以几个月"]])


@pytest.mark.parametrize(
    "typed",
    [WAGES, f"{WAGES}？", f"您好，请问{WAGES}", f"{WAGES}，谢谢您", f" {WAGES} ！！", "老闆拖欠我三個月工資怎麼辦"],
)
def test_greetings_punctuation_and_width_do_not_matter(typed: str) -> None:
    assert KNOWN.look_up(typed) == (0, WORD_FOR_WORD)


@pytest.mark.parametrize(
    "typed", ["老板托欠我三个月工资怎么办", "老板拖欠三个月工资怎么办", "老板拖欠欠我三个月工资怎么办"]
)
def test_one_slip_is_forgiven(typed: str) -> None:
    assert KNOWN.look_up(typed) == (0, BUT_FOR_A_SLIP)


@pytest.mark.parametrize("typed", ["楼下漏水怎么办", "拖欠工资", "", "？", WAGES * 20])
def test_two_slips_short_and_other_questions_are_not_known(typed: str) -> None:
    assert KNOWN.look_up(typed) is None


def test_a_slip_between_wordings_of_two_entries_tells_nothing() -> None:
    known = KnownWordings([["试用期最长可以几个月"], ["试用期最短可以几个月"]])

    assert known.look_up("试用期最多可以几个月") is None
    assert known.look_up("试用期最长可以几个月") == (0, WORD_FOR_WORD)


@given(st.text(max_size=200))
def test_any_text_is_looked_up(text: str) -> None:
    KNOWN.look_up(text)


def test_every_wording_of_the_content_is_known_as_its_entrys() -> None:
    known = KnownWordings([entry.questions for entry in entries()])

    for place, entry in enumerate(entries()):
        for question in entry.questions:
            assert known.look_up(f"你好，{question}？") == (place, WORD_FOR_WORD), question


def test_a_known_wording_is_answered_by_its_entry() -> None:
    for entry in few():
        for question in entry.questions:
            said = bot().decide(f"你好，{question}？")
            assert isinstance(said, Answer), question
            assert said.entry_id == entry.id
            assert said.confidence >= WORD_FOR_WORD
