"""The bot the settings ask for; another engine is another branch here."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

from bots.changed_statutes import load_changed
from bots.content import load_content
from bots.conversation import Conversation
from bots.kept_curve import KeptCurve
from bots.ports import Bot
from bots.retrieval import RetrievalBot
from bots.silence import Silence
from bots.suggestion import ContentSuggester, Suggester
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
    with _alone(kept_in):
        bot = RetrievalBot(entries, settings=settings.bots, curve=kept.read())
        kept.write(bot.curve)
    return bot


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Workers that find new content at the same time fit it one after the other: the first fits, the others find it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".fitting").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def fit_once(settings: Settings, *, kept_in: Path) -> None:
    """Fits what no earlier start kept: workers that start together would each fit it, one in the other's way."""
    if KeptCurve(kept_in, content=settings.bots.content).read() is None:
        load_bot(settings, kept_in=kept_in)


def silence_of(settings: Settings) -> Silence:
    """What keeps entries from answering, as the settings and the list of changed statutes have it."""
    asked = settings.bots.require_signed
    required = settings.environment == "production" if asked is None else asked
    return Silence(require_signed=required, changed=load_changed(settings.bots.changed_statutes))


def conversation_of(settings: Settings, bot: Bot, *, clock: Clock) -> Conversation:
    """A conversation over `bot`, whichever engine it is, about the content of the settings."""
    zone = ZoneInfo(settings.city.timezone)
    return Conversation(
        bot,
        content=load_content(settings.bots.content),
        silence=silence_of(settings),
        today=lambda: clock.now().astimezone(zone).date(),
    )


def suggester_of(settings: Settings) -> Suggester:
    """Knows matters by the content of the settings."""
    return ContentSuggester(load_content(settings.bots.content).entries)
