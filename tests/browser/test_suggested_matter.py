"""The 小结 proposes matters from the resident's words; the lawyer sees that they are proposals, and chooses."""

from __future__ import annotations

from playwright.async_api import Browser

from tests.browser.windows import lawyer_at, resident_at, say
from tests.rig.house import RunningHouse


async def test_proposals_stand_beside_the_matter_and_are_a_click_away(house: RunningHouse, browser: Browser) -> None:
    errors: list[str] = []
    resident, lawyer = await resident_at(browser, house), await lawyer_at(browser, house, errors=errors)
    await say(resident, "我在工地干了四个月，老板没发工资也没签合同，去哪里申请仲裁，要带什么")
    await resident.wait_for_selector(".turn:has-text('转人工')")
    await say(resident, "转人工")
    await resident.wait_for_selector(".turn:has-text('为您找律师')")
    await lawyer.click(".offer button.first")
    await lawyer.click("#release")

    proposals = lawyer.locator("#matter-hint button")
    assert await lawyer.input_value("#wrap-up [name=matter]") == "labour"
    assert await proposals.count() == 3
    assert "请核对" in await lawyer.inner_text("#matter-hint")
    other = proposals.nth(1)
    name = (await other.inner_text()).rpartition(" ")[0]
    await other.click()

    chosen = "document.querySelector('#wrap-up [name=matter]').selectedOptions[0].textContent"
    assert await lawyer.evaluate(chosen) == name
    await lawyer.reload()
    await lawyer.wait_for_selector("#matter-hint button")
    assert await lawyer.evaluate(chosen) == name
    assert errors == []
