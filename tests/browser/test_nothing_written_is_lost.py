"""Words that somebody wrote: kept over breaks and reloads, never sent to another, never gone without a reason."""

from __future__ import annotations

from playwright.async_api import Browser, WebSocketRoute

from tests.browser.windows import lawyer_at, resident_at, say, sign_in, talk
from tests.rig.house import RunningHouse


async def test_what_is_sent_while_the_network_is_away_arrives_once(house: RunningHouse, browser: Browser) -> None:
    page = await resident_at(browser, house)
    await say(page, "你好")
    await page.wait_for_selector(".turn:not(.own)")
    await page.context.set_offline(True)
    await page.wait_for_selector("#connection:not([hidden])")

    await say(page, "断网时写的")
    assert await page.locator(".turn.pending").count() == 1
    await page.context.set_offline(False)

    await page.wait_for_selector("#connection", state="hidden")
    await page.wait_for_selector(".turn.own:not(.pending):has-text('断网时写的')")
    assert await page.locator(".turn:has-text('断网时写的')").count() == 1


async def test_what_was_written_or_not_yet_sent_survives_a_reload(house: RunningHouse, browser: Browser) -> None:
    answering = False

    def route(socket: WebSocketRoute) -> None:
        if answering:
            socket.connect_to_server()

    page = await resident_at(browser, house)
    await page.route_web_socket("**/chat/ws", route)
    await page.reload()
    await say(page, "服务器没有回答")
    await page.fill("#text", "还没写完")

    answering = True
    await page.reload()

    await page.wait_for_selector(".turn.own:not(.pending):has-text('服务器没有回答')")
    assert await page.input_value("#text") == "还没写完"


async def test_refused_words_stay_with_the_reason_and_go_back_into_the_box(
    house: RunningHouse, browser: Browser
) -> None:
    page = await resident_at(browser, house)
    await say(page, "铃\u0007响")
    await page.wait_for_selector(".turn.failed:has-text('控制字符')")
    await page.fill("#text", "已经在写下一句")

    await page.click(".turn.failed button")

    assert await page.input_value("#text") == "已经在写下一句\n铃\u0007响"
    assert await page.locator(".turn.failed").count() == 0


async def test_a_draft_and_a_half_filled_form_stay_with_their_resident(house: RunningHouse, browser: Browser) -> None:
    first, second = await resident_at(browser, house), await resident_at(browser, house)
    lawyer = await lawyer_at(browser, house)
    await talk(first, lawyer, "转人工，第一位")
    await lawyer.fill("#text", "只给第一位")
    await talk(second, lawyer, "转人工，第二位")

    assert await lawyer.input_value("#text") == ""
    await lawyer.click("#release")
    await lawyer.fill("[name=summary]", "第二位的小结")
    await lawyer.keyboard.press("Alt+1")
    assert await lawyer.input_value("#text") == "只给第一位"
    await lawyer.click("#release")
    assert await lawyer.input_value("[name=summary]") == ""
    await lawyer.reload()
    await lawyer.wait_for_selector("#tabs button")
    await lawyer.keyboard.press("Alt+2")

    assert await lawyer.input_value("[name=summary]") == "第二位的小结"


async def test_somebody_else_who_signs_in_sends_nothing_of_the_one_before(
    house: RunningHouse, browser: Browser
) -> None:
    resident, lawyer = await resident_at(browser, house), await lawyer_at(browser, house)
    await talk(resident, lawyer)
    await lawyer.fill("#text", "前一位的草稿")
    await lawyer.evaluate("sessionStorage.removeItem('console-token')")
    await lawyer.reload()

    await sign_in(lawyer, username="seat02")

    assert await lawyer.evaluate("sessionStorage.getItem('console-drafts')") in (None, "{}")
