"""The console by keyboard and ear: offers call, nothing happens by accident, mistakes are named, no way is barred."""

from __future__ import annotations

import asyncio

from playwright.async_api import Browser, WebSocket

from tests.browser.windows import lawyer_at, page_at, resident_at, say, sign_in, talk
from tests.rig.house import PASSWORD, RunningHouse, running_house, settings


async def test_an_offer_shows_in_the_title_and_declining_takes_a_choice_of_reason(
    house: RunningHouse, browser: Browser
) -> None:
    resident, lawyer = await resident_at(browser, house), await lawyer_at(browser, house)
    await say(resident, "转人工")

    await lawyer.wait_for_selector(".offer")
    assert "待接入" in await lawyer.title()
    await lawyer.focus(".declines summary")
    await lawyer.keyboard.press("Enter")
    await lawyer.keyboard.press("Tab")
    await lawyer.keyboard.press("ArrowDown")
    assert await lawyer.locator(".offer").count() == 1
    await lawyer.click(".declines button:has-text('暂时不便')")

    await lawyer.wait_for_selector(".offer", state="detached")
    assert "待接入" not in await lawyer.title()


async def test_focus_stays_where_it_is_while_words_come_in(house: RunningHouse, browser: Browser) -> None:
    first, second = await resident_at(browser, house), await resident_at(browser, house)
    lawyer = await lawyer_at(browser, house)
    await talk(first, lawyer)
    await say(second, "转人工")
    await lawyer.focus(".offer button.first")

    await say(first, "补充一句")
    await lawyer.wait_for_selector(".turn:has-text('补充一句')")

    assert await lawyer.evaluate("document.activeElement.textContent") == "接听"
    await lawyer.focus("#text")
    await say(first, "再补充一句")
    await lawyer.wait_for_selector(".turn:has-text('再补充一句')")
    assert await lawyer.evaluate("document.activeElement.id") == "text"


async def test_whoever_takes_an_offer_may_write_at_once(house: RunningHouse, browser: Browser) -> None:
    resident, lawyer = await resident_at(browser, house), await lawyer_at(browser, house)
    await talk(resident, lawyer)

    await lawyer.keyboard.type("您好")
    await lawyer.keyboard.press("Enter")

    await resident.wait_for_selector(".turn:has-text('您好')")


async def test_what_is_missing_in_the_form_is_named_and_focused(house: RunningHouse, browser: Browser) -> None:
    resident, lawyer = await resident_at(browser, house), await lawyer_at(browser, house)
    await talk(resident, lawyer)
    await lawyer.click("#release")

    await lawyer.click("#wrap-up .row button")

    assert await lawyer.inner_text("#wrap-up-error") == "请填写：居民所在区、诉求类型、办理结果、小结"
    assert await lawyer.evaluate("document.activeElement.name") == "district"


async def test_what_the_server_refuses_in_the_form_is_named_and_nothing_typed_is_gone(
    house: RunningHouse, browser: Browser
) -> None:
    resident, lawyer = await resident_at(browser, house), await lawyer_at(browser, house)
    await talk(resident, lawyer)
    await lawyer.click("#release")
    for name, code in (("district", "120104"), ("request_kind", "consultation"), ("outcome", "answered")):
        await lawyer.select_option(f"[name={name}]", code)
    await lawyer.fill("[name=summary]", "写了很久的小结")
    await lawyer.evaluate("document.querySelector('[name=matter]').selectedOptions[0].value = 'nowhere'")

    await lawyer.click("#wrap-up .row button")

    await lawyer.wait_for_selector("#wrap-up-error:has-text('咨询类别：不在代码表中')")
    assert await lawyer.input_value("[name=summary]") == "写了很久的小结"


async def test_all_fields_of_the_form_reach_the_record(house: RunningHouse, browser: Browser) -> None:
    resident, lawyer = await resident_at(browser, house), await lawyer_at(browser, house)
    await talk(resident, lawyer)
    await lawyer.click("#release")
    chosen = {"district": "120104", "request_kind": "consultation", "outcome": "answered", "place_district": "120101"}
    await lawyer.click("#wrap-up summary")
    for name, code in {**chosen, "aid_informed": "true"}.items():
        await lawyer.select_option(f"[name={name}]", code)
    for name in ("summary", "street", "other_party"):
        await lawyer.fill(f"[name={name}]", f"{name} 的内容")
    await lawyer.check("[name=kinds][value=legal_aid]")
    await lawyer.check("[name=caller_groups][value=migrant_worker]")
    await lawyer.click("#wrap-up .row button")
    await lawyer.wait_for_selector("#idle:not([hidden])")

    form = await lawyer.evaluate(
        """async () => {
            const headers = { Authorization: `Bearer ${JSON.parse(sessionStorage.getItem("console-token"))}` };
            const list = await (await fetch("/api/interactions", { headers })).json();
            const id = list.interactions[0].interaction_id;
            const record = await (await fetch(`/api/interactions/${id}`, { headers })).json();
            return record.events.find((one) => one.kind === "interaction.classified").body;
        }"""
    )
    assert (form["kinds"], form["caller_groups"], form["aid_informed"]) == (["legal_aid"], ["migrant_worker"], True)
    assert (form["place_district"], form["street"]) == ("120101", "street 的内容")
    assert (form["summary"], form["other_party"]) == ("summary 的内容", "other_party 的内容")


async def test_a_wrong_password_and_a_role_without_a_seat_are_told(house: RunningHouse, browser: Browser) -> None:
    page = await page_at(browser, f"{house.url}/console/")
    await page.fill("[name=username]", "analyst")
    await page.fill("[name=password]", "wrong")
    await page.press("[name=password]", "Enter")
    await page.wait_for_selector("#login-error:has-text('用户名或密码不正确')")

    await page.fill("[name=password]", PASSWORD)
    await page.press("[name=password]", "Enter")

    await page.wait_for_selector("#idle-text:has-text('没有坐席')")


async def test_each_side_sees_that_the_other_types(house: RunningHouse, browser: Browser) -> None:
    resident, lawyer = await resident_at(browser, house), await lawyer_at(browser, house)
    await talk(resident, lawyer)
    await resident.wait_for_selector("#place:has-text('正在为您服务')")

    await resident.type("#text", "我想")
    await lawyer.wait_for_selector(".typing:not([hidden])")
    await lawyer.type("#text", "请")
    await resident.wait_for_selector("#typing:not([hidden])")
    await resident.fill("#text", "")
    await lawyer.wait_for_selector(".typing:not([hidden])", state="detached")
    await say(lawyer, "请讲")

    await resident.wait_for_selector(".turn:has-text('请讲')")
    assert not await resident.is_visible("#typing")


async def test_hostile_words_are_words_on_both_pages(house: RunningHouse, browser: Browser) -> None:
    errors: list[str] = []
    resident = await resident_at(browser, house, errors=errors)
    lawyer = await lawyer_at(browser, house, errors=errors)
    words = "<img src=x onerror=alert(1)> \u202e倒 <script>alert(1)</script> 转人工"
    await talk(resident, lawyer, "转人工")
    await say(resident, words)
    await lawyer.wait_for_selector(".turn:has-text('onerror')")
    await say(lawyer, words)
    await resident.wait_for_selector(".turn:not(.own):has-text('onerror')")

    for page in (resident, lawyer):
        assert await page.locator(".turn img, .turn script").count() == 0
    assert errors == []


async def test_the_page_answers_beats_and_keeps_its_socket(postgres_url: str, redis_url: str, browser: Browser) -> None:
    chosen = settings(HOTLINE_AGENTS__CONSOLE__BEAT_S="1")
    async with running_house(postgres_url, redis_url, chosen=chosen) as house:
        beats, closed = asyncio.Semaphore(0), asyncio.Event()
        page = await page_at(browser, f"{house.url}/console/")

        def watch(socket: WebSocket) -> None:
            socket.on("framereceived", lambda frame: beats.release() if '"beat"' in str(frame) else None)
            socket.on("close", lambda _: closed.set())

        page.on("websocket", watch)
        await sign_in(page)

        # Each further beat says that the one before was answered in time.
        async with asyncio.timeout(30):
            for _ in range(4):
                await beats.acquire()
        assert not closed.is_set()
