"""Wordings that would confuse any engine are told."""

from __future__ import annotations

from bots.faq import Entry
from bots.near_duplicates import answered_yet_unanswerable, near_duplicates
from bots.retrieval import load_unanswerable
from tests.unit.bots.content import entries


def named(*, wages: str = "", leak: str = "") -> list[tuple[str, Entry]]:
    """The content's entries on wages and leaks, each with one more wording."""
    by_id = {entry.id: entry for entry in entries()}
    more = {"labour.wages.unpaid": wages, "housing.neighbour.leak": leak}
    return [
        ("x.yaml", by_id[name].model_copy(update={"questions": (*by_id[name].questions, *filter(None, [extra]))}))
        for name, extra in more.items()
    ]


def test_the_content_has_none_and_is_not_called_unanswerable() -> None:
    content = [("", entry) for entry in entries()]

    assert [str(one) for one in near_duplicates(content)] == []
    assert list(answered_yet_unanswerable(content, unanswerable=load_unanswerable())) == []


def test_a_wording_almost_like_one_of_another_entry_is_told_with_both() -> None:
    told = [str(one) for one in near_duplicates(named(wages="老板拖着工资楼上漏水", leak="楼上漏水老板拖着工资"))]

    assert told[0].startswith("x.yaml: labour.wages.unpaid: questions[")
    assert "]: 老板拖着工资楼上漏水: almost" in told[0]
    assert told[0].endswith("“楼上漏水老板拖着工资” of housing.neighbour.leak")
    assert all(one.startswith("x.yaml: ") for one in told)


def test_a_wording_that_belongs_more_to_another_entry_is_told() -> None:
    told = [str(one) for one in near_duplicates(named(leak="老板拖欠工资不发单位欠薪"))]

    assert any("reads more like labour.wages.unpaid" in one for one in told)


def test_a_wording_that_the_calibration_calls_unanswerable_is_a_problem() -> None:
    told = list(answered_yet_unanswerable(named(), unanswerable=["楼上漏水怎么算损失", "楼上漏水不肯修怎么办？"]))

    assert [one.entry for one in told] == ["housing.neighbour.leak"]


def test_no_content_is_no_trouble() -> None:
    assert list(near_duplicates([])) == []
