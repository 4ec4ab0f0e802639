"""All residents' sockets of one process: accepting them, keeping them honest, telling places, sending them away.

every 2 s   cursors against rows: one query for all; what lags is hinted at anew, and counted as a rescue
every 5 s   places in line of those who wait here
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from urllib.parse import urlsplit

import structlog
from aiohttp import WSCloseCode, web

from agents.closing import CloseCode
from hotline.channels.web.chat import Chat, close
from hotline.channels.web.deps import WebChatDeps
from interactions.changes import Change
from interactions.errors import HotlineError, NotAllowed

_log = structlog.get_logger(__name__)


class _Socket(web.WebSocketResponse):
    """A WebSocket that refuses frames over its limit with PROTOCOL.md's close code."""

    async def close(self, *, code: int = WSCloseCode.OK, message: bytes = b"", drain: bool = True) -> bool:
        """Closes with `code`, 4413 in place of the protocol's own “message too big”."""
        told = CloseCode.TOO_LARGE if code == WSCloseCode.MESSAGE_TOO_BIG else code
        return await super().close(code=int(told), message=message, drain=drain)


class WebChat:
    """The web chat of one process."""

    def __init__(self, deps: WebChatDeps, *, address_of: Callable[[web.Request], str]) -> None:
        self._deps = deps
        self._address_of = address_of
        self._sockets: set[Chat] = set()
        self._lagging: set[Chat] = set()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """GET /chat/ws: serves one socket from hello to close."""
        self._require_origin(request)
        settings = self._deps.settings
        socket = _Socket(max_msg_size=settings.max_frame_bytes, heartbeat=settings.heartbeat_s, compress=False)
        await socket.prepare(request)
        chat = Chat(self._deps, socket, address=self._address_of(request))
        self._sockets.add(chat)
        try:
            await close(socket, await chat.serve())
        finally:
            self._sockets.discard(chat)
        return socket

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
        """Compares every cursor with the rows; a difference seen twice was a lost hint."""
        chats = [chat for chat in self._deps.live.chats if chat.stream.interaction_id]
        last = await self._deps.reader.last_seqs(
            {chat.stream.interaction_id for chat in chats if chat.stream.interaction_id}
        )
        behind = {chat for chat in chats if chat.stream.cursor < last.get(chat.stream.interaction_id, 0)}  # type: ignore[arg-type]
        for chat in behind & self._lagging:
            self._deps.rescued("chat")
            interaction_id = chat.stream.interaction_id
            seq = last.get(interaction_id, 0) if interaction_id else 0
            chat.stream.hint(Change(interaction_id, seq, None, frozenset()))
        self._lagging = behind - self._lagging

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
            except HotlineError as error:
                _log.warning("chat.recheck_failed", error=type(error).__name__)

    def _require_origin(self, request: web.Request) -> None:
        """Another site's page must not chat in the name of our residents' browsers."""
        origin = request.headers.get("Origin")
        if origin is None or origin in self._deps.settings.allowed_origins:
            return
        if urlsplit(origin).netloc != request.host:
            raise NotAllowed("该网页不在允许的来源中")
