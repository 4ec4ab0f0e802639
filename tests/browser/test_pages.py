"""The two pages in headless Chromium: the main job by keyboard and mouse, on a phone and at a desk."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.browser.windows import DESK, PHONE, lawyer_at, page_at, resident_at, say
from tests.rig.house import RunningHouse


async def test_the_main_job_on_a_phone_and_at_a_desk(house: RunningHouse, browser: Browser) -> None:
    errors: list[str] = []
    resident = await resident_at(browser, house, errors=errors)

    await say(resident, "老板拖欠我三个月工资怎么办")
    await resident.click("summary:has-text('法律依据')")
    assert "《中华人民共和国劳动合同法》第三十条" in await resident.inner_text("details")

    lawyer = await lawyer_at(browser, house, errors=errors)
    await say(resident, "转人工")
    await lawyer.wait_for_selector(".offer")
    await lawyer.keyboard.press("Alt+a")
    await say(lawyer, "请问工作地点在哪个区？")
    await resident.wait_for_selector("text=请问工作地点")
    await lawyer.fill("#text", "内部：核实时效")
    await lawyer.click("#note")
    await lawyer.wait_for_selector(".turn.note")

    await lawyer.click("#release")
    await lawyer.select_option("[name=matter]", "labour.wages")
    await lawyer.select_option("[name=district]", "120104")
    await lawyer.select_option("[name=request_kind]", "consultation")
    await lawyer.select_option("[name=outcome]", "answered")
    await lawyer.fill("[name=summary]", "欠薪，已告知投诉与仲裁途径")
    await lawyer.click("#wrap-up button")
    await resident.check("[name=score][value='5']")
    await resident.click("#rate button.first")
    await resident.wait_for_selector("text=感谢您的评价")

    assert "核实时效" not in await resident.inner_text("body")
    assert "-000001" in await resident.inner_text("#ended")
    assert errors == []


async def test_a_reload_shows_the_same_conversation_once(house: RunningHouse, browser: Browser) -> None:
    errors: list[str] = []
    page = await resident_at(browser, house, errors=errors)
    await page.fill("#text", "你好，在吗")
    await page.click("#send")
    await page.wait_for_selector(".turn:not(.own)")

    await page.reload()

    await page.wait_for_selector(".turn:not(.own)")
    assert await page.locator(".turn.own").count() == 1
    assert errors == []


# A phone, a desk, and the desk at 200 % zoom.
@pytest.mark.parametrize("size", [PHONE, DESK, (640, 400)])
@pytest.mark.parametrize("path", ["/", "/console/"])
async def test_nothing_sticks_out_sideways(
    house: RunningHouse, browser: Browser, path: str, size: tuple[int, int]
) -> None:
    page = await page_at(browser, house.url + path, size=size)

    assert await page.evaluate("document.documentElement.scrollWidth") <= size[0]


async def test_quick_exit_leaves_nothing_behind(house: RunningHouse, browser: Browser) -> None:
    page = await resident_at(browser, house)
    await page.route("https://**", lambda route: route.fulfill(body="neutral"))
    await page.fill("#text", "我的事")
    await page.click("#send")
    await page.wait_for_selector(".turn")

    await page.click("#quick-exit")

    await page.wait_for_url("https://**")
    await page.goto(f"{house.url}/")
    assert await page.evaluate("sessionStorage.getItem('interaction')") is None
