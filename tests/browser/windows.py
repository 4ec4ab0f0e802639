"""Windows as residents and lawyers have them, and the shortest ways to use them."""

from __future__ import annotations

from playwright.async_api import Browser, Page, ViewportSize

from tests.rig.house import PASSWORD, RunningHouse

PHONE, DESK = (360, 740), (1280, 800)


async def page_at(
    browser: Browser,
    url: str,
    *,
    size: tuple[int, int] = DESK,
    errors: list[str] | None = None,
    zone: str | None = None,
) -> Page:
    """A page in a window of its own, of a clock in `zone`; what goes wrong in it is collected in `errors`."""
    viewport: ViewportSize = {"width": size[0], "height": size[1]}
    context = await browser.new_context(viewport=viewport, locale="zh-CN", timezone_id=zone)
    page = await context.new_page()
    told = [] if errors is None else errors
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    await page.goto(url)
    return page


async def resident_at(
    browser: Browser, house: RunningHouse, *, size: tuple[int, int] = PHONE, errors: list[str] | None = None
) -> Page:
    """A resident's page."""
    return await page_at(browser, f"{house.url}/", size=size, errors=errors)


async def lawyer_at(
    browser: Browser, house: RunningHouse, *, username: str = "seat01", errors: list[str] | None = None
) -> Page:
    """A console, signed in."""
    page = await page_at(browser, f"{house.url}/console/", errors=errors)
    await sign_in(page, username=username)
    return page


async def sign_in(page: Page, *, username: str = "seat01") -> None:
    """Signs in at a console's page that shows the form."""
    await page.fill("[name=username]", username)
    await page.fill("[name=password]", PASSWORD)
    await page.press("[name=password]", "Enter")
    await page.wait_for_selector("#status [aria-pressed=true]")


async def say(page: Page, text: str) -> None:
    """Types and presses Enter."""
    await page.fill("#text", text)
    await page.press("#text", "Enter")


async def talk(resident: Page, lawyer: Page, text: str = "转人工") -> None:
    """The resident asks for a person and this lawyer takes it."""
    await say(resident, text)
    await lawyer.wait_for_selector(".offer")
    await lawyer.keyboard.press("Alt+a")
    await lawyer.wait_for_selector(f".turn:has-text('{text}')")
