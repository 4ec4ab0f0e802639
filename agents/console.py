"""The console's WebSocket, `/console/ws`: all sockets of this process, and what they have in common.

Each is served by a `ConsoleLine`. A frame over the limit closes with 4413; a restart sends everybody elsewhere.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from uuid import UUID

from aiohttp import WSCloseCode, WSMsgType, web

from agents.closing import CloseCode
from agents.console_line import ConsoleDeps, ConsoleLine
from agents.login import token_of
from agents.recheck import Recheck
from agents.seat_stream import SeatStream
from interactions.errors import Unavailable

__all__ = ["ConsoleDeps", "Consoles"]
GOODBYE_S = 2.0


class Consoles:
    """All console sockets of this process. `run` keeps them honest; `restart` sends them elsewhere."""

    def __init__(self, deps: ConsoleDeps) -> None:
        self._deps = deps
        self._recheck = Recheck(deps.database, clock=deps.clock, every_s=deps.settings.recheck_s, rescued=deps.rescued)
        self._live: set[ConsoleLine] = set()
        self._streams: set[SeatStream] = set()

    async def run(self) -> None:
        """Re-checks what sockets show and whether their logins still hold, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._recheck.run(self._streams))
            group.create_task(self._check_logins())

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serves one socket from hello to close."""
        socket = _Socket(
            max_msg_size=self._deps.settings.max_frame_bytes,
            heartbeat=self._deps.settings.heartbeat_s,
            compress=False,
        )
        await socket.prepare(request)
        line = ConsoleLine(self._deps, _SocketWire(socket, request), streams=self._streams)
        self._live.add(line)
        try:
            await _close(socket, await line.serve())
        finally:
            self._live.discard(line)
        return socket

    def end_login(self, login_id: UUID) -> None:
        """Closes the sockets of a login that was just revoked here; other processes find out by re-checking."""
        for line in tuple(self._live):
            if line.login_id == login_id:
                line.end(CloseCode.BAD_TOKEN)

    def restart(self) -> None:
        """Tells every socket to come back at once: this process stops."""
        for line in tuple(self._live):
            line.end(CloseCode.RESTART)

    async def _check_logins(self) -> None:
        never = asyncio.Event()
        every = timedelta(seconds=self._deps.settings.recheck_s)
        while True:
            await self._deps.clock.wait(never, until=self._deps.clock.now() + every)
            with contextlib.suppress(Unavailable):
                await self.check_logins()

    async def check_logins(self) -> None:
        """Closes sockets whose login was revoked, has expired or whose account was disabled."""
        logins = {line.login_id for line in self._live if line.login_id}
        for ended in logins - await self._deps.tokens.still_live(logins):
            self.end_login(ended)


class _Socket(web.WebSocketResponse):
    """A WebSocket that refuses frames over its limit with PROTOCOL.md's close code."""

    async def close(self, *, code: int = WSCloseCode.OK, message: bytes = b"", drain: bool = True) -> bool:
        """Closes with `code`, 4413 in place of the protocol's own “message too big”."""
        told = CloseCode.TOO_LARGE if code == WSCloseCode.MESSAGE_TOO_BIG else code
        return await super().close(code=int(told), message=message, drain=drain)


class _SocketWire:
    """A `Wire` over aiohttp."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self._socket = socket
        self._request = request

    async def receive(self) -> str | bytes | None:
        """The next frame; None where the socket has ended."""
        message = await self._socket.receive()
        if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
            received: str | bytes = message.data
            return received
        return None

    async def send(self, text: str) -> None:
        """Writes one frame."""
        await self._socket.send_str(text)

    def cookie_token(self) -> str:
        """The token that came with the upgrade."""
        return token_of(self._request, same_origin=True)


async def _close(socket: web.WebSocketResponse, code: int) -> None:
    """Says goodbye, but does not wait long for a reader who stopped reading."""
    with contextlib.suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(GOODBYE_S):
            await socket.close(code=code, drain=code != CloseCode.TOO_SLOW)
