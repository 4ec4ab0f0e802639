"""On questions that it was not built from, the confidence says how often it is right."""

from __future__ import annotations

from collections import Counter

from bots.calibration import Evidence
from bots.lessons import FOLDS, Lesson, Material
from bots.reliability import at_threshold, bins, brier, first_right, judged
from bots.settings import BotSettings
from tests.unit.bots.content import few, lessons


def test_what_it_says_is_how_often_it_is_right() -> None:
    for one in bins(judged(lessons())):
        assert abs(one.said - one.right) <= 0.08, f"said {one.said:.2f} of {one.count}, right {one.right:.2f}"


def test_the_confidence_tells_more_than_the_share_of_right_ones_does() -> None:
    questions = judged(lessons())
    share = sum(one.lesson.right for one in questions) / len(questions)

    assert brier(questions) < 0.75 * share * (1.0 - share)


def test_at_the_default_threshold_at_most_three_in_a_hundred_are_answered_wrongly() -> None:
    told = at_threshold(judged(lessons()), threshold=BotSettings().threshold)

    assert told.wrong <= 0.03
    assert told.answered_uncovered <= 0.06
    assert told.answered_right >= 0.3


def test_the_right_entry_comes_first_more_often_than_not() -> None:
    assert first_right(judged(lessons())) >= 0.65


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
    questions = judged(
        [Lesson("a", 1, 1, nothing, fold) for fold in range(FOLDS)]
        + [Lesson("b", None, 1, nothing, fold) for fold in range(FOLDS)]
    )

    told = at_threshold(questions, threshold=0.1)

    assert (told.answered_right, told.answered_uncovered, told.wrong) == (1.0, 1.0, 0.5)
    assert [(one.count, one.right) for one in bins(questions)] == [(10, 0.5)]
