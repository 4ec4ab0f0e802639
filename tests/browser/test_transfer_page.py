"""Handing a talk on in the console: the dialog by keyboard, the card at the other seat, the way back."""

from __future__ import annotations

from playwright.async_api import Browser, Page

from tests.browser.windows import lawyer_at, resident_at, talk
from tests.rig.house import RunningHouse


async def test_a_talk_is_handed_on_by_keyboard_alone(house: RunningHouse, browser: Browser) -> None:
    resident, lawyer, other = await _three(house, browser)

    await lawyer.focus("#transfer")
    await lawyer.keyboard.press("Enter")
    await lawyer.wait_for_selector("#transfer-dialog[open] option[value=seat02]", state="attached")
    await lawyer.keyboard.press("ArrowDown")
    await lawyer.keyboard.press("Tab")
    await lawyer.select_option("#transfer-form [name=seat]", "seat02")
    await lawyer.keyboard.press("Tab")
    await lawyer.keyboard.type("涉及 <b>抚养费</b>")
    await lawyer.keyboard.press("Tab")
    await lawyer.keyboard.press("Enter")

    await lawyer.wait_for_selector("#moving:has-text('正在转接给02号坐席')")
    await other.wait_for_selector(".from-seat:has-text('01号坐席 转来')")
    assert "涉及 <b>抚养费</b>" in await other.inner_text(".offer")
    await other.keyboard.press("Alt+a")
    await lawyer.wait_for_selector("#toast:has-text('已由其他律师接手')")
    await lawyer.wait_for_selector("#idle:not([hidden])")
    await other.wait_for_selector(".turn.note:has-text('转接说明')")
    await resident.wait_for_selector(".turn:has-text('已转接给02号坐席')")
    assert "抚养费" not in await resident.inner_text("body")


async def test_a_refusal_and_a_cancel_leave_the_talk_where_it_was(house: RunningHouse, browser: Browser) -> None:
    _, lawyer, other = await _three(house, browser)
    await _to_seat(lawyer, "seat02")
    await other.wait_for_selector(".from-seat")
    await lawyer.click("#cancel-transfer")
    await other.wait_for_selector(".offer", state="detached")
    await lawyer.wait_for_selector("#toast:has-text('已取消转接')")

    await _to_seat(lawyer, "seat02")
    await other.click(".declines summary")
    await other.click(".declines button:has-text('暂时不便')")

    await lawyer.wait_for_selector("#toast:has-text('没有律师能接手，仍由您继续服务')")
    assert await lawyer.is_visible("#transfer")
    assert not await lawyer.is_visible("#moving")


async def test_what_is_missing_in_the_dialog_is_named(house: RunningHouse, browser: Browser) -> None:
    _, lawyer, _ = await _three(house, browser)
    await lawyer.click("#transfer")
    await lawyer.check("[name=kind][value=seat]")

    await lawyer.click("#transfer-form .first")

    assert await lawyer.inner_text("#transfer-error") == "请选择坐席"
    assert await lawyer.evaluate("document.activeElement.name") == "seat"
    await lawyer.keyboard.press("Escape")
    assert await lawyer.evaluate("document.activeElement.id") == "transfer"


async def _three(house: RunningHouse, browser: Browser) -> tuple[Page, Page, Page]:
    """A resident with the lawyer of seat 1; seat 2 is free."""
    resident, lawyer = await resident_at(browser, house), await lawyer_at(browser, house)
    await talk(resident, lawyer)
    return resident, lawyer, await lawyer_at(browser, house, username="seat02")


async def _to_seat(lawyer: Page, code: str) -> None:
    await lawyer.click("#transfer")
    await lawyer.check("[name=kind][value=seat]")
    await lawyer.wait_for_selector(f"#transfer-dialog option[value={code}]", state="attached")
    await lawyer.select_option("#transfer-form [name=seat]", code)
    await lawyer.click("#transfer-form .first")
    await lawyer.wait_for_selector("#moving:not([hidden])")
