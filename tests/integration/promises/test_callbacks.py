"""A callback from the wish to its time: its place, its age, and nobody forgotten in between."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from interactions import blind_index
from interactions.errors import WrongState
from interactions.model import State
from interactions.verify import verify
from tests.rig.ground import KEYS, Ground
from tests.rig.promises import PHONE, Promises

MINUTES = timedelta(minutes=1)


@pytest.fixture
def promises(ground: Ground) -> Promises:
    """Both sides of a promise."""
    return Promises.on(ground)


async def _holds(ground: Ground) -> None:
    verdict = await verify(ground.database, keys=KEYS)
    assert verdict.holds, verdict.violations


async def test_a_callback_is_due_at_its_time_at_the_place_of_its_wait(ground: Ground, promises: Promises) -> None:
    resident = await ground.resident()
    asked = await ground.waiting(resident_id=resident)
    ground.clock.advance(10 * MINUTES)
    begins = ground.clock.now() + 120 * MINUTES

    await promises.promise(resident, promises.callback(120 * MINUTES))

    assert await promises.state(asked) is State.CALLBACK_DUE
    ground.clock.advance(119 * MINUTES)
    await promises.routing.router.turn()
    assert await promises.state(asked) is State.CALLBACK_DUE
    ground.clock.advance(1 * MINUTES)
    await promises.routing.router.turn()
    head, _ = await ground.reader.read(asked)
    assert head.state is State.WAITING
    assert head.waiting_since == begins - 10 * MINUTES
    await _holds(ground)


async def test_one_who_waited_ten_minutes_before_stands_before_one_who_waited_nine(
    ground: Ground, promises: Promises
) -> None:
    resident = await ground.resident()
    called = await ground.waiting(resident_id=resident)
    ground.clock.advance(10 * MINUTES)
    await promises.promise(resident, promises.callback(60 * MINUTES))
    ground.clock.advance(51 * MINUTES)
    present = await ground.waiting()
    ground.clock.advance(9 * MINUTES)
    seat = await ground.seat(capacity=1)

    await promises.taken(called, seat)

    assert await promises.state(present) is State.WAITING


async def test_the_wait_grows_by_no_moment_that_was_not_spent_in_line(ground: Ground, promises: Promises) -> None:
    resident, seat = await ground.resident(), await ground.seat()
    asked = await ground.waiting(resident_id=resident, matter="family")
    ground.clock.advance(5 * MINUTES)
    await promises.promise(resident, promises.callback())
    other = await ground.seat(matters=("family",))
    await promises.taken(asked, other)
    ground.clock.advance(3 * MINUTES)

    await promises.tried(asked, other, "no_answer")

    item = await promises.item(asked)
    head, _ = await ground.reader.read(asked)
    assert item is not None
    assert head.waiting_since == item.due_at - 5 * MINUTES
    assert seat.seat_id != other.seat_id


async def test_while_it_rings_a_wish_takes_the_offer_back(ground: Ground, promises: Promises) -> None:
    resident, _ = await ground.resident(), await ground.seat()
    asked = await ground.waiting(resident_id=resident)
    await promises.routing.router.turn()

    await promises.promise(resident, promises.callback(60 * MINUTES))

    assert await promises.routing.live() == {}
    assert await promises.state(asked) is State.CALLBACK_DUE
    await _holds(ground)


async def test_another_wish_replaces_the_one_before(ground: Ground, promises: Promises) -> None:
    resident = await ground.resident()
    asked = (await promises.promise(resident, promises.callback(60 * MINUTES))).interaction_id
    first = await promises.item(asked)

    await promises.promise(resident, promises.callback(180 * MINUTES), client_id="other")

    second = await promises.item(asked)
    assert first is not None
    assert second is not None
    assert second.work_item_id != first.work_item_id
    assert second.due_at == ground.clock.now() + 180 * MINUTES
    await _holds(ground)


async def test_a_repeated_wish_is_acknowledged_again_and_promised_once(ground: Ground, promises: Promises) -> None:
    resident = await ground.resident()
    first = await promises.promise(resident, promises.callback(60 * MINUTES))
    again = await promises.promise(resident, promises.callback(60 * MINUTES))

    assert (again.interaction_id, again.seq, again.repeated) == (first.interaction_id, first.seq, True)


async def test_cancelled_before_its_time_it_is_a_full_record(ground: Ground, promises: Promises) -> None:
    resident = await ground.resident()
    asked = (await promises.promise(resident, promises.callback(60 * MINUTES))).interaction_id

    await promises.cancel(resident)

    assert await promises.state(asked) is State.ABANDONED
    assert (await promises.cancel(resident)).repeated
    ground.clock.advance(90 * MINUTES)
    await promises.routing.router.turn()
    assert await promises.state(asked) is State.ABANDONED
    with pytest.raises(WrongState, match="没有可取消的预约"):
        await promises.cancel(resident, client_id="once more")
    await _holds(ground)


async def test_cancelled_in_line_the_place_stays(ground: Ground, promises: Promises) -> None:
    resident = await ground.resident()
    asked = await ground.waiting(resident_id=resident)
    ground.clock.advance(5 * MINUTES)
    await promises.promise(resident, promises.callback())

    await promises.cancel(resident)

    head, _ = await ground.reader.read(asked)
    assert head.state is State.WAITING
    assert head.waiting_since == ground.clock.now() - 5 * MINUTES
    await _holds(ground)


async def test_the_number_finds_its_interaction_and_is_nowhere_in_the_clear(ground: Ground, promises: Promises) -> None:
    resident = await ground.resident()
    asked = (await promises.promise(resident, promises.callback())).interaction_id

    async with ground.database.read() as connection:
        found = await blind_index.find(connection, blind_index.PHONE, f"+86 {PHONE}", keys=KEYS)

    assert list(found) == [asked]
    _, records = await ground.reader.read(asked)
    assert PHONE.encode() not in b"".join(record.stored.body + (record.stored.sealed or b"") for record in records)


async def test_several_routers_bring_what_is_due_once(ground: Ground, promises: Promises) -> None:
    people = [await ground.resident() for _ in range(5)]
    asked = [(await promises.promise(one, promises.callback(60 * MINUTES))).interaction_id for one in people]
    others = [Promises.on(ground) for _ in range(3)]
    ground.clock.advance(60 * MINUTES)

    await asyncio.gather(*(one.routing.router.turn() for one in (promises, *others)))

    for one in asked:
        _, records = await ground.reader.read(one)
        assert [record.kind for record in records].count("work.due") == 1
    await _holds(ground)


async def test_nobody_on_duty_it_waits_in_line_with_its_age(ground: Ground, promises: Promises) -> None:
    resident = await ground.resident()
    asked = (await promises.promise(resident, promises.callback())).interaction_id
    ground.clock.advance(timedelta(days=2))
    await promises.routing.router.turn()
    assert await promises.state(asked) is State.WAITING
    seat = await ground.seat()

    await promises.taken(asked, seat)

    _, records = await ground.reader.read(asked)
    accepted = next(record.event for record in records if record.kind == "interaction.accepted")
    assert accepted.waited_s == timedelta(days=2).total_seconds()  # type: ignore[attr-defined]
    assert accepted.work == "callback"  # type: ignore[attr-defined]
