"""Both clocks keep the same promises; one of them stands still until it is moved."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from interactions.clock import Clock, ManualClock, SystemClock

A_DAY = timedelta(days=1)
LONG = timedelta(hours=1)


@pytest.fixture(params=[ManualClock, SystemClock])
def any_clock(request: pytest.FixtureRequest) -> Clock:
    """Each clock in turn."""
    made: Clock = request.param()
    return made


async def settled() -> None:
    """Lets everything that is ready run."""
    for _ in range(10):
        await asyncio.sleep(0)


def test_time_is_aware_and_utc(any_clock: Clock) -> None:
    assert any_clock.now().tzinfo is UTC


async def test_a_set_event_is_told_at_once(any_clock: Clock) -> None:
    event = asyncio.Event()
    event.set()

    assert await any_clock.wait(event, until=None) is True
    assert await any_clock.wait(event, until=any_clock.now() + LONG) is True
    assert await any_clock.wait(event, until=any_clock.now() - LONG) is True


async def test_a_time_already_past_does_not_wait(any_clock: Clock) -> None:
    assert await any_clock.wait(asyncio.Event(), until=any_clock.now() - LONG) is False


async def test_an_event_ends_the_wait_before_its_time(any_clock: Clock) -> None:
    event = asyncio.Event()
    waiting = asyncio.ensure_future(any_clock.wait(event, until=any_clock.now() + LONG))
    await settled()

    event.set()

    assert await waiting is True


async def test_a_cancelled_wait_is_cancelled(any_clock: Clock) -> None:
    waiting = asyncio.ensure_future(any_clock.wait(asyncio.Event(), until=any_clock.now() + LONG))
    await settled()

    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_the_manual_clock_wakes_those_whose_time_has_come_and_nobody_else() -> None:
    clock = ManualClock()
    soon = asyncio.ensure_future(clock.wait(asyncio.Event(), until=clock.now() + timedelta(seconds=10)))
    late = asyncio.ensure_future(clock.wait(asyncio.Event(), until=clock.now() + timedelta(seconds=20)))
    await settled()

    clock.advance(timedelta(seconds=9, milliseconds=999))
    await settled()
    assert not soon.done()

    clock.advance(timedelta(milliseconds=1))
    await settled()
    assert soon.done()
    assert not late.done()

    clock.advance(timedelta(seconds=10))
    assert (await soon, await late) == (False, False)


async def test_a_wait_leaves_nothing_behind() -> None:
    clock = ManualClock()
    before = asyncio.all_tasks()
    waiting = asyncio.ensure_future(clock.wait(asyncio.Event(), until=clock.now() + LONG))
    await settled()

    clock.advance(LONG)
    await waiting

    assert asyncio.all_tasks() == before


def test_the_system_clock_takes_the_time_of_the_database() -> None:
    clock = SystemClock()
    database_now = datetime(2031, 5, 1, 12, tzinfo=UTC)
    asked = clock.monotonic()

    clock.sample(database_now=database_now, asked_at=asked, answered_at=asked)

    assert database_now <= clock.now() < database_now + timedelta(seconds=30)


def test_the_answer_of_a_slow_database_counts_from_the_middle_of_asking() -> None:
    prompt, slow = SystemClock(), SystemClock()
    database_now = datetime(2031, 5, 1, 12, tzinfo=UTC)
    at = prompt.monotonic()

    prompt.sample(database_now=database_now, asked_at=at, answered_at=at)
    slow.sample(database_now=database_now, asked_at=at - 2.0, answered_at=at)

    ahead = (slow.now() - prompt.now()).total_seconds()
    assert ahead == pytest.approx(1.0, abs=0.5)


def test_the_manual_clock_moves_only_when_moved() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    clock = ManualClock(start)

    assert clock.now() == start
    clock.advance(A_DAY)
    assert clock.now() == start + A_DAY
