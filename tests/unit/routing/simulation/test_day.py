"""A simulated day obeys the rules of the house: places, leases, misses, pauses, ramp-up, shifts, patience."""

from __future__ import annotations

import math
from collections import Counter
from datetime import datetime
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from interactions.model import Urgency
from routing.candidates import Caller, Seats
from routing.policy import Matching, match
from routing.settings import RoutingSettings
from routing.simulation.scenario import Answering
from routing.simulation.visits import Fate, Visit
from tests.unit.routing.simulation.days import FOREVER, SLOW, alike, arrival, course, day, post

# Of two rings the first is missed, where half of all are.
MISSED_ONCE = 0.4


def test_who_finds_a_free_seat_waits_for_its_answer_only_and_the_next_waits_for_the_first() -> None:
    first, second = day([arrival(0.0), arrival(10.0)], post())

    assert (first.wait_s, second.wait_s) == (0.0, 90.0)
    assert second.ended_at_s == 200.0


def test_wrap_up_keeps_the_seat() -> None:
    _, second = day([arrival(0.0, wrap_up_s=30.0), arrival(10.0)], post())

    assert second.answered_at_s == 130.0


def test_the_more_urgent_goes_first_and_the_wait_is_measured_from_arrival() -> None:
    _, calm, urgent = day([arrival(0.0), arrival(10.0), arrival(20.0, urgency=Urgency.DANGER)], post())

    assert (urgent.wait_s, calm.wait_s) == (80.0, 190.0)


def test_who_loses_patience_has_hung_up_and_is_not_served() -> None:
    _, gone = day([arrival(0.0), arrival(10.0, patience_s=20.0)], post())

    assert (gone.fate, gone.wait_s, gone.answered_at_s) == (Fate.ABANDONED, 20.0, None)


def test_who_hangs_up_while_it_rings_frees_the_seat_at_once() -> None:
    gone, next_one = day([arrival(0.0, patience_s=2.0, luck=0.99), arrival(1.0)], post(), answering=SLOW)

    assert (gone.fate, gone.wait_s) == (Fate.ABANDONED, 2.0)
    assert next_one.offer == 1
    assert next_one.answered_at_s is not None


def test_an_offer_nobody_answers_lapses_after_its_lease_and_the_other_seat_is_next() -> None:
    (one,) = day([arrival(0.0, luck=MISSED_ONCE)], post(1), post(2), answering=Answering(missed=0.5))

    assert one.offer == 2
    assert one.wait_s == 10.0


def test_the_same_seat_is_not_asked_again_within_the_pause() -> None:
    (one,) = day([arrival(0.0, luck=MISSED_ONCE)], post(1), answering=Answering(missed=0.5))

    assert (one.offer, one.wait_s) == (2, 70.0)


def test_a_seat_that_misses_too_often_is_away_for_a_while() -> None:
    always = Answering(missed=0.999999, away_s=1_000.0)
    visits = day([arrival(at * 11.0, patience_s=60.0) for at in range(20)], post(), answering=always)

    # Three leases of ten seconds, then away for 1,000 s: nothing rings in between.
    assert sum(one.offer for one in visits) == 3
    assert all(one.abandoned for one in visits)


def test_ramp_up_gives_one_place_after_the_other() -> None:
    visits = day([arrival(0.0, talk_s=1_000.0) for _ in range(3)], post(capacity=3))

    assert [one.answered_at_s for one in visits] == [0.0, 60.0, 120.0]


def test_a_shift_that_is_about_to_end_finishes_its_talk_and_takes_no_other() -> None:
    first, second = day([arrival(40.0), arrival(45.0)], post(spans=[(0.0, 64.0), (500.0, 600.0)]))

    assert first.ended_at_s == 140.0
    assert second.answered_at_s == 500.0


def test_who_comes_while_nobody_is_on_duty_waits_for_the_shift() -> None:
    (one,) = day([arrival(0.0)], post(spans=[(300.0, math.inf)]))

    assert one.wait_s == 300.0


def test_a_day_without_seats_leaves_everybody_waiting_and_says_so() -> None:
    (one,) = day([arrival(0.0)])

    assert (one.fate, one.wait_s) == (Fate.WAITING, None)


def test_matters_find_their_seats() -> None:
    family, labour = day([arrival(0.0, matter="family"), arrival(1.0)], post(1, "labour"), post(2, "family"))

    assert (family.seat_number, labour.seat_number) == (2, 1)


def test_the_policy_of_the_house_decides_and_another_one_can() -> None:
    asked: list[int] = []

    def counting(line: list[Caller], seats: Seats, *, now: datetime, settings: RoutingSettings) -> Matching:
        asked.append(len(line))
        return match(line, seats, now=now, settings=settings)

    with_ours = day([arrival(0.0), arrival(10.0)], post())
    with_counting = day([arrival(0.0), arrival(10.0)], post(), match=counting)

    assert [one.wait_s for one in with_ours] == [one.wait_s for one in with_counting]
    assert asked


waits = st.floats(0, 600, allow_nan=False)
some = st.lists(st.tuples(waits, st.sampled_from(["labour", "family"]), waits, st.floats(0, 0.99)), max_size=25)


@settings(max_examples=60)
@given(some, st.integers(1, 3), st.floats(0, 0.3), st.floats(0, 0.3))
def test_nobody_is_lost_no_seat_has_more_than_its_places_and_every_wait_is_accounted_for(
    people: list[tuple[float, str, float, float]], capacity: int, missed: float, declined: float
) -> None:
    arrivals = [arrival(at, matter=matter, patience_s=300 + left, luck=luck) for at, matter, left, luck in people]
    seats = [post(1, "labour", capacity=capacity), post(2, "general", spans=[(100.0, math.inf)])]
    answering = Answering(mean_s=3, missed=missed, declined=declined)

    visits = day(sorted(arrivals, key=lambda one: one.at_s), *seats, answering=answering)

    assert len(visits) == len(people)
    assert all(one.fate in (Fate.SERVED, Fate.ABANDONED) for one in visits)
    assert all(one.wait_s is not None and 0 <= one.wait_s <= one.arrival.patience_s + 1e-6 for one in visits)
    for number, most in ((1, capacity), (2, 1)):
        assert _most_at_once([one for one in visits if one.served and one.seat_number == number]) <= most


def test_the_same_seed_gives_the_same_day_and_another_seed_another() -> None:
    scenario = alike(3, per_hour=25, answering={"mean_s": 3, "missed": 0.05, "declined": 0.05})

    one, again, other = (course(scenario, days=1, seed=(seed,)) for seed in (1, 1, 2))

    assert _told(one.visits) == _told(again.visits)
    assert _told(one.visits) != _told(other.visits)


def test_visits_are_numbered_as_the_policy_sees_them() -> None:
    first, second = day([arrival(0.0), arrival(0.0)], post(spans=[FOREVER]))

    assert (first.interaction_id, second.interaction_id) == (UUID(int=1), UUID(int=2))
    assert first.answered_at_s is not None and second.answered_at_s is not None
    assert first.answered_at_s < second.answered_at_s


def _most_at_once(visits: list[Visit]) -> int:
    """The most talks one seat had at the same time; one that ends makes room for one that begins."""
    steps = [(one.answered_at_s, +1) for one in visits] + [(one.ended_at_s, -1) for one in visits]
    ordered = sorted(steps, key=lambda step: (step[0] or 0.0, step[1]))
    count = Counter[str]()
    most = 0
    for _, change in ordered:
        count["now"] += change
        most = max(most, count["now"])
    return most


def _told(visits: object) -> list[tuple[float | None, int | None]]:
    return [(one.wait_s, one.seat_number) for one in visits]  # type: ignore[attr-defined]
