"""What a resident in line reads: how many are before them, from about to about, and why it grew."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect
from sqlalchemy import text

from tests.browser.windows import DESK, PHONE, lawyer_at, resident_at, say, talk
from tests.rig.house import RunningHouse, running_house, settings


@pytest.fixture
async def house(postgres_url: str, redis_url: str) -> AsyncIterator[RunningHouse]:
    """The whole application; those in line are told anew several times a second."""
    chosen = settings(HOTLINE_CHANNELS__WEB_CHAT__PLACES_S="0.3")
    async with running_house(postgres_url, redis_url, chosen=chosen) as running:
        yield running


async def test_the_wait_is_told_from_about_to_about_and_a_longer_one_with_its_cause(
    house: RunningHouse, browser: Browser
) -> None:
    errors: list[str] = []
    await _one_at_a_time(house)
    lawyer = await lawyer_at(browser, house, errors=errors)
    await talk(await resident_at(browser, house, errors=errors), lawyer)

    first, second = [await resident_at(browser, house, size=size, errors=errors) for size in (DESK, PHONE)]
    await say(first, "转人工")
    await expect(first.locator("#place")).to_contain_text("下一位就是您，预计等待约 ")
    await expect(first.locator("#place")).to_contain_text("分钟以内")
    await say(second, "转人工")
    await expect(second.locator("#place")).to_contain_text("前面还有 1 位，预计等待约 ")
    await expect(second.locator("#place")).to_contain_text("–")
    urgent = await resident_at(browser, house, errors=errors)
    await say(urgent, "老公打我，我要找律师")

    await expect(second.locator("#place")).to_contain_text("前面还有 2 位")
    await expect(second.locator("#place")).to_contain_text("时间变长了：有更紧急或先到的来访者排在前面。")
    await expect(urgent.locator("#place")).to_contain_text("下一位就是您")
    await _keep(first, "desk")
    await _keep(second, "phone")
    assert errors == []


async def _one_at_a_time(house: RunningHouse) -> None:
    async with house.house.database.unit() as unit:
        await unit.connection.execute(text("update seat set chat_capacity = 1"))


async def _keep(page: Page, name: str) -> None:
    """For looking at, where somebody wants to: HOTLINE_PICTURES names a folder."""
    if folder := os.environ.get("HOTLINE_PICTURES"):
        await page.screenshot(path=Path(folder) / f"told-wait-{name}.png")
