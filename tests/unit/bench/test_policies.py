"""What ours is measured against does what its name says; where ours is not best, the table says why."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from bench.policies import OURS, WITHOUT, Day, Figures, run
from bench.policy_report import judged, quick, table
from bench.progress import silent
from bench.rival_policies import PLAIN, at_random, longest_idle, polled, round_robin, unreserved
from interactions.model import Urgency
from routing import policy
from routing.candidates import Candidate, Seats
from routing.settings import RoutingSettings
from routing.simulate import MIDNIGHT, Policy
from tests.unit.routing.lines import NOW, caller, candidate
from tests.unit.routing.simulation.days import arrival, day, post


def seats_taken(match: Policy, *on_duty: Candidate, callers: int = 1) -> list[int]:
    """The seats that so many callers get, in their order."""
    line = [caller(number) for number in range(callers)]
    found = match(line, Seats(on_duty), now=NOW, settings=PLAIN)
    return [one.seat_id.int for one in found.matches]


def test_round_robin_goes_in_a_circle() -> None:
    match, three = round_robin(), [candidate(number) for number in (100, 101, 102)]

    assert [seats_taken(match, *three) for _ in range(4)] == [[100], [101], [102], [100]]


def test_longest_idle_takes_who_has_been_idle_for_longest() -> None:
    rested = candidate(101, idle_since=NOW - timedelta(minutes=5))

    assert seats_taken(longest_idle(), candidate(100), rested) == [101]


def test_random_is_the_same_with_the_same_seed_and_takes_every_seat_sooner_or_later() -> None:
    three = [candidate(number) for number in (100, 101, 102)]
    one, other = at_random(1), at_random(1)

    taken = [seats_taken(one, *three) for _ in range(30)]

    assert taken == [seats_taken(other, *three) for _ in range(30)]
    assert {seat for (seat,) in taken} == {100, 101, 102}


@pytest.mark.parametrize("make", [round_robin, longest_idle, lambda: at_random(1)])
def test_none_goes_beyond_places_skills_and_exclusions(make: object) -> None:
    labour, family = candidate(100, slots=2), candidate(101, matters=frozenset({"family"}), slots=5)
    match: Policy = make()  # type: ignore[operator]

    assert seats_taken(match, labour, family, callers=4) == [100, 100]
    barred = [caller(exclusions={UUID(int=100): "conflict"})]
    assert match(barred, Seats([labour]), now=NOW, settings=PLAIN).matches == ()


def test_the_polled_batch_serves_on_the_minute_only() -> None:
    visits = day([arrival(10.0), arrival(61.0)], post(1), post(2), match=polled(60.0), settings=PLAIN)

    assert [one.answered_at_s for one in visits] == [60.0, 120.0]
    assert (MIDNIGHT.second, MIDNIGHT.minute) == (0, 0)


def test_first_come_first_served_knows_no_urgency_and_no_relaxation() -> None:
    people = [arrival(0.0), arrival(10.0), arrival(20.0, urgency=Urgency.DANGER)]

    plain = day(people, post(), match=longest_idle(), settings=PLAIN)
    other_matter = day([arrival(0.0, urgency=Urgency.DANGER)], post(1, "family"), match=longest_idle(), settings=PLAIN)

    assert [one.wait_s for one in plain] == [0.0, 90.0, 180.0]
    assert other_matter[0].wait_s is None
    assert day(people, post(), settings=RoutingSettings())[2].wait_s == 80.0


def figures(policy: str, *waits: float, danger_s: float = 50.0) -> Figures:
    """A policy under which all figures of the days are these."""
    return Figures(policy, 90, [Day(wait, wait, wait, wait, danger_s) for wait in waits])


def parts(**waits: tuple[float, ...]) -> list[Figures]:
    """Ours without each of its parts, as long a wait as with it unless said otherwise."""
    return [figures(name, *waits.get(name.rsplit(" ", 1)[1], (20.0, 21.0, 22.0))) for name in WITHOUT]


def test_ours_meets_where_it_is_best_or_differs_by_chance() -> None:
    clearly, by_chance = figures("polled", 40.0, 41.0, 42.0), figures("random", 11.0, 9.0, 12.0)

    best = [*judged([figures(OURS, 10.0, 11.0, 12.0), *parts(), clearly])]
    same = [*judged([figures(OURS, 10.0, 11.0, 12.0), *parts(), by_chance, clearly])]

    assert len(best) == 4
    assert all(one.meets for one in (*best, *same))


def test_where_ours_is_not_best_it_says_which_part_costs_it_and_how_much() -> None:
    ours, rival = figures(OURS, 20.0, 21.0, 22.0, danger_s=5.0), figures("random", 10.0, 11.0, 12.0)

    (by_urgency, *_) = judged([ours, *parts(urgency=(10.0, 11.0, 12.0), reserve=(19.0, 20.0, 21.0)), rival])

    assert not by_urgency.meets
    assert by_urgency.limit == (
        "urgency first costs 10.0 ±0.0; sparing scarce generalists costs 1.0 ±0.0; not worse without urgency first; "
        "danger waits 5 s (p95), not 50 s"
    )


def test_what_no_part_costs_is_said_to_be_unexplained_and_a_gain_that_is_none_is_not_claimed() -> None:
    ours, rival = figures(OURS, 20.0, 21.0, 22.0, danger_s=50.0), figures("random", 10.0, 11.0, 12.0)

    (unexplained, *_) = judged([ours, *parts(), rival])
    (in_part, *_) = judged([ours, *parts(relaxation=(19.0, 20.0, 21.0)), rival])

    assert unexplained.limit.startswith("worse, and none of urgency first")
    assert in_part.limit == "skills that relax costs 1.0 ±0.0; worse without any one of them"


def test_ours_without_a_reserve_takes_generalists_like_anybody_else() -> None:
    matters = frozenset({"labour", "family"})
    general = candidate(100, matters=frozenset({"general"}), idle_since=NOW - timedelta(minutes=9))
    special = candidate(101, matters=matters)
    assert general.generalist

    ours = policy.match([caller(0)], Seats([general, special]), now=NOW, settings=PLAIN)
    without = unreserved([caller(0)], Seats([general, special]), now=NOW, settings=PLAIN)

    assert ours.matches[0].seat_id == UUID(int=101)
    assert without.matches[0].seat_id == UUID(int=100)


def test_every_policy_meets_the_same_days_and_is_shown() -> None:
    found = run(step=silent, days=2, loads=(60,))

    assert len(found) == 8
    assert {len(one.days) for one in found} == {2}
    assert table(found).row_count == 8
    assert found[0].row()["per_hour"] == 60
    polled_batch = next(one for one in found if one.policy.startswith("polled"))
    assert polled_batch.of("mean_s").low > found[0].of("mean_s").high


def test_a_day_of_three_thousand_has_two_seconds() -> None:
    assert quick(3_000, 1.9).meets
    assert not quick(3_000, 2.0).meets
