"""The transition tables, pair by pair: what the drawing of `states.py` shows may happen, and nothing else."""

from __future__ import annotations

from itertools import product

import pytest

from interactions.errors import IllegalTransition
from interactions.model import OPEN_STATES, SeatStatus, State
from interactions.states import INTERACTION_MOVES, may_move, move

INTERACTION = {
    "nothing": "with_bot waiting",
    "with_bot": "waiting closed",
    "waiting": "offered abandoned callback_due",
    "offered": "waiting with_lawyer abandoned",
    "with_lawyer": "wrap_up waiting",
    "wrap_up": "with_lawyer waiting closed",
    "callback_due": "waiting",
    "closed": "",
    "abandoned": "",
}
SEAT = {
    "nothing": "signed_out",
    "signed_out": "available away",
    "available": "away signed_out",
    "away": "available signed_out",
}


@pytest.mark.parametrize(("old", "new"), list(product((None, *State), State)))
def test_an_interaction_moves_as_drawn_and_in_no_other_way(old: State | None, new: State) -> None:
    drawn = new in INTERACTION[old or "nothing"].split()

    assert may_move(old, new) is drawn


@pytest.mark.parametrize(("old", "new"), list(product((None, *SeatStatus), SeatStatus)))
def test_a_seat_moves_as_drawn_and_in_no_other_way(old: SeatStatus | None, new: SeatStatus) -> None:
    drawn = new in SEAT[old or "nothing"].split()

    assert may_move(old, new) is drawn


def test_a_move_of_the_table_gives_the_new_state() -> None:
    assert move(State.WAITING, State.OFFERED) is State.OFFERED
    assert move(SeatStatus.AWAY, SeatStatus.AVAILABLE) is SeatStatus.AVAILABLE


def test_a_move_that_the_table_lacks_names_both_ends() -> None:
    with pytest.raises(IllegalTransition, match="no move from closed to with_lawyer"):
        move(State.CLOSED, State.WITH_LAWYER)
    with pytest.raises(IllegalTransition, match="no move from nothing to closed"):
        move(None, State.CLOSED)


def test_whatever_is_open_can_reach_an_end_and_what_has_ended_stays() -> None:
    for start in State:
        reached = _reachable(start)
        assert bool(reached - OPEN_STATES) is (start in OPEN_STATES)


def _reachable(start: State) -> set[State]:
    found: set[State] = set()
    ahead = set(INTERACTION_MOVES[start])
    while ahead:
        one = ahead.pop()
        found.add(one)
        ahead |= INTERACTION_MOVES[one] - found
    return found
