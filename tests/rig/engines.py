"""Every engine behind the bot's port, for suites that any of them must pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from bots.content import load_content
from bots.ports import Bot
from bots.retrieval import RetrievalBot
from bots.settings import BotSettings

CONTENT = Path(__file__).resolve().parent.parent.parent / "bots" / "faq"


@cache
def retrieval() -> Bot:
    """The embedded engine on the real content."""
    return RetrievalBot(load_content(CONTENT).entries, settings=BotSettings())


# A second engine is another line here: contract, conversation and hand-over are then tried on it, too.
ENGINES: Mapping[str, Callable[[], Bot]] = {"retrieval": retrieval}
