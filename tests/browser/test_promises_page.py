"""A callback and a message on both pages: asked for on a phone, taken at a desk, shut until the resident confirms."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.windows import DESK, PHONE, lawyer_at, resident_at, say
from tests.rig import promises
from tests.rig.house import RunningHouse


async def _asks_for_a_call(page: Page, *, others: str = "nothing") -> None:
    await page.click("#later")
    await page.fill("#promise [name=phone]", promises.PHONE)
    await page.check(f"#promise [name=others][value={others}]")
    await page.check("#promise [name=consent]")
    await page.click("#promise-send")
    await page.wait_for_selector("#promise:not([open])", state="attached")


async def test_a_callback_from_the_wish_to_the_confirmed_talk(house: RunningHouse, browser: Browser) -> None:
    errors: list[str] = []
    resident = await resident_at(browser, house, errors=errors)
    await say(resident, "老板拖欠我三个月工资怎么办")
    await resident.wait_for_selector(".turn:not(.own)")
    await _asks_for_a_call(resident, others="hang_up")
    await resident.wait_for_selector("#place:has-text('138****0000')")

    lawyer = await lawyer_at(browser, house, errors=errors)
    await lawyer.wait_for_selector(".offer:has-text('预约回电'):has-text('138****0000')")
    assert promises.PHONE not in await lawyer.content()
    await lawyer.click(".offer .first")

    await lawyer.wait_for_selector(f".dial:has-text('{promises.PHONE}')")
    assert await lawyer.is_hidden("#log")
    assert "直接挂断" in await lawyer.inner_text("#owed")
    assert await lawyer.is_disabled("#release")
    await lawyer.click("#owed button:has-text('居民本人已确认')")
    await lawyer.wait_for_selector("#log:has-text('拖欠')")
    assert await lawyer.is_enabled("#release")
    assert promises.PHONE not in await resident.content()
    assert errors == []


async def test_what_is_missing_or_refused_is_named_at_its_field(house: RunningHouse, browser: Browser) -> None:
    page = await resident_at(browser, house)
    await page.click("#later")

    await page.click("#promise-send")
    assert "请填写回电号码" in await page.inner_text("#promise-error")
    await page.fill("#promise [name=phone]", "12345")
    await page.check("#promise [name=consent]")
    await page.click("#promise-send")
    await page.wait_for_selector("#promise-error:has-text('不是能回电的号码')")

    assert await page.get_attribute("#promise [name=phone]", "aria-invalid") == "true"
    assert await page.evaluate("document.activeElement.name") == "phone"


async def test_the_dialog_goes_by_keyboard_and_gives_the_focus_back(house: RunningHouse, browser: Browser) -> None:
    page = await resident_at(browser, house, size=DESK)
    await page.focus("#later")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#promise[open]")
    assert await page.evaluate("document.activeElement.name") == "phone"

    await page.keyboard.press("Escape")

    await page.wait_for_selector("#promise:not([open])", state="attached")
    assert await page.evaluate("document.activeElement.id") == "later"


async def test_a_message_is_kept_seen_and_cancelled(house: RunningHouse, browser: Browser) -> None:
    page = await resident_at(browser, house)
    await page.click("#later")
    await page.check("#promise [name=kind][value=message]")
    await page.fill("#promise [name=message]", "请问押金能不能要回来")
    await page.click("#promise-send")
    await page.wait_for_selector("#place:has-text('留言已收到')")
    await page.reload()
    await page.wait_for_selector("#place:has-text('留言已收到')")

    await page.click("#cancel")

    await page.wait_for_selector("#ended:has-text('受理编号')")
    assert await page.is_hidden("#standing")


async def test_who_waits_for_nobody_is_told_and_offered_both(house: RunningHouse, browser: Browser) -> None:
    page = await resident_at(browser, house)
    await say(page, "转人工")

    await page.wait_for_selector(".turn:has-text('没有能接待') button:has-text('留言')", timeout=15_000)
    await page.click(".turn button:has-text('留言')")

    assert await page.is_visible("#promise [name=message]")


async def test_the_offer_is_gone_while_a_lawyer_serves_and_its_dialog_gives_way(
    house: RunningHouse, browser: Browser
) -> None:
    errors: list[str] = []
    page = await resident_at(browser, house, errors=errors)
    await say(page, "转人工")
    await page.click(".turn button:has-text('留言')", timeout=15_000)
    await page.fill("#promise [name=message]", "请问押金能不能要回来")

    lawyer = await lawyer_at(browser, house, errors=errors)
    await lawyer.wait_for_selector(".offer")
    await lawyer.keyboard.press("Alt+a")

    await page.wait_for_selector("#promise:not([open])", state="attached")
    await page.wait_for_selector(".turn:has-text('律师已接入')")
    assert await page.evaluate("document.activeElement.id") == "text"
    await expect(page.locator(".turn .instead")).to_be_hidden()
    await expect(page.locator(".turn:has-text('没有能接待')")).to_be_visible()
    await lawyer.click("#release")
    await page.wait_for_selector("#ended:has-text('受理编号')")
    await expect(page.locator(".turn .instead")).to_be_hidden()
    assert await page.input_value("#promise [name=message]") == "请问押金能不能要回来"
    assert errors == []


@pytest.mark.parametrize("size", [PHONE, DESK, (640, 400)])
async def test_the_dialog_fits_the_window(house: RunningHouse, browser: Browser, size: tuple[int, int]) -> None:
    page = await resident_at(browser, house, size=size)
    await page.click("#later")
    await page.check("#promise [name=when][value=window]")
    await page.select_option("#promise [name=part]", "clock")

    box = await page.locator("#promise").bounding_box()

    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size[0]
    assert box["y"] + box["height"] <= size[1]
    assert await page.evaluate("document.querySelector('#promise').scrollWidth") <= box["width"]


async def test_a_wrong_number_leads_to_a_form_that_says_so(house: RunningHouse, browser: Browser) -> None:
    resident = await resident_at(browser, house)
    await _asks_for_a_call(resident)
    lawyer = await lawyer_at(browser, house)
    await lawyer.click(".offer .first")

    await lawyer.click("#owed button:has-text('号码有误')")

    await lawyer.wait_for_selector("#wrap-up:not([hidden])")
    await lawyer.wait_for_function("document.querySelector('#wrap-up [name=outcome]').value === 'unreachable'")
    assert await lawyer.is_hidden("#owed")
    await resident.wait_for_selector(".turn:has-text('没有联系上')")


async def test_who_came_back_before_the_time_is_answered_in_the_chat(house: RunningHouse, browser: Browser) -> None:
    resident = await resident_at(browser, house)
    await resident.click("#later")
    await resident.fill("#promise [name=phone]", promises.PHONE)
    await resident.check("#promise [name=when][value=window]")
    await resident.select_option("#promise [name=day]", index=2)
    await resident.check("#promise [name=consent]")
    await resident.click("#promise-send")
    await resident.click("#wait-now")
    lawyer = await lawyer_at(browser, house)
    await lawyer.click(".offer .first")

    await lawyer.wait_for_selector("#owed:has-text('此前不要拨打')")

    assert await lawyer.is_visible("#log")
    assert await lawyer.locator("#owed .row button").all_inner_texts() == ["居民已联系上", "无人回应"]
