"""Rasa at the start of a house: prepared and started where the settings ask for one beside it.

engine rasa, no address ─▶ prepare (minutes, the first time) ─┬─ ready ─────▶ its address in the settings
                                                              ├─ stop ──────▶ given up at once
                                                              └─ cannot be ─▶ told; the house opens without it
A house that answers the phone all night does not stay shut because its second engine cannot be had: the retrieval
engine stands in, `/health/ready` and `/metrics` say so.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import structlog

from bots.settings import RasaSettings
from hotline.rasa.beside import rasa_beside
from hotline.rasa.steps import Working
from hotline.settings import Settings
from interactions.errors import Unavailable

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def with_rasa(
    settings: Settings, *, stop: asyncio.Event, progress: Callable[[str], None], working: Working
) -> AsyncIterator[Settings]:
    """Yields the settings to serve with; Rasa runs while inside the block."""
    async with AsyncExitStack() as stack:
        if settings.bots.engine == "rasa":
            settings = _reaching(settings, await _reached(settings, stack, stop, progress, working))
        yield settings


async def _reached(
    settings: Settings,
    stack: AsyncExitStack,
    stop: asyncio.Event,
    progress: Callable[[str], None],
    working: Working,
) -> RasaSettings:
    beside = rasa_beside(settings.bots, home=settings.data_folder.resolve() / "rasa", working=working)
    starting = asyncio.create_task(stack.enter_async_context(beside))
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({starting, stopped}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()
        if not starting.done():
            starting.cancel()
            await asyncio.wait({starting})
    if starting.cancelled():
        return settings.bots.rasa
    try:
        return starting.result()
    except Unavailable as error:
        _log.error("rasa.not_started", error=type(error).__name__)
        progress(f"Rasa 没有备好，先由检索引擎作答：{error.message}")
        return settings.bots.rasa


def _reaching(settings: Settings, rasa: RasaSettings) -> Settings:
    return settings.model_copy(update={"bots": settings.bots.model_copy(update={"rasa": rasa})})
