"""“He is hitting me”, said at the moment a promised callback fell due, was refused as a wrong state and stored nowhere;
said on a socket that did not know of the promise yet, it was answered with “owed”."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from hotline.front_desk import FrontDesk, Visitor
from hotline.work_items import WorkItems
from interactions.model import State, Urgency
from interactions.record import RepeatKey
from interactions.verify import verify
from tests.rig.house import RunningHouse, running_house
from tests.rig.promises import PHONE

DANGER = "他现在打我，我很害怕"


@pytest.fixture
async def house(postgres_url: str, redis_url: str) -> AsyncIterator[RunningHouse]:
    """The whole application on a fresh database."""
    async with running_house(postgres_url, redis_url) as running:
        yield running


async def test_it_is_said_in_line_when_the_time_came_between_the_look_and_the_lock(
    house: RunningHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await house.resident()
    asked = await page.command(type="callback", phone=PHONE, window="明天上午")
    await page.next_of("state", state="callback_due")
    hasten = WorkItems.hasten

    async def too_late(self: WorkItems, interaction_id: Any, said: Any, *, reason: str, repeat_of: RepeatKey) -> Any:
        sooner = RepeatKey(interaction_id, "the time came")
        await hasten(self, interaction_id, [], reason="asked", repeat_of=sooner)
        return await hasten(self, interaction_id, said, reason=reason, repeat_of=repeat_of)

    monkeypatch.setattr(WorkItems, "hasten", too_late)

    said = await page.say(DANGER)

    assert said["interaction_id"] == asked["interaction_id"]
    await page.next_of("turn", purpose="emergency")
    verdict = await verify(house.house.database)
    assert verdict.holds, verdict.violations


async def test_a_socket_that_knows_of_no_promise_reaches_a_person_all_the_same(
    house: RunningHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await house.resident()
    asked = await page.command(type="callback", phone=PHONE, window="明天上午")
    say = FrontDesk.say

    async def unknowing(self: FrontDesk, visitor: Visitor, *, text: str, repeat_of: RepeatKey, **_: Any) -> Any:
        return await say(self, visitor, text=text, repeat_of=repeat_of)

    monkeypatch.setattr(FrontDesk, "say", unknowing)

    said = await page.say(DANGER)

    assert said["interaction_id"] == asked["interaction_id"]
    head, _ = await house.house.reader.read(UUID(said["interaction_id"]))
    assert (head.state, head.urgency) == (State.WAITING, Urgency.DANGER)
