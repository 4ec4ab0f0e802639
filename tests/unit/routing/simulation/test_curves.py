"""The hours of a day by hand: who stands in line, how long those who come wait, how much of the places is busy."""

from __future__ import annotations

from routing.simulate import Course
from routing.simulation.curves import Point, curves
from tests.unit.routing.simulation.days import arrival, day, post


def _course() -> Course:
    # One seat for the first hour: a talk of half an hour, somebody who waits for its end, and nobody after.
    posts = [post(spans=[(0.0, 3_600.0)])]
    return Course(day([arrival(0.0, talk_s=1_800.0), arrival(400.0, talk_s=900.0)], *posts), posts)


def test_a_day_by_quarters() -> None:
    found = curves([_course()], days=1)

    assert [one.mean for one in found.line[:4]] == [1.0, 1.0, 0.0, 0.0]
    assert [(one.at_s, one.mean) for one in found.wait] == [(450.0, 700.0)]
    assert [one.mean for one in found.occupancy] == [1.0, 1.0, 1.0, 0.0]


def test_several_days_are_laid_upon_each_other() -> None:
    quiet = Course([], _course().posts)

    found = curves([_course(), quiet], days=1)

    first = found.line[0]
    assert first == Point(450.0, 0.5, 0.1, 0.9)


def test_a_day_on_which_nothing_happened_has_an_empty_line_and_no_waits() -> None:
    found = curves([Course([], [])], days=1)

    assert {one.mean for one in found.line} == {0.0}
    assert (found.wait, found.occupancy) == ([], [])
