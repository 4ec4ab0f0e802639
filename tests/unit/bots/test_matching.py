"""An entry is met by what it says as a whole, in whatever words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from bots.answerable import Answerable
from bots.features import Vocabulary
from bots.finding import NEAREST
from bots.matching import Document, EntryIndex
from bots.normal import normal
from bots.ports import Unsure
from bots.synonyms import meant
from tests.unit.bots.content import bot, entries

ENTRIES = (
    (("老板拖欠工资", "公司欠薪怎么要"), "可以投诉，也可以申请仲裁。"),
    (("楼上漏水怎么办", "邻居装修泡了我家"), "先弄清漏水来自谁家。"),
)


def learnt(entries: Sequence[tuple[tuple[str, ...], str]] = ENTRIES) -> tuple[EntryIndex, Vocabulary]:
    """An index of `entries` and its vocabulary."""
    vocabulary = Vocabulary()
    documents = [Document(tuple(map(vocabulary.learn, asked)), vocabulary.learn(answer)) for asked, answer in entries]
    return EntryIndex(documents, vocabulary=vocabulary), vocabulary


@pytest.mark.parametrize(
    ("question", "best"), [("老板欠薪", 0), ("装修漏水", 1), ("工钱没给", 0), ("去哪里申请仲裁", 0), ("水是谁家的", 1)]
)
def test_an_entry_is_met_by_its_wordings_together_its_answer_and_synonyms(question: str, best: int) -> None:
    index, vocabulary = learnt()

    assert int(np.argmax(index.match(vocabulary.asked(question)).covered)) == best


@pytest.mark.parametrize("question", ["", "老板", "麒麟饕餮", "老板拖欠工资" * 50])
def test_no_entry_covers_more_than_the_whole_question(question: str) -> None:
    index, vocabulary = learnt()
    match = index.match(vocabulary.asked(question))

    assert match.covered.min() >= 0.0
    assert match.covered.max() <= match.whole + 1e-9


def test_unknown_words_count_against_the_share_that_is_covered() -> None:
    index, vocabulary = learnt()
    plain, strange = (index.match(vocabulary.asked(text)) for text in ("楼上漏水", "楼上漏水麒麟饕餮"))

    assert strange.covered.max() / strange.whole < plain.covered.max() / plain.whole


def test_wordings_of_what_nothing_answers_are_told_from_the_contents() -> None:
    vocabulary = Vocabulary()
    known = [vocabulary.learn(text) for text in ("老板拖欠工资怎么办", "房东不退押金怎么办", "楼上漏水谁来赔")]
    others = [vocabulary.learn(text) for text in ("医院几点开门", "超市几点关门", "银行几点下班")]
    answerable = Answerable(known, others, vocabulary=vocabulary)

    assert answerable.lean(vocabulary.asked("公司几点上班")) < 0.0 < answerable.lean(vocabulary.asked("谁来赔押金"))


def test_with_nothing_to_tell_from_it_leans_nowhere() -> None:
    vocabulary = Vocabulary()
    known = [vocabulary.learn("老板拖欠工资怎么办")]

    assert Answerable(known, [], vocabulary=vocabulary).lean(vocabulary.asked("老板")) == 0.0


@pytest.mark.parametrize(
    ("said", "group"), [("薪水", "工资"), ("血汗钱", "工资"), ("我老公", "丈夫"), ("打官司", "起诉")]
)
def test_words_for_one_thing_meet(said: str, group: str) -> None:
    assert group in meant(normal(said))


def test_of_words_that_overlap_the_longer_counts() -> None:
    assert "离婚" not in meant("离职")
    assert meant("") == frozenset()


def test_an_uncertain_answer_offers_the_nearest_questions_of_the_content() -> None:
    said = bot().decide("房东说的那个事情我没听明白")
    known = {question for entry in entries() for question in entry.questions}

    assert isinstance(said, Unsure)
    assert 0 < len(said.nearest) <= NEAREST
    assert set(said.nearest) <= known
