"""A callback in a lawyer's hands: the call, what came of it, and nothing beside it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agents.serving import Server
from agents.wrapping_up import Classification
from interactions.errors import Invalid, WrongState
from interactions.model import Others, State, Urgency, WorkState
from interactions.record import RepeatKey
from interactions.verify import verify
from routing.settings import CallbackSettings, RoutingSettings
from tests.rig.ground import KEYS, Ground
from tests.rig.promises import PHONE, Promises

MINUTES = timedelta(minutes=1)

FORM = Classification("labour", "unknown", "consultation", "answered", "已答复")


@pytest.fixture
def promises(ground: Ground) -> Promises:
    """Both sides of a promise."""
    return Promises.on(ground)


async def _holds(ground: Ground) -> None:
    verdict = await verify(ground.database, keys=KEYS)
    assert verdict.holds, verdict.violations


async def test_from_the_wish_through_a_call_nobody_answered_to_the_wrap_up(ground: Ground, promises: Promises) -> None:
    resident, seat = await ground.resident(), await ground.seat()
    asked = (await promises.promise(resident, promises.callback())).interaction_id
    await promises.taken(asked, seat)

    await promises.tried(asked, seat, "no_answer")

    item = await promises.item(asked)
    assert item is not None
    assert (item.state, item.attempts) == (WorkState.SCHEDULED, 1)
    assert item.due_at == ground.clock.now() + 10 * MINUTES
    assert await promises.state(asked) is State.CALLBACK_DUE
    ground.clock.advance(10 * MINUTES)
    await promises.taken(asked, seat)
    await promises.tried(asked, seat, "reached")
    server = Server(seat.account_id, seat.seat_id)
    await promises.serving.release(server, interaction_id=asked)
    await promises.serving.wrap_up(server, interaction_id=asked, form=FORM)
    told = await promises.told(asked)
    assert told is not None
    assert told.state is WorkState.DONE
    assert await promises.item(asked) is None
    await _holds(ground)


async def test_the_last_failure_is_told_neutrally_and_registered_by_the_lawyer(ground: Ground) -> None:
    settings = RoutingSettings(callback=CallbackSettings(attempts=2))
    promises = Promises.on(ground, settings=settings)
    resident, seat = await ground.resident(), await ground.seat()
    asked = (await promises.promise(resident, promises.callback())).interaction_id
    await promises.taken(asked, seat)
    await promises.tried(asked, seat, "no_answer")
    ground.clock.advance(60 * MINUTES)
    await promises.taken(asked, seat)

    await promises.tried(asked, seat, "no_answer")

    head, records = await ground.reader.read(asked)
    assert head.state is State.WRAP_UP
    last = [record.event.text for record in records if record.kind == "turn.said"][-1]  # type: ignore[attr-defined]
    assert "12348" in last
    assert head.number in last
    assert PHONE not in last
    assert (await promises.told(asked)).state is WorkState.UNREACHABLE  # type: ignore[union-attr]
    server = Server(seat.account_id, seat.seat_id)
    await promises.serving.wrap_up(server, interaction_id=asked, form=FORM)
    await _holds(ground)


async def test_a_call_that_was_taken_is_made_before_the_talk_can_end(ground: Ground, promises: Promises) -> None:
    resident, seat = await ground.resident(), await ground.seat()
    asked = (await promises.promise(resident, promises.callback())).interaction_id
    await promises.taken(asked, seat)

    with pytest.raises(WrongState, match="登记呼叫结果"):
        await promises.serving.release(Server(seat.account_id, seat.seat_id), interaction_id=asked)


async def test_nothing_else_is_offered_to_a_seat_from_a_calls_offer_to_its_wrap_up(
    ground: Ground, promises: Promises
) -> None:
    resident, seat = await ground.resident(), await ground.seat(capacity=5)
    asked = (await promises.promise(resident, promises.callback())).interaction_id
    server = Server(seat.account_id, seat.seat_id)
    await promises.routing.router.turn()
    chat = await ground.waiting()

    await promises.routing.router.turn()
    assert set(await promises.routing.live()) == {asked}
    await promises.taken(asked, seat)
    await promises.tried(asked, seat, "reached")
    await promises.routing.router.turn()
    assert await promises.state(chat) is State.WAITING
    await promises.serving.release(server, interaction_id=asked)
    await promises.routing.router.turn()
    assert await promises.state(chat) is State.WAITING
    await promises.serving.wrap_up(server, interaction_id=asked, form=FORM)
    await promises.routing.router.turn()
    assert await promises.state(chat) is State.OFFERED


async def test_one_round_gives_a_seat_no_chat_beside_a_call(ground: Ground, promises: Promises) -> None:
    resident = await ground.resident()
    asked = (await promises.promise(resident, promises.callback())).interaction_id
    ground.clock.advance(1 * MINUTES)
    chats = [await ground.waiting() for _ in range(2)]
    await ground.seat(capacity=5)

    await promises.routing.router.turn()

    assert set(await promises.routing.live()) == {asked}
    assert [await promises.state(one) for one in chats] == [State.WAITING] * 2


async def test_in_danger_nobody_else_is_spoken_to_and_nobody_who_answered_is_called_again(
    ground: Ground, promises: Promises
) -> None:
    resident, seat = await ground.resident(), await ground.seat()
    asked = await ground.waiting(resident_id=resident, urgency=Urgency.DANGER)
    await promises.promise(resident, promises.callback(others=Others.NEUTRAL))
    told = await promises.told(asked)
    assert told is not None
    assert told.others is Others.HANG_UP
    assert told.until_at == ground.clock.now() + 15 * MINUTES
    await promises.taken(asked, seat)

    await promises.tried(asked, seat, "other_person")

    assert await promises.state(asked) is State.WRAP_UP
    assert await promises.item(asked) is None


async def test_before_its_time_nobody_else_can_have_answered_and_the_promise_stands(
    ground: Ground, promises: Promises
) -> None:
    resident, seat = await ground.resident(), await ground.seat()
    asked = (await promises.promise(resident, promises.callback(60 * MINUTES))).interaction_id
    await promises.items.hasten(asked, [], reason="asked", repeat_of=RepeatKey(resident, "now"))
    await promises.taken(asked, seat)

    with pytest.raises(Invalid, match="result"):
        await promises.tried(asked, seat, "other_person")
    await promises.tried(asked, seat, "no_answer")

    item = await promises.item(asked)
    assert item is not None
    assert (item.attempts, item.due_at) == (0, ground.clock.now() + 60 * MINUTES)
    assert await promises.state(asked) is State.CALLBACK_DUE
    await _holds(ground)
