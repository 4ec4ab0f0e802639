"""Where an interaction and a seat may be, and the one function that moves a state.

    (phone)──────────────┐
                         ▼     offer        accept            release
    with_bot ─────────▶ waiting ─────▶ offered ─────▶ with_lawyer ─────▶ wrap_up ─────▶ closed
       │                 │ ▲ ▲ ◀─────── │               │    ▲            │ │ wrap-up
       │ left, idle      │ │ │  decline, lapse,         │    │ said again │ │
       ▼                 │ │ │  vanished seat           │    └────────────┘ │
     closed              │ │ └──────────────────────────┘ vanished seat     │
                         │ └────────────────────────────────────────────────┘ said again, seat gone
          callback_due ◀─┤ ▲ due: back in line at its place
                 └───────┼─┘
                         ▼ (also from offered)
                      abandoned

    seat: signed_out ◀──▶ away ◀──▶ available        (sign-in lands in away or available, never by itself)

A state changes only together with an event, in one transaction, guarded by the expected old state (DESIGN §4
rule 3). Writers ask `move`; nothing else assigns a state.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from interactions.errors import IllegalTransition
from interactions.model import SeatStatus, State

S = TypeVar("S", State, SeatStatus)

INTERACTION_MOVES: Mapping[State | None, frozenset[State]] = {
    None: frozenset({State.WITH_BOT, State.WAITING}),
    State.WITH_BOT: frozenset({State.WAITING, State.CLOSED}),
    State.WAITING: frozenset({State.OFFERED, State.ABANDONED, State.CALLBACK_DUE}),
    State.OFFERED: frozenset({State.WAITING, State.WITH_LAWYER, State.ABANDONED}),
    State.WITH_LAWYER: frozenset({State.WRAP_UP, State.WAITING}),
    State.WRAP_UP: frozenset({State.WITH_LAWYER, State.WAITING, State.CLOSED}),
    State.CALLBACK_DUE: frozenset({State.WAITING}),
    State.CLOSED: frozenset(),
    State.ABANDONED: frozenset(),
}

SEAT_MOVES: Mapping[SeatStatus | None, frozenset[SeatStatus]] = {
    None: frozenset({SeatStatus.SIGNED_OUT}),
    SeatStatus.SIGNED_OUT: frozenset({SeatStatus.AVAILABLE, SeatStatus.AWAY}),
    SeatStatus.AVAILABLE: frozenset({SeatStatus.AWAY, SeatStatus.SIGNED_OUT}),
    SeatStatus.AWAY: frozenset({SeatStatus.AVAILABLE, SeatStatus.SIGNED_OUT}),
}


def may_move(old: S | None, new: S) -> bool:
    """Whether the transition table has the move from `old` to `new` (None: not yet there)."""
    moves: Mapping[S | None, frozenset[S]]
    moves = INTERACTION_MOVES if isinstance(new, State) else SEAT_MOVES  # type: ignore[assignment]
    return new in moves[old]


def move(old: S | None, new: S) -> S:
    """The new state, if the table has the move.

    Raises `IllegalTransition` otherwise: callers check what people may cause, so this one is our defect.
    """
    if not may_move(old, new):
        raise IllegalTransition(f"no move from {old or 'nothing'} to {new}")
    return new
