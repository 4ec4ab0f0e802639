"""The content of the repository, read and learnt once for all tests of bots.

What need not hold for every entry is tried on few of them: learning the whole takes seconds.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from bots.faq import Entry, load_entries
from bots.lessons import Lesson, Material
from bots.retrieval import RetrievalBot, load_unanswerable
from bots.settings import BotSettings

CONTENT = Path(__file__).resolve().parent.parent.parent.parent / "bots" / "faq"
FEW = 40


@cache
def entries() -> tuple[Entry, ...]:
    """All entries."""
    return load_entries(CONTENT)


def few() -> tuple[Entry, ...]:
    """Some entries of several matters."""
    return entries()[:: len(entries()) // FEW]


@cache
def lessons() -> tuple[Lesson, ...]:
    """Known questions (of large content a fair share) and every unanswerable one, asked of an index without it."""
    return tuple(Material(entries(), unanswerable=load_unanswerable()).lessons())


@cache
def bot() -> RetrievalBot:
    """The embedded engine with default settings."""
    return RetrievalBot(entries(), settings=BotSettings())
