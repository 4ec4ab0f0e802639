"""The days a callback may be asked for are the city's, in whatever zone the browser is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.async_api import Browser

from tests.browser.windows import page_at, say
from tests.rig import promises
from tests.rig.house import RunningHouse
from tests.rig.promises import ZONE


def _later(house: RunningHouse, days: int) -> date:
    return house.house.clock.now().astimezone(ZONE).date() + timedelta(days=days)


# At any moment it is another day than the city's in one of them.
@pytest.mark.parametrize("zone", ["Pacific/Pago_Pago", "Pacific/Kiritimati"])
async def test_the_days_are_the_citys(house: RunningHouse, browser: Browser, zone: str) -> None:
    errors: list[str] = []
    page = await page_at(browser, f"{house.url}/", errors=errors, zone=zone)
    await say(page, "你好")
    await page.wait_for_selector(".turn:not(.own)")
    before = _later(house, 3)

    await page.click("#later")
    named = (await page.locator("#promise [name=day] option").all_inner_texts())[3]

    assert named.split("（")[0] in {f"{day.month}月{day.day}日" for day in (before, _later(house, 3))}
    await page.fill("#promise [name=phone]", promises.PHONE)
    await page.check("#promise [name=when][value=window]")
    await page.select_option("#promise [name=day]", index=3)
    await page.check("#promise [name=consent]")
    await page.click("#promise-send")
    await page.wait_for_selector(f"#place:has-text('{named} 14:00–18:00')")
    assert errors == []
