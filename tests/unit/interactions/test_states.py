"""The transition tables, every pair of them."""

from __future__ import annotations

import itertools

import pytest

from interactions.errors import IllegalTransition
from interactions.model import SeatStatus, State
from interactions.states import INTERACTION_MOVES, SEAT_MOVES, may_move, move

S = State
LEGAL = {
    (None, S.WITH_BOT),
    (None, S.WAITING),
    (S.WITH_BOT, S.WAITING),
    (S.WITH_BOT, S.CLOSED),
    (S.WAITING, S.OFFERED),
    (S.WAITING, S.ABANDONED),
    (S.WAITING, S.CALLBACK_DUE),
    (S.OFFERED, S.WAITING),
    (S.OFFERED, S.WITH_LAWYER),
    (S.OFFERED, S.ABANDONED),
    (S.WITH_LAWYER, S.WRAP_UP),
    (S.WITH_LAWYER, S.WAITING),
    (S.WRAP_UP, S.WITH_LAWYER),
    (S.WRAP_UP, S.WAITING),
    (S.WRAP_UP, S.CLOSED),
    (S.CALLBACK_DUE, S.WAITING),
}


@pytest.mark.parametrize(("old", "new"), list(itertools.product([None, *State], State)))
def test_an_interaction_moves_only_as_the_table_says(old: State | None, new: State) -> None:
    assert may_move(old, new) is ((old, new) in LEGAL)


@pytest.mark.parametrize("final", [State.CLOSED, State.ABANDONED])
def test_nothing_leaves_a_final_state(final: State) -> None:
    assert INTERACTION_MOVES[final] == frozenset()


def test_a_move_that_is_not_there_is_our_defect() -> None:
    with pytest.raises(IllegalTransition):
        move(State.CLOSED, State.WAITING)


def test_a_seat_never_becomes_available_out_of_nothing() -> None:
    assert SEAT_MOVES[None] == {SeatStatus.SIGNED_OUT}
