"""What the bot offers in doubt: buttons to tap on a phone and at a desk, a number to type for whoever cannot."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.browser.windows import DESK, PHONE, resident_at, say
from tests.rig.house import RunningHouse


@pytest.mark.parametrize("size", [PHONE, DESK])
async def test_a_tap_chooses(house: RunningHouse, browser: Browser, size: tuple[int, int]) -> None:
    errors: list[str] = []
    page = await resident_at(browser, house, size=size, errors=errors)
    await say(page, "工伤")
    chips = page.locator(".chip")
    await chips.nth(1).wait_for()
    words = (await chips.nth(1).inner_text()).split("\n")[-1]

    await chips.nth(1).click()

    await page.wait_for_selector("summary:has-text('法律依据')")
    assert await page.locator(".turn.own").last.inner_text() != ""
    assert words in await page.locator(".turn.own").last.inner_text()
    assert await page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert errors == []


async def test_the_number_typed_chooses_and_a_follow_up_goes_on(house: RunningHouse, browser: Browser) -> None:
    page = await resident_at(browser, house)
    await say(page, "工伤")
    await page.wait_for_selector(".chip")

    await say(page, "第二个")
    await page.wait_for_selector("summary:has-text('法律依据')")
    await say(page, "要带什么材料")

    await page.wait_for_selector("text=关于要准备什么")


async def test_the_numbers_stand_on_the_buttons_and_not_twice(house: RunningHouse, browser: Browser) -> None:
    page = await resident_at(browser, house)
    await say(page, "工伤")
    await page.wait_for_selector(".chip")

    marks = await page.locator(".chip .mark").all_inner_texts()
    spoken = await page.locator(".turn:has(.chip)").inner_text()

    assert marks == ["1", "2", "3"]
    assert "1. " not in spoken
    assert await page.locator(".chip").first.evaluate("chip => chip.offsetHeight") >= 44
