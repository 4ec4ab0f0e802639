"""A wait that grew says why, and never grows without one of three causes."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from routing.estimate import Basis, Desk, Pace, Place, Staffing, stretched
from routing.telling import Grown, why_grown, worth_telling

PACE = Pace(400.0, {0: 300.0, 2: 500.0}, leaving_per_s=1e-4, spread=0.05)
NEEDS = range(3)
aheads = st.lists(st.integers(0, 60), min_size=3, max_size=3)
a_need = st.sampled_from(NEEDS)
desks = st.lists(
    st.builds(Desk, st.sets(a_need, min_size=1).map(lambda needs: tuple(sorted(needs))), st.integers(1, 9)),
    min_size=1,
    max_size=4,
    unique_by=lambda desk: desk.serves,
)
leavings = st.floats(0, 1e-2)


def told(on: list[Desk], need: int, ahead: list[int], *, pace: Pace = PACE) -> Place:
    """What is told with these desks."""
    return Staffing(on, pace=pace).place(need, ahead)


@given(desks, a_need, aheads, aheads, leavings)
def test_fewer_before_you_never_make_it_longer(
    on: list[Desk], need: int, ahead: list[int], gone: list[int], leaving_per_s: float
) -> None:
    pace = replace(PACE, leaving_per_s=leaving_per_s)
    before = told(on, need, ahead, pace=pace)
    after = told(on, need, [max(0, was - left) for was, left in zip(ahead, gone, strict=True)], pace=pace)

    assert after.position <= before.position
    assert before.wait_s is None or after.wait_s is None or after.wait_s <= before.wait_s
    assert why_grown(before, after) is None


@given(desks, a_need, aheads, leavings)
def test_the_interval_holds_the_wait_and_begins_at_or_after_nought(
    on: list[Desk], need: int, ahead: list[int], leaving_per_s: float
) -> None:
    place = told(on, need, ahead, pace=replace(PACE, leaving_per_s=leaving_per_s))

    if place.wait_s is not None:
        assert place.wait_low_s is not None and place.wait_high_s is not None
        assert 0 <= place.wait_low_s <= place.wait_s <= place.wait_high_s


@given(desks, a_need, aheads, a_need, st.integers(1, 9))
def test_who_joins_before_you_is_the_cause(on: list[Desk], need: int, ahead: list[int], of: int, joining: int) -> None:
    before = told(on, need, ahead)
    ahead[of] += joining
    after = told(on, need, ahead)

    assert why_grown(before, after) in (None, Grown.ARRIVAL_AHEAD)
    if before.wait_s is not None and after.wait_s is not None and after.wait_s > before.wait_s:
        assert why_grown(before, after) is Grown.ARRIVAL_AHEAD


@given(desks, a_need, aheads, st.data())
def test_seats_that_leave_are_the_cause(on: list[Desk], need: int, ahead: list[int], data: st.DataObject) -> None:
    left = [Desk(one.serves, data.draw(st.integers(0, one.places))) for one in on]
    before, after = told(on, need, ahead), told(left, need, ahead)

    assert why_grown(before, after) in (None, Grown.SEAT_LEFT)
    if before.wait_s is not None and (after.wait_s is None or after.wait_s > before.wait_s):
        assert why_grown(before, after) is Grown.SEAT_LEFT


@given(desks, a_need, aheads, st.floats(1, 3))
def test_longer_talks_are_the_cause(on: list[Desk], need: int, ahead: list[int], times: float) -> None:
    slower = Pace(PACE.talk_s * times, {one: talk * times for one, talk in PACE.of_need.items()})
    before, after = told(on, need, ahead, pace=Pace(PACE.talk_s, PACE.of_need)), told(on, need, ahead, pace=slower)

    assert why_grown(before, after) in (None, Grown.LONGER_TALKS)
    if before.wait_s is not None and after.wait_s is not None and after.wait_s > before.wait_s:
        assert why_grown(before, after) is Grown.LONGER_TALKS


def test_of_two_causes_the_weightier_is_told() -> None:
    before = Place(3, 100, basis=Basis(ahead=2, places=4, all_places=4))

    assert why_grown(before, Place(4, 300, basis=Basis(3, 1, 4))) is Grown.SEAT_LEFT
    assert why_grown(before, Place(9, 300, basis=Basis(8, 3, 4))) is Grown.ARRIVAL_AHEAD


def test_a_little_more_at_the_same_position_is_not_told_but_everything_else_is() -> None:
    before = Place(2, 100)

    assert not worth_telling(before, Place(2, 114), least_growth_s=15)
    assert worth_telling(before, Place(2, 115), least_growth_s=15)
    assert worth_telling(before, Place(2, 99), least_growth_s=15)
    assert worth_telling(before, Place(1, 101), least_growth_s=15)
    assert worth_telling(before, Place(2, None), least_growth_s=15)
    assert worth_telling(None, before, least_growth_s=15)


def test_a_plan_stretches_what_is_left_of_the_work() -> None:
    assert stretched(100.0, []) == 100.0
    assert stretched(100.0, [(50.0, 0.5)]) == 150.0
    assert stretched(100.0, [(200.0, 0.0)]) == 100.0
    assert stretched(100.0, [(50.0, 0.0), (80.0, 2.0)]) == 105.0
    assert stretched(100.0, [(50.0, 0.0)]) is None
