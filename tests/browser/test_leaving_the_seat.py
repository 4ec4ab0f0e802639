"""A lawyer leaves: what is open is listed, done or handed over; without a shift the page says why and tries again."""

from __future__ import annotations

from datetime import timedelta

from playwright.async_api import Browser, Page
from sqlalchemy import select, update

from interactions.tables import account, seat, shift
from tests.browser.windows import lawyer_at, page_at, resident_at, talk
from tests.rig.house import PASSWORD, RunningHouse


async def _logged_in(browser: Browser, house: RunningHouse, username: str) -> Page:
    """The console of somebody who has no seat."""
    page = await page_at(browser, f"{house.url}/console/")
    await page.fill("[name=username]", username)
    await page.fill("[name=password]", PASSWORD)
    await page.press("[name=password]", "Enter")
    return page


async def _sits(house: RunningHouse) -> bool:
    async with house.house.database.read() as connection:
        return await connection.scalar(select(seat.c.account_id).where(seat.c.code == "seat01")) is not None


async def test_a_talk_is_handed_over_with_a_note_and_then_the_lawyer_is_out(
    house: RunningHouse, browser: Browser
) -> None:
    errors: list[str] = []
    resident, lawyer = await resident_at(browser, house), await lawyer_at(browser, house, errors=errors)
    await talk(resident, lawyer)
    await lawyer.fill("#text", "还没写完")

    await lawyer.click("#logout")
    await lawyer.wait_for_selector("#leaving[open]")
    assert await lawyer.locator("#leaving-items li").count() == 2
    await lawyer.click("#leaving-items button:has-text('移交')")
    assert "写明情况" in (await lawyer.text_content("#leaving-error") or "")
    await lawyer.click("#leaving-items button:has-text('清空')")
    await lawyer.wait_for_selector("#leaving-items:not(:has(li + li))")
    await lawyer.fill("#leaving-items textarea", "已看合同，请接着谈 <b>押金</b>")
    await lawyer.click("#leaving-items button:has-text('移交')")

    await lawyer.wait_for_selector("#login:not([hidden])")
    await resident.wait_for_selector(".turn:has-text('正在交接班')")
    assert not await _sits(house)
    assert errors == []


async def test_with_empty_hands_one_click_is_enough(house: RunningHouse, browser: Browser) -> None:
    lawyer = await lawyer_at(browser, house)
    await lawyer.wait_for_selector("#status [aria-pressed=true]")

    await lawyer.click("#logout")

    await lawyer.wait_for_selector("#login:not([hidden])")
    assert not await _sits(house)


async def test_without_papers_or_shift_the_page_says_why_and_signs_in_once_it_may(
    house: RunningHouse, browser: Browser
) -> None:
    ours = update(account).where(account.c.username == "seat01")
    today = house.house.clock.now().date()
    async with house.house.database.unit() as unit:
        await unit.connection.execute(ours.values(trained_on=today - timedelta(days=400)))
    page = await _logged_in(browser, house, "seat01")
    await page.wait_for_selector("#idle-text:has-text('已超过 365 天')")

    async with house.house.database.unit() as unit:
        await unit.connection.execute(ours.values(trained_on=today))
        await unit.connection.execute(update(shift).values(ends_at=house.house.clock.now()))
    await page.click("#sign-in-again")
    await page.wait_for_selector("#idle-text:has-text('没有您的班次')")

    async with house.house.database.unit() as unit:
        await unit.connection.execute(update(shift).values(ends_at=None))
    await page.click("#sign-in-again")
    await page.wait_for_selector("#status [aria-pressed=true]")
    assert await page.locator("#sign-in-again").is_hidden()


async def test_who_was_signed_out_by_somebody_else_comes_back_only_by_hand(
    house: RunningHouse, browser: Browser
) -> None:
    lawyer = await lawyer_at(browser, house)
    await lawyer.wait_for_selector("#status [aria-pressed=true]")
    async with house.house.database.read() as connection:
        account_id = await connection.scalar(select(account.c.account_id).where(account.c.username == "seat01"))
    await house.house.roster.signing_out.sign_out(account_id)

    await lawyer.wait_for_selector("#idle-text:has-text('您已签出该坐席')")
    await lawyer.reload()  # a page opened anew is a lawyer who comes
    await lawyer.wait_for_selector("#status [aria-pressed=true]")


async def test_a_supervisor_finds_the_way_to_the_roster(house: RunningHouse, browser: Browser) -> None:
    page = await _logged_in(browser, house, "supervisor")

    await page.click("#roster-link")
    await page.wait_for_selector(".line.seat")
