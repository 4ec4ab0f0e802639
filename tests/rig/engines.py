"""Every engine behind the bot's port, for suites that any of them must pass."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import pytest

from bots.content import load_content
from bots.ports import Bot
from bots.retrieval import RetrievalBot
from bots.settings import BotSettings
from tests.rig.real_rasa import RealRasa

CONTENT = Path(__file__).resolve().parent.parent.parent / "bots" / "faq"
# Another engine is another name here: contract, conversation and hand-over are then tried on it, too.
ENGINES = ("retrieval", "rasa")


@cache
def retrieval() -> Bot:
    """The embedded engine on the real content."""
    return RetrievalBot(load_content(CONTENT).entries, settings=BotSettings())


@asynccontextmanager
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[Bot]:
    """The engine that `request.param` names; Rasa is a real one, on a few entries, running for the whole session."""
    if request.param == "retrieval":
        yield retrieval()
        return
    running: RealRasa = request.getfixturevalue("running_rasa")
    bot = running.bot()
    yield bot
    await bot.close()
