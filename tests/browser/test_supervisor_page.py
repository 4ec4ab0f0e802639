"""A supervisor at the console: what is open, what is said, and what is done by hand; names of parties on both pages."""

from __future__ import annotations

from playwright.async_api import Browser, Page

from tests.browser.windows import lawyer_at, page_at, resident_at, say, talk
from tests.rig.house import PASSWORD, RunningHouse


async def test_listening_whispering_joining_and_taking_over(house: RunningHouse, browser: Browser) -> None:
    resident, lawyer = await resident_at(browser, house), await lawyer_at(browser, house)
    await talk(resident, lawyer)
    supervisor = await supervisor_at(browser, house)

    await supervisor.click("#open-list .tab")
    await supervisor.wait_for_selector("#watched-log .turn:has-text('转人工')")
    await say(resident, "还有一个 <b>问题</b>")
    await supervisor.wait_for_selector("#watched-log .turn:has-text('还有一个 <b>问题</b>')")
    await supervisor.fill("#by-hand-text", "请先问证据")
    await supervisor.click("#whisper")
    await lawyer.wait_for_selector(".turn.note:has-text('请先问证据')")
    await supervisor.fill("#by-hand-text", "我是值班班长")
    await supervisor.click("#join")
    await resident.wait_for_selector(".turn:has-text('我是值班班长')")
    await supervisor.click("#take-over")

    await lawyer.wait_for_selector("#toast:has-text('已由班长接管')")
    await supervisor.wait_for_selector("#talk:not([hidden])")
    await say(supervisor, "我来继续")
    await resident.wait_for_selector(".turn:has-text('我来继续')")
    assert "请先问证据" not in await resident.inner_text("body")


async def test_names_given_by_both_sides_warn_the_lawyer_and_close_the_form(
    house: RunningHouse, browser: Browser
) -> None:
    first, lawyer = await resident_at(browser, house), await lawyer_at(browser, house)
    await talk(first, lawyer)
    await lawyer.click("#parties")
    await lawyer.fill("#parties-form [name=own]", "天津海河劳务有限公司")
    await lawyer.fill("#parties-form [name=other]", "周小河")
    await lawyer.keyboard.press("Enter")
    await lawyer.wait_for_selector("#parties-dialog[open]", state="detached")
    second = await resident_at(browser, house)
    await say(second, "转人工")
    await lawyer.wait_for_selector(".offer")
    await lawyer.keyboard.press("Alt+a")
    await second.wait_for_selector("#parties:not([hidden])")

    await second.click("#parties summary")
    await second.fill("#parties-form [name=own]", "周小河")
    await second.fill("#parties-form [name=other]", "天津海河劳务公司")
    await second.click("#parties-form button")

    await second.wait_for_selector("#parties", state="hidden")
    await lawyer.wait_for_selector("#conflict:has-text('请转接给其他律师')")


async def supervisor_at(browser: Browser, house: RunningHouse) -> Page:
    """A supervisor's console, signed in."""
    page = await page_at(browser, f"{house.url}/console/")
    await page.fill("[name=username]", "supervisor")
    await page.fill("[name=password]", PASSWORD)
    await page.press("[name=password]", "Enter")
    await page.wait_for_selector("#open-list .tab")
    return page
