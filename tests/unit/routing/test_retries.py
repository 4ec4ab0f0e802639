"""When somebody who was not reached is called again: never outside the time they gave, never without an end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interactions.model import How, WorkKind, WorkState
from interactions.work_rows import WorkRow
from routing.retries import DAY, retry
from routing.settings import CallbackSettings

NOW = datetime(2026, 11, 26, 10, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SETTINGS = CallbackSettings(attempts=3, retry_s=(600.0, 3_600.0), soon_within_s=3_600.0)
ITEM = WorkRow(
    UUID(int=1), UUID(int=2), WorkKind.CALLBACK, WorkState.DUE, How.PHONE, False, NOW - HOUR, NOW, NOW + HOUR, 0, None
)
SOON = replace(ITEM, soon=True)


def test_the_pauses_grow_and_the_last_try_is_the_last() -> None:
    first, again = retry(SOON, result="no_answer", in_danger=False, now=NOW, settings=SETTINGS)
    second, later = retry(replace(SOON, attempts=1), result="no_answer", in_danger=False, now=NOW, settings=SETTINGS)
    third, never = retry(replace(SOON, attempts=2), result="no_answer", in_danger=False, now=NOW, settings=SETTINGS)

    assert again is not None
    assert later is not None
    assert (first, again.due_at) == (1, NOW + 10 * MINUTE)
    assert (second, later.due_at) == (2, NOW + HOUR)
    assert (third, never) == (3, None)
    assert again.until_at == again.due_at + HOUR


def test_past_the_end_of_the_time_that_was_given_it_is_the_same_time_of_the_next_day() -> None:
    item = replace(ITEM, until_at=NOW + 5 * MINUTE)

    _, again = retry(item, result="no_answer", in_danger=False, now=NOW, settings=SETTINGS)

    assert again is not None
    assert (again.from_at, again.until_at) == (item.from_at + DAY, item.until_at + DAY)
    assert again.due_at == item.from_at + DAY


def test_a_try_before_its_time_is_not_counted_and_the_promise_stands() -> None:
    item = replace(ITEM, from_at=NOW + HOUR, until_at=NOW + 2 * HOUR)

    attempts, again = retry(item, result="no_answer", in_danger=False, now=NOW, settings=SETTINGS)

    assert attempts == 0
    assert again is not None
    assert (again.due_at, again.until_at) == (item.from_at, item.until_at)


@pytest.mark.parametrize(
    ("result", "in_danger", "ends"),
    [("wrong_number", False, True), ("other_person", True, True), ("other_person", False, False)],
)
def test_a_wrong_number_and_somebody_else_in_danger_are_not_called_again(
    result: str, in_danger: bool, ends: bool
) -> None:
    _, again = retry(SOON, result=result, in_danger=in_danger, now=NOW, settings=SETTINGS)

    assert (again is None) is ends


@given(
    st.integers(0, 4),
    st.integers(-600, 600),
    st.integers(30, 300),
    st.booleans(),
    st.lists(st.floats(1, 90_000), min_size=1, max_size=4),
)
def test_every_next_try_lies_in_a_time_that_was_given_and_ahead(
    attempts: int, begins: int, length: int, soon: bool, pauses: list[float]
) -> None:
    from_at = NOW if soon else NOW + begins * MINUTE
    item = replace(ITEM, soon=soon, from_at=from_at, until_at=from_at + length * MINUTE, attempts=attempts)
    settings = SETTINGS.model_copy(update={"retry_s": tuple(pauses)})

    counted, again = retry(item, result="no_answer", in_danger=False, now=NOW, settings=settings)

    assert counted in (attempts, attempts + 1)
    if again is None:
        assert counted >= SETTINGS.attempts
        return
    assert again.from_at <= again.due_at <= again.until_at
    assert again.due_at >= NOW
    if not soon:
        assert (again.from_at - item.from_at) % DAY == timedelta()
        assert again.until_at - again.from_at == item.until_at - item.from_at
