"""The interval told at first holds about as often as it says, on days of several loads."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import pytest

from hotline.scenario_file import read_scenario
from routing.settings import EstimateSettings, RoutingSettings
from routing.simulate import simulate
from routing.simulation.announcing import NOBODY, Announcer, Coverage, coverage, parts_of_day, together
from routing.simulation.arrivals import generated
from routing.simulation.posts import posts_of
from routing.simulation.scenario import Scenario
from tests.unit.routing.simulation.days import SETTINGS, alike, arrival, post

CITY = read_scenario(Path("city"))
MIXED = {"danger": 2, "deadline": 8, "protected": 20, "normal": 70}
DAYS: dict[str, tuple[Scenario, int]] = {
    "an ordinary day": (CITY, 3),
    "a busy day": (CITY.model_copy(update={"per_hour": 110}), 1),
    "too much to do": (CITY.model_copy(update={"per_hour": 130}), 1),
    "urgent ones go first": (CITY.model_copy(update={"per_hour": 110, "urgency": MIXED}), 1),
    "nobody hangs up": (alike(15, per_hour=112), 2),
    "few seats": (alike(4, per_hour=40, patience={"mean_s": 600}), 2),
    "talks of another shape": (
        alike(15, per_hour=120, patience={"mean_s": 600}, talk={"shape": "lognormal", "mean_s": 435, "cv": 0.8}),
        1,
    ),
    "shifts of three and four": (read_scenario(Path("week2018")), 7),
}


# Assumed: nights are quiet with long talks, mornings busy with short ones.
HOURS = CITY.model_copy(
    update={
        "per_hour": [60] * 6 + [105] * 6 + [95] * 6 + [85] * 6,
        "talk_by_hour": [1.3] * 6 + [0.85] * 6 + [1.0] * 6 + [1.15] * 6,
    }
)


@pytest.mark.parametrize(("scenario", "days"), DAYS.values(), ids=DAYS.keys())
def test_four_of_five_waits_lie_within_what_was_told_at_first(scenario: Scenario, days: int) -> None:
    found = sum(_turned_out(scenario, days=days, settings=RoutingSettings()).values(), NOBODY)

    assert found.told >= 150
    assert 0.75 <= found.share <= 0.90, found


@pytest.mark.parametrize(("scenario", "days"), [(CITY, 3), (HOURS, 7)], ids=["alike at all hours", "not alike"])
def test_so_they_do_in_each_part_of_the_day(scenario: Scenario, days: int) -> None:
    found = parts_of_day(_turned_out(scenario, days=days, settings=RoutingSettings()), hours=6)

    assert [*found] == [(0, 6), (6, 12), (12, 18), (18, 24)]
    for one in found.values():
        assert one.told >= 150
        assert 0.75 <= one.share <= 0.90, found


def test_looking_back_on_this_hour_of_the_days_before_makes_it_hold_more_often() -> None:
    latest_only = RoutingSettings(estimate=EstimateSettings(days=0))

    with_hours = sum(_turned_out(HOURS, days=7, settings=RoutingSettings()).values(), NOBODY)
    without = sum(_turned_out(HOURS, days=7, settings=latest_only).values(), NOBODY)

    assert with_hours.share > without.share


def test_hours_of_several_days_are_put_together() -> None:
    one, other = {3: Coverage(4, 3, 1, 0)}, {3: Coverage(1, 0, 0, 1), 23: Coverage(2, 2, 0, 0)}

    found = together([one, other])

    assert found == {3: Coverage(5, 3, 1, 1), 23: Coverage(2, 2, 0, 0)}
    assert parts_of_day(found, hours=6) == {(0, 6): found[3], (18, 24): found[23]}


def test_who_hung_up_within_what_they_were_told_is_not_counted_and_who_waited_longer_is() -> None:
    announcer = Announcer()
    talk_s = SETTINGS.handling_default_s
    people = [
        arrival(0.0, talk_s=100 * talk_s),
        arrival(1.0, patience_s=30.0),
        arrival(2.0, patience_s=20 * talk_s),
    ]

    course = simulate(people, [post()], settings=SETTINGS, watcher=announcer)

    assert len(announcer.told) == 2
    assert coverage(course, announcer) == {0: Coverage(told=1, within=0, sooner=0, later=1)}


def test_who_is_served_at_once_is_told_nothing() -> None:
    announcer = Announcer()

    course = simulate([arrival(0.0)], [post()], settings=SETTINGS, watcher=announcer)

    assert (announcer.told, coverage(course, announcer)) == ({}, {})


def test_seats_that_leave_by_plan_make_the_told_wait_longer_and_those_that_come_shorter() -> None:
    ends, stays, comes = post(2, spans=[(0.0, 400.0)]), post(2), post(3, spans=[(300.0, math.inf)])
    people = [arrival(0.0, talk_s=5_000.0), arrival(0.0, talk_s=5_000.0), *(arrival(at) for at in (10.0, 11.0, 12.0))]

    def last_told(*posts: object) -> int:
        announcer = Announcer()
        simulate(people, [post(1), *posts], settings=SETTINGS, watcher=announcer)  # type: ignore[list-item]
        told = [*announcer.told.values()][-1].wait_s
        assert told is not None
        return told

    assert last_told(ends) > last_told(stays) > last_told(stays, comes)


def _turned_out(scenario: Scenario, *, days: int, settings: RoutingSettings) -> Mapping[int, Coverage]:
    announcer = Announcer()
    arrivals, posts = generated(scenario, days=days, seed=(11,)), posts_of(scenario, days=days)
    course = simulate(arrivals, posts, settings=settings, answering=scenario.answering, watcher=announcer)
    return coverage(course, announcer)
