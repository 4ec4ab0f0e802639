"""What people in line are told: honest where seats serve several matters, and never worse without cause."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from routing.estimate import Desk, Pace, Place, Staffing

HANDLING_S = 400.0
LABOUR, FAMILY, MARITIME = range(3)
EVERYTHING = (LABOUR, FAMILY, MARITIME)

a_need = st.sampled_from(EVERYTHING)
aheads = st.lists(st.integers(0, 200), min_size=3, max_size=3)
a_desk = st.builds(Desk, st.sets(a_need, min_size=1).map(lambda needs: tuple(sorted(needs))), st.integers(0, 9))
staffs = st.lists(a_desk, max_size=5, unique_by=lambda desk: desk.serves)


def place(desks: list[Desk], need: int, *ahead: int) -> Place:
    """What is told with these desks on duty and so many before, by need."""
    return Staffing(desks, pace=Pace(HANDLING_S)).place(need, ahead)


def test_with_one_matter_the_wait_is_the_position_times_the_handling_time_over_the_places() -> None:
    desks = [Desk((LABOUR,), 8)]

    assert place(desks, LABOUR, 0, 0, 0) == Place(1, 50)
    assert place(desks, LABOUR, 15, 0, 0) == Place(16, 800)


def test_where_only_generalists_serve_everybody_before_them_is_before_you() -> None:
    assert place([Desk(EVERYTHING, 4)], FAMILY, 7, 1, 0) == Place(9, 900)


def test_who_waits_for_what_nobody_on_duty_can_do_is_in_nobodys_way() -> None:
    assert place([Desk((LABOUR,), 4)], LABOUR, 0, 0, 90) == Place(1, 100)


def test_those_whom_others_serve_too_are_sooner_out_of_the_way() -> None:
    assert place([Desk(EVERYTHING, 2), Desk((LABOUR,), 18)], FAMILY, 100, 0, 0) == Place(101, 2_200)


def test_a_desk_of_ones_own_is_not_held_up_by_the_crowd_at_the_generalists() -> None:
    assert place([Desk(EVERYTHING, 2), Desk((FAMILY,), 1)], FAMILY, 100, 0, 0) == Place(1, 400)


def test_with_nobody_on_duty_who_could_serve_there_is_a_position_and_no_estimate() -> None:
    assert place([Desk((LABOUR,), 4), Desk(EVERYTHING, 0)], FAMILY, 5, 3, 0) == Place(4, None)


@given(staffs, a_need, aheads, a_need)
def test_it_falls_as_those_before_are_served(desks: list[Desk], need: int, ahead: list[int], served: int) -> None:
    before = place(desks, need, *ahead)
    ahead[served] = max(0, ahead[served] - 1)
    after = place(desks, need, *ahead)

    assert after.position <= before.position
    assert (after.wait_s is None) == (before.wait_s is None)
    assert after.wait_s is None or before.wait_s is None or after.wait_s <= before.wait_s


@given(staffs, a_desk, a_need, aheads)
def test_it_never_grows_because_a_lawyer_comes(desks: list[Desk], coming: Desk, need: int, ahead: list[int]) -> None:
    before = place(desks, need, *ahead)
    after = place(_joined(desks, coming), need, *ahead)

    if before.wait_s is not None:
        assert after.position <= before.position
        assert after.wait_s is not None
        assert after.wait_s <= before.wait_s


@given(staffs, a_need, aheads)
def test_nobody_is_told_to_be_further_back_than_the_line_is_long(
    desks: list[Desk], need: int, ahead: list[int]
) -> None:
    assert 1 <= place(desks, need, *ahead).position <= 1 + sum(ahead)


def _joined(desks: list[Desk], coming: Desk) -> list[Desk]:
    """With one more desk, or more places at the one with the same skills."""
    same = sum(desk.places for desk in desks if desk.serves == coming.serves)
    return [*(desk for desk in desks if desk.serves != coming.serves), Desk(coming.serves, same + coming.places)]
