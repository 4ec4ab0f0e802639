"""What both pages show and do while the service is away, or there and unable to store a word."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.async_api import Browser, Page, WebSocketRoute

from tests.browser.windows import DESK, PHONE, page_at, say, sign_in, talk
from tests.rig.crews import serving, workers_of
from tests.rig.house import RunningHouse
from tests.rig.service import Service

AGAIN = "#connection:has-text('正在重新连接')"


class Refusing:
    """Stands between a page and the service; `on`: no command can be stored."""

    def __init__(self) -> None:
        self.on = False
        self.refused: list[dict[str, Any]] = []

    def route(self, page_side: WebSocketRoute) -> None:
        """Takes one socket of the page."""
        service_side = page_side.connect_to_server()

        def told(message: str | bytes) -> None:
            frame = json.loads(message)
            if self.on and "client_id" in frame:
                self.refused.append(frame)
                error = {"type": "error", "code": "unavailable", "message": "稍后再试", "client_id": frame["client_id"]}
                page_side.send(json.dumps(error))
            else:
                service_side.send(message)

        page_side.on_message(told)


@pytest.fixture
async def service(tmp_path: Path, postgres_url: str, redis_url: str) -> AsyncIterator[Service]:
    """An instance with two workers."""
    async with serving(tmp_path, database=postgres_url, redis=redis_url, workers=2) as running:
        yield running


async def _both(browser: Browser, url: str) -> tuple[Page, Page]:
    """A resident on a phone and the lawyer who talks with them at a desk."""
    resident = await page_at(browser, f"{url}/", size=PHONE)
    lawyer = await page_at(browser, f"{url}/console/", size=DESK)
    await sign_in(lawyer)
    await talk(resident, lawyer)
    await resident.wait_for_selector("#place:has-text('正在为您服务')")
    return resident, lawyer


async def test_every_worker_killed_both_pages_say_so_and_go_on_where_they_were(
    service: Service, browser: Browser
) -> None:
    resident, lawyer = await _both(browser, service.url)
    assert service.process is not None
    parent = psutil.Process(service.process.pid)

    # Whoever would start them again has to wait, too.
    parent.suspend()
    for worker in workers_of(service):
        worker.kill()
    await resident.wait_for_selector(AGAIN)
    await lawyer.wait_for_selector(AGAIN)
    await say(resident, "断开时写的")
    await lawyer.fill("#text", "断开时写的回复")
    assert await resident.locator(".turn.pending").count() == 1
    assert await lawyer.is_disabled("#send")
    parent.resume()

    await lawyer.wait_for_selector(".turn:has-text('断开时写的')")
    await resident.wait_for_selector(".turn.own:not(.pending):has-text('断开时写的')")
    await lawyer.click("#send")
    await resident.wait_for_selector(".turn:has-text('断开时写的回复')")
    for page in (resident, lawyer):
        assert await page.locator(AGAIN).count() == 0 or await page.is_hidden(AGAIN)
        assert await page.locator(".turn:has-text('断开时写的')").count() == 2


@pytest.mark.parametrize("side", ["resident", "lawyer"])
async def test_words_that_could_not_be_stored_are_sent_again_under_the_same_id(
    house: RunningHouse, browser: Browser, side: str
) -> None:
    pages = dict(zip(("resident", "lawyer"), await _both(browser, house.url), strict=True))
    mine, other = pages.pop(side), pages.popitem()[1]
    refusing = Refusing()
    await mine.route_web_socket("**/ws", refusing.route)
    await mine.reload()
    await mine.wait_for_selector(".turn:has-text('转人工')")
    await mine.wait_for_selector("#send:enabled")

    refusing.on = True
    await say(mine, "存不下来的话")
    await mine.wait_for_selector(AGAIN)
    assert await mine.locator(".turn.pending:has-text('存不下来的话')").count() == 1
    refusing.on = False

    await other.wait_for_selector(".turn:has-text('存不下来的话')")
    await mine.wait_for_selector(".turn:not(.pending):has-text('存不下来的话')")
    await mine.wait_for_selector(AGAIN, state="hidden")
    assert len({frame["client_id"] for frame in refusing.refused}) == 1
    assert await other.locator(".turn:has-text('存不下来的话')").count() == 1
