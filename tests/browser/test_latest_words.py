"""The latest words stay in sight: as the keyboard opens, as a place is told above them, as the page comes back."""

from __future__ import annotations

from playwright.async_api import Browser, Page

from tests.browser.windows import PHONE, resident_at, say
from tests.rig.house import RunningHouse

LONG = "\n".join(f"第{number}件事：老板拖欠工资" for number in range(1, 30))
# After two frames what a change of size brings about has been done.
_BELOW = """() => new Promise((told) => requestAnimationFrame(() => requestAnimationFrame(() => {
  const log = document.querySelector("#log");
  told(log.scrollHeight - log.scrollTop - log.clientHeight);
})))"""


async def _asked_for_a_lawyer(house: RunningHouse, browser: Browser) -> Page:
    page = await resident_at(browser, house)
    await say(page, LONG)
    await page.wait_for_selector(".turn:not(.own)")
    await say(page, "转人工")
    await page.wait_for_selector(".turn .instead", timeout=15_000)
    return page


async def _below(page: Page) -> float:
    return float(await page.evaluate(_BELOW))


async def test_the_latest_words_stay_in_sight(house: RunningHouse, browser: Browser) -> None:
    page = await _asked_for_a_lawyer(house, browser)
    assert await _below(page) < 2

    await page.set_viewport_size({"width": PHONE[0], "height": 420})
    assert await _below(page) < 2

    await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    await page.reload()
    await page.wait_for_selector(".turn .instead:visible")
    assert await _below(page) < 2


async def test_who_reads_further_up_stays_there(house: RunningHouse, browser: Browser) -> None:
    page = await _asked_for_a_lawyer(house, browser)
    await page.evaluate("document.querySelector('#log').scrollTop = 0")

    await page.set_viewport_size({"width": PHONE[0], "height": 420})

    assert await _below(page) > 200
    assert await page.evaluate("document.querySelector('#log').scrollTop") == 0
