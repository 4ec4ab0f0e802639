"""The bot the settings ask for; another engine is another branch here."""

from __future__ import annotations

from pathlib import Path

from bots.faq import load_entries
from bots.kept_curve import KeptCurve
from bots.ports import Bot
from bots.retrieval import RetrievalBot
from hotline.settings import Settings


def load_bot(settings: Settings, *, kept_in: Path | None = None) -> Bot:
    """The bot the settings ask for, with its content; raises `ContentUnusable` naming every problem.

    In the folder `kept_in` lies what was fitted at an earlier start.
    """
    entries = load_entries(settings.bots.content)
    if kept_in is None:
        return RetrievalBot(entries, settings=settings.bots)
    kept = KeptCurve(kept_in, content=settings.bots.content)
    bot = RetrievalBot(entries, settings=settings.bots, curve=kept.read())
    kept.write(bot.curve)
    return bot
