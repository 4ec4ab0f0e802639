"""On questions that it was not built from, the confidence says how often it is right."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from bots.calibration import Evidence
from bots.evaluation import Marked, Outcome, results
from bots.intervals import Share
from bots.lessons import FOLDS, Lesson, Material
from bots.reliability import at_threshold, bins, brier, cross_validated, first_right
from bots.settings import BotSettings
from tests.unit.bots.content import entries, few, lessons


@cache
def marked() -> tuple[Marked, ...]:
    """Every lesson of the content, marked at the default threshold."""
    ids = [entry.id for entry in entries()]
    return tuple(cross_validated(lessons(), ids=ids, threshold=BotSettings().threshold))


def test_what_it_says_is_how_often_it_is_right() -> None:
    for one in bins(marked()):
        share = one.right.share
        assert abs(one.said - share) <= 0.08, f"said {one.said:.2f} of {one.right.of}, right {share:.2f}"


def test_the_confidence_tells_more_than_the_share_of_right_ones_does() -> None:
    share = sum(one.right for one in marked()) / len(marked())

    assert brier(marked()) < 0.75 * share * (1.0 - share)


def test_at_the_default_threshold_at_most_three_in_a_hundred_are_answered_wrongly() -> None:
    told = results(marked())

    assert told.wrong_of_all.share <= 0.03
    assert told.wrongly_answered.share <= 0.06
    assert told.right.share >= 0.3


def test_the_right_entry_comes_first_more_often_than_not() -> None:
    assert first_right(marked()).share >= 0.65


def test_every_question_is_asked_once_of_an_index_that_does_not_know_it() -> None:
    learnt = tuple(Material(few(), unanswerable=["你好"]).lessons())
    asked = Counter(lesson.question for lesson in learnt if lesson.entry is not None)

    assert asked == Counter(question for entry in few() for question in entry.questions)
    assert {lesson.fold for lesson in learnt} == set(range(FOLDS))


def test_a_left_out_wording_is_not_met_by_itself() -> None:
    # given an entry one of whose wordings shares nothing with the others
    alone = "麒麟饕餮貔貅螭吻睚眦"
    entry = few()[0].model_copy(update={"questions": (alone, *few()[0].questions)})
    material = Material([entry, *few()[1:]], unanswerable=["你好"])

    found = next(one for one in material.lessons() if one.question == alone)

    assert found.evidence.likeness < 0.2
    assert material.finder().find(alone).evidence.likeness > 0.99


def test_bins_and_shares_are_counted_as_they_are_named() -> None:
    nothing = Evidence(0.0, 0.0, 0.0, 0.0, 0.0)
    asked = [Lesson("a", 1, 1, nothing, fold) for fold in range(FOLDS)]
    asked += [Lesson("b", None, 1, nothing, fold) for fold in range(FOLDS)]

    questions = cross_validated(asked, ids=["a.a", "b.b"], threshold=0.1)

    told = at_threshold(questions, threshold=0.1)
    assert (told.answered_right, told.answered_uncovered, told.wrong) == (1.0, 1.0, 0.5)
    assert [one.right for one in bins(questions)] == [Share(5, 10)]
    assert bins(questions)[0].said == pytest.approx(0.5)
    assert first_right(questions) == Share(5, 5)
    assert Counter(one.outcome for one in questions) == {Outcome.RIGHT: 5, Outcome.WRONGLY_ANSWERED: 5}
