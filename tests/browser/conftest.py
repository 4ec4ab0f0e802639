"""A running house and the Chromium of this machine."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright

from tests.rig.house import RunningHouse, running_house, settings
from tests.rig.servers import missing

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture
async def house(postgres_url: str, redis_url: str) -> AsyncIterator[RunningHouse]:
    """The whole application; a lawyer may take three at once."""
    chosen = settings(HOTLINE_ROUTING__RAMP_UP="{cap: 3, step_s: 60}")
    async with running_house(postgres_url, redis_url, chosen=chosen) as running:
        yield running


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """The Chromium of this machine."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        missing("no Chromium on the PATH")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield started
        await started.close()
