"""The place in line: urgency, then age, with a bound for everybody."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from interactions.model import Urgency
from routing.needs import rank_at
from tests.unit.routing.lines import NOW, SETTINGS

urgencies = st.sampled_from(Urgency)
waits = st.integers(0, 40_000).map(lambda seconds: timedelta(seconds=seconds))


@given(urgencies, urgencies, waits)
def test_the_more_urgent_go_first_and_nobody_is_overtaken_for_longer_than_the_difference_of_two_head_starts(
    mine: Urgency, theirs: Urgency, waited: timedelta
) -> None:
    me = rank_at(NOW - waited, urgency=mine, settings=SETTINGS)
    newcomer = rank_at(NOW, urgency=theirs, settings=SETTINGS)

    bound = SETTINGS.head_start_s.of(theirs) - SETTINGS.head_start_s.of(mine)
    assert (me < newcomer) == (waited > bound)
    assert mine <= theirs or bound > timedelta()


@given(waits, waits, urgencies)
def test_within_a_class_the_older_goes_first(one: timedelta, other: timedelta, urgency: Urgency) -> None:
    first, second = (rank_at(NOW - wait, urgency=urgency, settings=SETTINGS) for wait in (one, other))

    assert (first < second) == (one > other)
