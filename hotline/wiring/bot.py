"""The bot the settings ask for; another engine is another branch here."""

from __future__ import annotations

import fcntl
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

from bots.changed_statutes import load_changed
from bots.content import load_content
from bots.conversation import Conversation
from bots.faq import Entry
from bots.kept_curve import KeptCurve
from bots.ports import Bot
from bots.rasa_bot import RasaBot
from bots.retrieval import RetrievalBot, load_unanswerable
from bots.settings import BotSettings
from bots.silence import Silence
from bots.stand_in import StandIn
from bots.suggestion import ContentSuggester, Suggester
from bots.triage import triage
from hotline.rasa.beside import rasa_beside
from hotline.rasa.models import model_digest
from hotline.rasa.steps import Working, silently
from hotline.settings import Settings
from interactions.clock import Clock, SystemClock


def load_bot(settings: Settings, *, kept_in: Path | None = None, clock: Clock | None = None) -> Bot:
    """The bot the settings ask for, with its content; raises `ContentUnusable` naming every problem.

    In the folder `kept_in` lies what was fitted at an earlier start. While Rasa is down, retrieval answers.
    """
    # Learns what it listens for, now and not with the first resident's word.
    triage("")
    entries = load_content(settings.bots.content).entries
    retrieval = _retrieval(entries, settings.bots, kept_in=kept_in)
    if settings.bots.engine == "retrieval":
        return retrieval
    return StandIn(_rasa(entries, settings.bots, clock=clock or SystemClock()), retrieval)


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


@asynccontextmanager
async def opened_engine(settings: Settings, *, working: Working = silently) -> AsyncIterator[Bot]:
    """The engine the settings ask for, by itself: nobody stands in where it is down. For examinations.

    Rasa is installed, trained and started where it has to be; `working` shows what goes on.
    """
    entries = load_content(settings.bots.content).entries
    if settings.bots.engine == "retrieval":
        yield _retrieval(entries, settings.bots, kept_in=None)
        return
    with tempfile.TemporaryDirectory(prefix="hotline-rasa-") as home:
        async with rasa_beside(settings.bots, home=Path(home), working=working) as reached:
            bot = _rasa(entries, settings.bots.model_copy(update={"rasa": reached}), clock=SystemClock())
            try:
                yield bot
            finally:
                await bot.close()


def _retrieval(entries: Sequence[Entry], settings: BotSettings, *, kept_in: Path | None) -> RetrievalBot:
    if kept_in is None:
        return RetrievalBot(entries, settings=settings)
    kept = KeptCurve(kept_in, content=settings.content)
    with _alone(kept_in):
        bot = RetrievalBot(entries, settings=settings, curve=kept.read())
        kept.write(bot.curve)
    return bot


def _rasa(entries: Sequence[Entry], settings: BotSettings, *, clock: Clock) -> RasaBot:
    digest = model_digest(settings.content)
    return RasaBot(entries, settings=settings, unanswerable=load_unanswerable(), content=digest, clock=clock)
