"""Matters are suggested by words: the likeliest first, never more sure than there is reason, nothing for nothing."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.evaluation import Question
from bots.intervals import Share
from bots.suggestion import MOST, ContentSuggester
from bots.suggestion_exam import TOPICS, among, sort, sure_of
from tests.unit.bots.content import entries


@cache
def suggester() -> ContentSuggester:
    """Learnt from the whole content."""
    return ContentSuggester(entries())


@pytest.mark.parametrize(
    ("said", "matter"),
    [
        ("老板三个月没发工资，还不签劳动合同，仲裁怎么走", "labour"),
        ("我要和丈夫离婚，孩子的抚养权和共同财产怎么分", "family"),
        ("轮船运的货到港短少了，提单上的承运人不肯赔", "maritime"),
    ],
)
def test_what_is_plainly_of_one_matter_is_suggested_first(said: str, matter: str) -> None:
    found = suggester().suggest(said)

    assert found[0].matter == matter
    assert found[0].confidence > 0.5
    assert len(found) == MOST


@given(st.text(max_size=300))
def test_any_text_is_answered_in_order_and_within_bounds(text: str) -> None:
    found = suggester().suggest(text)

    confidences = [one.confidence for one in found]
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) <= 1.0 + 1e-9
    assert len({one.matter for one in found}) == len(found) in {0, MOST}


@pytest.mark.parametrize("said", ["", "?!", "嗯", "☃☃☃☃☃☃"])
def test_of_too_few_words_nothing_is_said(said: str) -> None:
    assert suggester().suggest(said) == ()


def test_every_topic_is_a_matter_of_the_content() -> None:
    assert set(TOPICS.values()) == {entry.matter.partition(".")[0] for entry in entries()}


def test_suggestions_are_counted_as_they_are_named() -> None:
    asked = [
        Question("我要和丈夫离婚，孩子的抚养权怎么分", None, topic="婚姻家庭"),
        Question("我要和丈夫离婚，孩子的抚养权怎么分", None, topic="海事海商"),
        Question("我要和丈夫离婚", None, topic="不是我们的"),
    ]

    done = sort(suggester(), asked)

    assert among(done, first=1) == Share(1, 2)
    assert sure_of(done, at_least=2.0) == Share(0, 2)
    assert among(done, first=1, at_least=2.0) == Share(0, 0)
