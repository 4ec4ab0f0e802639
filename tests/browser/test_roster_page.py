"""The supervisors' roster: gaps in red, shifts by hand, seats signed out, names as text, on a desk and on a phone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import Browser, Page
from sqlalchemy import delete, select, update

from interactions.tables import account, seat, shift
from tests.browser.windows import DESK, PHONE, lawyer_at, page_at, resident_at, talk
from tests.rig.house import PASSWORD, RunningHouse

HOSTILE = "<img src=x onerror=\"document.title='坏'\">"


async def roster_at(
    browser: Browser, house: RunningHouse, *, username: str = "supervisor", size: tuple[int, int] = DESK
) -> tuple[Page, list[str]]:
    """The page, logged in, and what went wrong in it."""
    errors: list[str] = []
    page = await page_at(browser, f"{house.url}/roster/", size=size, errors=errors)
    await page.wait_for_selector("#login:not([hidden])")
    # Asking who is there is answered with 401 before anybody is.
    errors.clear()
    await page.fill("[name=username]", username)
    await page.fill("[name=password]", PASSWORD)
    await page.press("[name=password]", "Enter")
    return page, errors


async def test_gaps_are_shown_and_a_shift_is_added_changed_and_cancelled_by_keyboard(
    house: RunningHouse, browser: Browser
) -> None:
    async with house.house.database.unit() as unit:
        await unit.connection.execute(delete(shift))
        await unit.connection.execute(
            update(account).where(account.c.username == "seat01").values(display_name=HOSTILE)
        )
    page, errors = await roster_at(browser, house)
    await page.wait_for_selector(".line.seat")
    assert "个小时人手不足" in (await page.text_content("#coverage-told") or "")
    assert await page.locator(".cell.short").count() > 0
    assert await page.locator(".line.seat").count() == 15

    await page.focus("#add")
    await page.keyboard.press("Enter")
    await page.select_option("#shift-form [name=seat]", "seat02")
    await page.select_option("#shift-form [name=lawyer]", "seat01")
    await page.focus("#shift-form button[value=save]")
    await page.keyboard.press("Enter")
    bar = page.locator(".shift.hand")
    await bar.first.wait_for()
    assert HOSTILE in (await bar.first.text_content() or "")
    assert await page.title() == "排班"

    await bar.first.focus()
    await page.keyboard.press("Enter")
    await page.click("#cancel-shift")
    assert "取消原因" in (await page.text_content("#shift-error") or "")
    await page.fill("#shift-form [name=reason]", "病假")
    await page.click("#cancel-shift")
    await page.wait_for_selector(".shift", state="detached")
    async with house.house.database.read() as connection:
        assert (await connection.execute(select(shift))).all() == []
    assert errors == []


async def test_two_at_once_are_refused_in_the_form(house: RunningHouse, browser: Browser) -> None:
    page, _ = await roster_at(browser, house)
    await page.wait_for_selector(".line.seat")
    await page.click("#add")
    await page.click("#shift-form button[value=save]")

    await page.wait_for_selector("#shift-error:has-text('已有别的班次')")
    assert await page.locator("dialog[open]").count() == 1


async def test_a_seat_is_signed_out_with_a_note(house: RunningHouse, browser: Browser) -> None:
    resident, lawyer = await resident_at(browser, house), await lawyer_at(browser, house)
    await talk(resident, lawyer)
    page, _ = await roster_at(browser, house)
    await page.click("#now button:has-text('签出')")
    await page.fill("#force-form [name=note]", "律师突发不适，请接着谈")
    await page.click("#force-form button[value=force]")

    await page.wait_for_selector("#toast:has-text('已签出')")
    await resident.wait_for_selector(".turn:has-text('正在交接班')")
    async with house.house.database.read() as connection:
        assert await connection.scalar(select(seat.c.account_id).where(seat.c.code == "seat01")) is None


async def test_who_does_not_keep_the_roster_is_told_so(house: RunningHouse, browser: Browser) -> None:
    page, _ = await roster_at(browser, house, username="seat01")

    await page.wait_for_selector("#login-error:has-text('不管理排班')")
    assert await page.locator("#desk").is_hidden()


@pytest.mark.parametrize("size", [DESK, PHONE])
async def test_nothing_runs_over_the_edge(house: RunningHouse, browser: Browser, size: tuple[int, int]) -> None:
    async with house.house.database.unit() as unit:
        ends = house.house.clock.now() + timedelta(hours=5)
        await unit.connection.execute(update(shift).values(ends_at=ends))
    page, errors = await roster_at(browser, house, size=size)
    await page.wait_for_selector(".shift")

    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.locator(".shift").first.click()
    assert await page.evaluate("document.querySelector('#shift').getBoundingClientRect().right <= innerWidth")
    assert errors == []
