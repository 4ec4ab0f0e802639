"""When the last seat leaves, whoever waits reads it on the page, and what is offered in place of waiting."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.rig.house import RunningHouse, running_house, settings
from tests.rig.promises import PHONE


@pytest.fixture
async def house(postgres_url: str, redis_url: str) -> AsyncIterator[RunningHouse]:
    """A house in which a seat has one place for as long as the test takes."""
    chosen = settings(HOTLINE_ROUTING__RAMP_UP="{cap: 1, step_s: 86400}")
    async with running_house(postgres_url, redis_url, chosen=chosen) as running:
        yield running


async def test_the_page_of_who_waits_gets_the_offer_to_be_called(house: RunningHouse) -> None:
    lawyer, served, page = await house.lawyer(), await house.resident(), await house.resident()
    await lawyer.accept((await served.say("转人工"))["interaction_id"])
    await page.say("转人工")
    await page.next_of("state", state="waiting")
    assert not [one for one in page.frames if one.get("purpose") == "callback_offer"]

    assert (await lawyer.command(type="status", status="away", reason="下班"))["type"] == "ack"

    told = await page.next_of("turn", purpose="callback_offer")
    assert "没有能接待" in told["text"]
    assert "预约回电" in told["text"]
    assert (await page.command(type="callback", phone=PHONE))["type"] == "ack"
    await page.next_of("state", state="callback_due")
