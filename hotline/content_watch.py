"""Content that changes while the service runs: the old one answers until the new one is built, and if it is broken.

look ─▶ the folder looks as before ─▶ nothing
        it changed ─▶ built beside the old one ─┬─ good ─▶ every question from now on
                                                └─ broken ─▶ the old one stays; an alarm, until the files change again

Every process looks by itself: the files are the truth, and what nobody told of is found at the next look.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import structlog

from bots.content import Seen, seen_in
from bots.ports import Context, Unavailable
from bots.replies import Reply, ToPerson
from hotline.metrics import Metrics
from hotline.ports import Talker

_log = structlog.get_logger(__name__)


class LiveTalker:
    """Whichever conversation is at hand; a question is answered by the one it met."""

    def __init__(self, first: Talker) -> None:
        self._now = first

    async def reply(self, question: str, *, context: Context) -> Reply | ToPerson | Unavailable:
        """The reply of the conversation at hand."""
        return await self._now.reply(question, context=context)

    def use(self, talker: Talker) -> None:
        """From now on `talker` answers."""
        self._now = talker


class ContentWatch:
    """Looks at the files, and builds anew what changed."""

    def __init__(self, live: LiveTalker, *, files: Path, beside: Path, build: Callable[[], Talker], metrics: Metrics):
        self._live = live
        self._files = files
        self._beside = beside
        self._build = build
        self._metrics = metrics
        self._seen = self._look()

    async def look(self) -> bool:
        """Whether the content was changed by this look."""
        seen = self._look()
        if seen == self._seen:
            return False
        # Also of broken files: they are tried again when they change again.
        self._seen = seen
        try:
            talker = await asyncio.to_thread(self._build)
        except Exception as error:
            # The edge of the watch: whatever is wrong with the new content, the old one goes on.
            self._metrics.content_broken.set(1)
            _log.error("content.broken", error=type(error).__name__, problems=str(error).splitlines()[:5])
            return False
        self._live.use(talker)
        self._metrics.content_broken.set(0)
        _log.info("content.reloaded", files=len(seen))
        return True

    def _look(self) -> Seen:
        beside = seen_in(self._beside.parent)
        return (*seen_in(self._files), *(one for one in beside if one[0] == self._beside.name))
