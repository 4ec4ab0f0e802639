"""Typing is told seldom, and is over by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agents.typist import AGAIN_S, LASTS_S, Typist
from interactions.clock import ManualClock


@pytest.fixture
def told() -> list[bool]:
    """What the other side was told."""
    return []


@pytest.fixture
def typist(clock: ManualClock, told: list[bool]) -> Typist:
    """Somebody who types."""
    return Typist(told.append, clock=clock)


def test_ten_thousand_frames_are_told_once(typist: Typist, told: list[bool]) -> None:
    for _ in range(10_000):
        typist.set(on=True)
    assert told == [True]


def test_going_on_is_told_again_after_a_while(typist: Typist, told: list[bool], clock: ManualClock) -> None:
    typist.set(on=True)
    clock.advance(AGAIN_S)
    typist.set(on=True)
    assert told == [True, True]


def test_it_is_over_by_itself_where_the_page_says_nothing_more(
    typist: Typist, told: list[bool], clock: ManualClock
) -> None:
    typist.set(on=True)
    clock.advance(LASTS_S - timedelta(seconds=1))
    typist.expire()
    assert told == [True]
    clock.advance(timedelta(seconds=1))
    typist.expire()
    typist.expire()
    assert told == [True, False]


def test_off_is_told_only_where_on_was(typist: Typist, told: list[bool]) -> None:
    typist.set(on=False)
    typist.stop()
    assert told == []
    typist.set(on=True)
    typist.set(on=False)
    typist.stop()
    assert told == [True, False]


def test_on_and_off_in_turn_are_no_way_around_the_pace(typist: Typist, told: list[bool]) -> None:
    for _ in range(100):
        typist.set(on=True)
        typist.set(on=False)
    assert told.count(True) == 1
