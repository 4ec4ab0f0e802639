"""The bot the settings ask for; another engine is another branch here."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from bots.content import load_content
from bots.conversation import Conversation
from bots.kept_curve import KeptCurve
from bots.ports import Bot
from bots.retrieval import RetrievalBot
from bots.silence import Silence
from bots.triage import triage
from hotline.settings import Settings
from interactions.clock import Clock


def load_bot(settings: Settings, *, kept_in: Path | None = None) -> Bot:
    """The bot the settings ask for, with its content; raises `ContentUnusable` naming every problem.

    In the folder `kept_in` lies what was fitted at an earlier start.
    """
    # Learns what it listens for, now and not with the first resident's word.
    triage("")
    entries = load_content(settings.bots.content).entries
    if kept_in is None:
        return RetrievalBot(entries, settings=settings.bots)
    kept = KeptCurve(kept_in, content=settings.bots.content)
    bot = RetrievalBot(entries, settings=settings.bots, curve=kept.read())
    kept.write(bot.curve)
    return bot


def fit_once(settings: Settings, *, kept_in: Path) -> None:
    """Fits what no earlier start kept: workers that start together would each fit it, one in the other's way."""
    if KeptCurve(kept_in, content=settings.bots.content).read() is None:
        load_bot(settings, kept_in=kept_in)


def conversation_of(settings: Settings, bot: Bot, *, clock: Clock) -> Conversation:
    """A conversation over `bot`, whichever engine it is, about the content of the settings."""
    zone = ZoneInfo(settings.city.timezone)
    return Conversation(
        bot,
        content=load_content(settings.bots.content),
        silence=Silence(require_signed=settings.bots.require_signed),
        today=lambda: clock.now().astimezone(zone).date(),
    )
