"""The breaker against a simple model, in any order of calls, ends and waiting."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bots.breaker import Breaker, State
from bots.errors import BreakerOpen, EngineSilent
from bots.settings import BreakerSettings
from interactions.clock import ManualClock

FAILURES, OPEN_S = 3, 10.0
SETTINGS = BreakerSettings(failures=FAILURES, open_s=OPEN_S)


class GivenUp(BaseException):
    """What a cancelled call ends with."""


def call(breaker: Breaker, ends: BaseException | None = None) -> bool:
    """One call from begin to end; whether it was let through."""
    try:
        with breaker.call():
            if ends is not None:
                raise ends
    except BreakerOpen:
        return False
    except (EngineSilent, GivenUp):
        pass
    return True


def failed_open(clock: ManualClock) -> Breaker:
    breaker = Breaker(SETTINGS, clock=clock)
    for _ in range(FAILURES):
        call(breaker, EngineSilent())
    return breaker


def test_failures_in_a_row_open_it_and_nobody_asks_until_the_time_has_passed() -> None:
    clock = ManualClock()
    breaker = failed_open(clock)

    clock.advance(timedelta(seconds=OPEN_S - 1))
    refused_before = not call(breaker)
    clock.advance(timedelta(seconds=1))

    assert refused_before
    assert [breaker.state, call(breaker), breaker.state] == [State.HALF_OPEN, True, State.CLOSED]


def test_a_success_between_failures_keeps_it_closed() -> None:
    breaker = Breaker(SETTINGS, clock=ManualClock())

    for _ in range(5):
        call(breaker, EngineSilent())
        call(breaker, EngineSilent())
        call(breaker)

    assert breaker.state is State.CLOSED


def test_one_call_tries_while_the_others_are_refused() -> None:
    clock = ManualClock()
    breaker = failed_open(clock)
    clock.advance(timedelta(seconds=OPEN_S))

    with breaker.call():
        refused = not call(breaker)

    assert refused
    assert call(breaker)


def test_a_trial_that_fails_opens_it_for_the_whole_time_again() -> None:
    clock = ManualClock()
    breaker = failed_open(clock)
    clock.advance(timedelta(seconds=OPEN_S))

    call(breaker, EngineSilent())

    opened = breaker.state
    clock.advance(timedelta(seconds=OPEN_S))
    assert [opened, breaker.state] == [State.OPEN, State.HALF_OPEN]


def test_a_trial_given_up_leaves_the_next_call_to_try() -> None:
    clock = ManualClock()
    breaker = failed_open(clock)
    clock.advance(timedelta(seconds=OPEN_S))

    call(breaker, GivenUp())

    assert breaker.state is State.HALF_OPEN
    assert call(breaker)


def test_what_was_under_way_when_it_opened_is_old_news() -> None:
    breaker = Breaker(SETTINGS, clock=ManualClock())

    with breaker.call():
        for _ in range(FAILURES):
            call(breaker, EngineSilent())

    assert breaker.state is State.OPEN


class AgainstAModel(RuleBasedStateMachine):
    """Calls begin and end in any order. The model: a list of ends since the last change of state."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock()
        self.breaker = Breaker(SETTINGS, clock=self.clock)
        self.under_way: list[tuple[int, ExitStack]] = []
        self.age = 0
        self.in_a_row = 0
        self.open_for: float | None = None
        self.trying = False

    def may_pass(self) -> bool:
        """What the model says of a call now."""
        return self.open_for is None or (self.open_for >= OPEN_S and not self.trying)

    @rule()
    def begin(self) -> None:
        stack, expected = ExitStack(), self.may_pass()
        try:
            stack.enter_context(self.breaker.call())
        except BreakerOpen:
            assert not expected
            return
        assert expected
        self.trying = self.open_for is not None
        self.under_way.append((self.age, stack))

    @precondition(lambda self: self.under_way)
    @rule(which=st.integers(0, 100), how=st.sampled_from(["well", "failed", "given up"]))
    def end(self, which: int, how: str) -> None:
        age, stack = self.under_way.pop(which % len(self.under_way))
        ends = {"well": None, "failed": EngineSilent(), "given up": GivenUp()}[how]
        stack.__exit__(type(ends) if ends else None, ends, None)
        if age == self.age:
            self.count(how)

    def count(self, how: str) -> None:
        """What the end of a call of the present state changes in the model."""
        self.in_a_row = self.in_a_row + 1 if how == "failed" else self.in_a_row if how == "given up" else 0
        if how == "failed" and (self.trying or self.in_a_row >= FAILURES):
            self.turn(0.0)
        elif how == "well" and self.open_for is not None:
            self.turn(None)
        elif how == "given up":
            self.trying = False

    def turn(self, open_for: float | None) -> None:
        """Another state."""
        self.open_for, self.trying, self.in_a_row, self.age = open_for, False, 0, self.age + 1

    @rule(seconds=st.floats(0.0, 2 * OPEN_S))
    def wait(self, seconds: float) -> None:
        whole = round(seconds, 3)
        self.clock.advance(timedelta(seconds=whole))
        if self.open_for is not None:
            self.open_for = round(self.open_for + whole, 3)

    @invariant()
    def it_stands_where_the_model_does(self) -> None:
        expected = State.CLOSED if self.open_for is None else State.OPEN
        assert self.breaker.state is (State.HALF_OPEN if self.open_for and self.open_for >= OPEN_S else expected)


TestAgainstAModel = AgainstAModel.TestCase


@pytest.mark.parametrize("settings", [{"failures": 0}, {"open_s": 0.0}])
def test_settings_under_which_nothing_would_pass_or_break_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="greater than"):
        BreakerSettings.model_validate(settings)
