"""Rasa from nothing: its Python, its environment, a model of our content, a server on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bots.settings import BotSettings, RasaSettings
from hotline.rasa.environment import cache_folder, prepared_environment
from hotline.rasa.models import Content, trained_model
from hotline.rasa.server import rasa_server
from hotline.rasa.steps import Working


@asynccontextmanager
async def rasa_beside(settings: BotSettings, *, home: Path, working: Working) -> AsyncIterator[RasaSettings]:
    """Yields how to reach Rasa: the server of the settings, or one of our own (log in `home`, absolute).

    Raises `NoPython310`, `RasaStepFailed`, `FolderInUse` or `ServerDidNotStart`.
    """
    if settings.rasa.url is not None:
        yield settings.rasa
        return
    python, model = await prepared_model(settings, working=working)
    async with rasa_server(python, model=model, home=home, settings=settings.rasa, working=working) as reached:
        yield reached


async def prepared_model(settings: BotSettings, *, working: Working) -> tuple[Path, Path]:
    """Rasa's Python and the model of our content, made where they are not kept."""
    folder = rasa_folder(settings)
    python = await prepared_environment(folder, working=working)
    content = Content.of(settings.content)
    return python, await trained_model(python, content=content, folder=folder, working=working)


def rasa_folder(settings: BotSettings) -> Path:
    """Where environments and models are kept."""
    return (settings.rasa.folder or cache_folder()).absolute()
