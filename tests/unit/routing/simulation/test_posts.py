"""Who sits where: shifts across midnight, seats more and fewer, skills dealt evenly."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from routing.simulation.posts import DAY_S, laid_out, posts_of, skill_sets, staffed
from routing.simulation.scenario import Scenario
from tests.unit.routing.simulation.days import alike, post

MATTERS = ("labour", "family", "debt", "housing")


def _of_shift(*shifts: str, days: int = 2) -> tuple[tuple[float, float], ...]:
    scenario: Scenario = alike(1, per_hour=1, seats=[{"count": 1, "shifts": shifts}])
    return posts_of(scenario, days=days)[0].spans


def test_around_the_clock_is_one_span_and_nobody_signs_in_at_midnight() -> None:
    assert _of_shift("00:00-24:00") == ((0.0, 3 * DAY_S),)
    assert _of_shift("08:00-08:00") == ((0.0, 3 * DAY_S + 8 * 3_600),)


def test_a_night_shift_goes_across_midnight_and_the_first_day_begins_with_its_end() -> None:
    hour = 3_600.0

    assert _of_shift("21:00-05:00", days=1) == ((0.0, 5 * hour), (21 * hour, 29 * hour), (45 * hour, 53 * hour))


@given(st.integers(1, 30), st.integers(-35, 20))
def test_seats_more_or_fewer_are_as_many_as_asked_and_at_least_one(seats: int, more: int) -> None:
    found = staffed([post(number) for number in range(1, seats + 1)], more=more)

    assert len(found) == max(1, seats + more)
    assert len({one.number for one in found}) == len(found)


@given(st.integers(4, 40), st.integers(1, 3))
def test_skills_are_dealt_evenly(seats: int, skills: int) -> None:
    dealt = skill_sets(MATTERS, seats=seats, skills=skills)

    counts = Counter(matter for one in dealt for matter in one)
    assert all(len(one) == skills for one in dealt)
    assert set(counts) == set(MATTERS)
    assert max(counts.values()) - min(counts.values()) <= skills


def test_all_skills_are_one_generalist_each_and_the_times_stay() -> None:
    posts = [post(1, spans=[(0.0, 9.0)]), post(2)]

    found = laid_out(posts, matters=MATTERS, skills="all")

    assert [one.matters for one in found] == [frozenset({"general"})] * 2
    assert [one.spans for one in found] == [one.spans for one in posts]
