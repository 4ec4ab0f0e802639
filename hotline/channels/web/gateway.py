"""All residents' sockets of one process: accepting them, keeping them honest, telling places, sending them away.

every 2 s   cursors against rows: one query for all; what lags is mended, and counted if no hint comes for it
every 5 s   places in line of those who wait here
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from aiohttp import web

from agents.closing import CloseCode
from agents.login import is_our_page
from agents.wire import Wire, serve_socket
from hotline.channels.web.chat import CHANNEL, Chat
from hotline.channels.web.deps import WebChatDeps
from interactions.changes import Change
from interactions.errors import NotAllowed

_log = structlog.get_logger(__name__)


class WebChat:
    """The web chat of one process."""

    def __init__(self, deps: WebChatDeps, *, address_of: Callable[[web.Request], str]) -> None:
        self._deps = deps
        self._address_of = address_of
        self._sockets: set[Chat] = set()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """GET /chat/ws: serves one socket from hello to close."""
        self._require_origin(request)
        settings = self._deps.settings
        return await serve_socket(
            request,
            lambda wire: self._serve(wire, address=self._address_of(request)),
            max_frame_bytes=settings.max_frame_bytes,
            heartbeat_s=settings.heartbeat_s,
        )

    async def _serve(self, wire: Wire, *, address: str) -> int:
        chat = Chat(self._deps, wire, address=address)
        self._sockets.add(chat)
        try:
            return await chat.serve()
        finally:
            self._sockets.discard(chat)

    async def run(self) -> None:
        """Re-checks sockets and tells places, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._every(self._deps.settings.recheck_s, self.recheck))
            group.create_task(self._every(self._deps.settings.places_s, self.tell_places))

    def restart(self) -> None:
        """Tells every socket to come back at once: this process stops."""
        for chat in tuple(self._sockets):
            chat.end(CloseCode.RESTART)

    async def recheck(self) -> None:
        """Compares what every chat shows with the rows, and mends a difference at once.

        It counts as a rescue if no hint has told of it by the next look: a commit a moment old is not a lost hint.
        """
        for chat in tuple(self._deps.live.chats):
            chat.expire_typing()
            if chat.unhinted is not None:
                chat.unhinted = None
                self._deps.rescued("chat")
        for chat, change in {**await self._behind(), **await self._elsewhere()}.items():
            # One that is still busy with hints is behind for a reason of its own.
            if chat.stream.settled:
                chat.mend(change)

    async def _behind(self) -> dict[Chat, Change]:
        """Chats whose interaction went on, with what they were not told."""
        chats = {chat: shown for chat in self._deps.live.chats if (shown := chat.stream.interaction_id)}
        last = await self._deps.reader.last_seqs(set(chats.values()))
        behind = {chat: last[one] for chat, one in chats.items() if chat.stream.cursor < last.get(one, 0)}
        return {chat: Change(chats[chat], seq, None, frozenset()) for chat, seq in behind.items()}

    async def _elsewhere(self) -> dict[Chat, Change]:
        """Chats that show nothing or what has ended, while their resident began anew in another tab."""
        chats = {chat: chat.resident_id for chat in self._deps.live.chats if chat.resident_id and not chat.stream.open}
        begun = await self._deps.interactions.open_of(set(chats.values()), channel=CHANNEL)
        found = {chat: begun[who] for chat, who in chats.items() if who in begun}
        return {
            chat: Change(one, 1, None, frozenset()) for chat, one in found.items() if one != chat.stream.interaction_id
        }

    async def tell_places(self) -> None:
        """Tells those in line their place where it changed."""
        waiting = self._deps.live.waiting()
        if not waiting:
            return
        places = await self._deps.places.of(waiting)
        for chat in tuple(self._deps.live.chats):
            if (shown := chat.stream.interaction_id) in places and shown is not None:
                await chat.stream.show_place(places[shown])

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        never = asyncio.Event()
        while True:
            await self._deps.clock.wait(never, until=self._deps.clock.now() + timedelta(seconds=seconds))
            try:
                await work()
            except Exception as error:
                # The loop's edge: the next look finds what this one missed.
                _log.warning("chat.recheck_failed", error=type(error).__name__)

    def _require_origin(self, request: web.Request) -> None:
        """Another site's page must not chat in the name of our residents' browsers."""
        origin = request.headers.get("Origin")
        if origin is None or origin in self._deps.settings.allowed_origins or is_our_page(request):
            return
        raise NotAllowed("该网页不在允许的来源中")
