"""Who waits long or for nobody is told once, by whichever process, and again only where it became worse."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from hotline import callback_offers
from hotline.callback_offers import CallbackOffers
from routing.estimate import Place
from routing.places import Places
from routing.settings import CallbackSettings, RoutingSettings
from tests.rig.ground import Ground
from tests.rig.promises import Promises

SETTINGS = CallbackSettings(offer_after_s=600.0)


@pytest.fixture
def offers(ground: Ground) -> CallbackOffers:
    """One process that tells."""
    return _process(ground)


def _process(ground: Ground) -> CallbackOffers:
    places = Places(ground.database, clock=ground.clock, settings=RoutingSettings())
    return CallbackOffers(ground.database, shared_commit=ground.shared_commit, places=places, settings=SETTINGS)


async def _told(ground: Ground, interaction_id: UUID) -> list[str]:
    _, records = await ground.reader.read(interaction_id)
    turns = [record.event for record in records if record.kind == "turn.said"]
    return [turn.text for turn in turns if turn.purpose == "callback_offer"]  # type: ignore[attr-defined]


async def test_with_nobody_on_duty_everybody_in_line_is_told_once(ground: Ground, offers: CallbackOffers) -> None:
    line = [await ground.waiting() for _ in range(3)]

    assert await offers.consider_all() == 3
    assert await offers.consider_all() == 0

    texts = [await _told(ground, one) for one in line]
    assert all("没有能接待" in words and "预约回电" in words for (words,) in texts)


async def test_a_short_wait_is_no_reason_to_offer_anything(ground: Ground, offers: CallbackOffers) -> None:
    one = await ground.waiting()

    assert await offers.consider({one: Place(1, 600)}) == 0
    assert await offers.consider({one: Place(2, 601)}) == 1
    (words,) = await _told(ground, one)
    assert "第 2 位" in words
    assert "10 分钟" in words


@pytest.mark.parametrize(
    ("first", "then", "again"),
    [(700, 1_299, 0), (700, 1_300, 1), (700, None, 1), (None, 9_000, 0), (None, None, 0)],
)
async def test_told_again_only_where_it_became_worse(
    ground: Ground, offers: CallbackOffers, first: int | None, then: int | None, again: int
) -> None:
    one = await ground.waiting()
    await offers.consider({one: Place(1, first)})

    assert await offers.consider({one: Place(1, then)}) == again


async def test_processes_that_tell_at_once_tell_once(ground: Ground) -> None:
    one = await ground.waiting()

    told = await asyncio.gather(*(_process(ground).consider({one: Place(1, None)}) for _ in range(4)))

    assert sum(told) == 1
    assert len(await _told(ground, one)) == 1


async def test_who_is_owed_a_callback_already_is_left_alone(ground: Ground, offers: CallbackOffers) -> None:
    promises, resident = Promises.on(ground), await ground.resident()
    await promises.promise(resident, promises.callback())

    assert await offers.consider_all() == 0


async def test_a_line_of_more_than_one_look_together_is_told_whole(
    ground: Ground, offers: CallbackOffers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callback_offers, "TOGETHER", 2)
    line = [await ground.waiting() for _ in range(5)]

    assert await offers.consider_all() == 5
    assert await offers.consider_all() == 0

    assert [len(await _told(ground, one)) for one in line] == [1] * 5


async def test_whom_a_lawyer_took_meanwhile_nobody_tells_of_waiting(ground: Ground, offers: CallbackOffers) -> None:
    promises, seat = Promises.on(ground), await ground.seat()
    one = await ground.waiting()
    await promises.taken(one, seat)

    assert await offers.consider({one: Place(1, None)}) == 0


async def test_the_last_seat_leaves_and_those_waiting_are_told(ground: Ground, offers: CallbackOffers) -> None:
    seat = await ground.seat(capacity=1)
    promises = Promises.on(ground)
    first = await ground.waiting()
    await promises.taken(first, seat)
    ground.clock.advance(timedelta(seconds=1))
    waiting = await ground.waiting()
    assert await offers.consider_all() == 0

    async with ground.database.unit() as unit:
        await unit.connection.execute(text("update seat set status = 'away'"))

    assert await offers.consider_all() == 1
    assert len(await _told(ground, waiting)) == 1
