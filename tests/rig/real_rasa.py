"""A real Rasa on a few entries: its environment from the cache, its model trained once, its server for one session.

Where it is missing, tests skip on a laptop with what to do; in CI it is made, and what cannot be made fails.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bots.rasa_bot import RasaBot
from bots.settings import BotSettings, RasaSettings
from hotline.rasa.beside import rasa_beside, rasa_folder
from hotline.rasa.environment import kept_environment
from hotline.rasa.errors import NoPython310
from hotline.rasa.models import Content
from hotline.rasa.python310 import find_python310
from interactions.clock import Clock, SystemClock
from tests.rig.servers import missing

FAQ = Path(__file__).resolve().parent.parent / "integration" / "bots" / "faq"
SETTINGS = BotSettings(engine="rasa", content=FAQ)
NOT_INSTALLED = "Rasa is not installed: hotline bots train --environment (2.7 GB, some minutes)"


@dataclass(frozen=True, slots=True)
class RealRasa:
    """A running server and what it took to have it."""

    settings: BotSettings
    home: Path
    steps: tuple[str, ...]

    def bot(self, *, clock: Clock | None = None, **rasa: object) -> RasaBot:
        """A bot on it, patient by default; close it after use."""
        content = _content()
        chosen = self.settings.rasa.model_copy(update={"answer_s": 60.0, **rasa})
        return RasaBot(
            content.entries,
            settings=self.settings.model_copy(update={"rasa": chosen}),
            unanswerable=content.unanswerable,
            content=content.digest,
            clock=clock or SystemClock(),
        )


@cache
def _content() -> Content:
    return Content.of(FAQ)


def require_rasa() -> None:
    """Skips or fails where there is no Rasa to test with."""
    if kept_environment(rasa_folder(SETTINGS)) is not None:
        return
    try:
        find_python310()
    except NoPython310 as absent:
        missing(absent.message)
    if not os.environ.get("CI"):
        missing(NOT_INSTALLED)


@contextmanager
def real_rasa(home: Path) -> Iterator[RealRasa]:
    """One that runs inside the block, on a loop of its own: tests have theirs."""
    require_rasa()
    steps: list[str] = []

    @contextmanager
    def working(what: str) -> Iterator[None]:
        steps.append(what)
        yield

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    beside = rasa_beside(SETTINGS, home=home, working=working)
    try:
        reached: RasaSettings = asyncio.run_coroutine_threadsafe(beside.__aenter__(), loop).result()
        yield RealRasa(SETTINGS.model_copy(update={"rasa": reached}), home, tuple(steps))
        asyncio.run_coroutine_threadsafe(beside.__aexit__(None, None, None), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
