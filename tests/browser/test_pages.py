"""The two pages in headless Chromium: the main job by keyboard and mouse, on a phone and at a desk."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.rig.house import PASSWORD, RunningHouse, running_house
from tests.rig.servers import missing

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture
async def house(postgres_url: str, redis_url: str) -> AsyncIterator[RunningHouse]:
    """The whole application."""
    async with running_house(postgres_url, redis_url) as running:
        yield running


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """The Chromium of this machine."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        missing("no Chromium on the PATH")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield started
        await started.close()


async def page_at(browser: Browser, url: str, *, width: int, height: int, errors: list[str]) -> Page:
    """A page of its own window; what goes wrong in it is collected."""
    context = await browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    page = await context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    await page.goto(url)
    return page


async def test_the_main_job_on_a_phone_and_at_a_desk(house: RunningHouse, browser: Browser) -> None:
    errors: list[str] = []
    resident = await page_at(browser, f"{house.url}/", width=360, height=740, errors=errors)
    lawyer = await page_at(browser, f"{house.url}/console/", width=1280, height=800, errors=errors)

    await resident.fill("#text", "老板拖欠我三个月工资怎么办")
    await resident.press("#text", "Enter")
    await resident.click("summary:has-text('法律依据')")
    assert "《中华人民共和国劳动合同法》第三十条" in await resident.inner_text("details")

    await lawyer.fill("[name=username]", "seat01")
    await lawyer.fill("[name=password]", PASSWORD)
    await lawyer.press("[name=password]", "Enter")
    await resident.fill("#text", "转人工")
    await resident.press("#text", "Enter")
    await lawyer.wait_for_selector(".offer")
    await lawyer.keyboard.press("Alt+a")
    await lawyer.fill("#text", "请问工作地点在哪个区？")
    await lawyer.press("#text", "Enter")
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
    page = await page_at(browser, f"{house.url}/", width=360, height=740, errors=errors)
    await page.fill("#text", "你好，在吗")
    await page.click("#send")
    await page.wait_for_selector(".turn:not(.own)")

    await page.reload()

    await page.wait_for_selector(".turn:not(.own)")
    assert await page.locator(".turn.own").count() == 1
    assert errors == []


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1280, 800)])
@pytest.mark.parametrize("path", ["/", "/console/"])
async def test_nothing_sticks_out_sideways(
    house: RunningHouse, browser: Browser, path: str, width: int, height: int
) -> None:
    page = await page_at(browser, house.url + path, width=width, height=height, errors=[])

    assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_quick_exit_leaves_nothing_behind(house: RunningHouse, browser: Browser) -> None:
    page = await page_at(browser, f"{house.url}/", width=360, height=740, errors=[])
    await page.route("https://**", lambda route: route.fulfill(body="neutral"))
    await page.fill("#text", "我的事")
    await page.click("#send")
    await page.wait_for_selector(".turn")

    await page.click("#quick-exit")

    await page.wait_for_url("https://**")
    await page.goto(f"{house.url}/")
    assert await page.evaluate("sessionStorage.getItem('interaction')") is None
