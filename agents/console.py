"""The console's WebSocket, `/console/ws`: all sockets of this process, and what they have in common.

Each is served by a `ConsoleLine`; a restart sends everybody elsewhere.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import structlog
from aiohttp import web

from agents.closing import CloseCode
from agents.console_line import ConsoleDeps, ConsoleLine
from agents.login import token_of
from agents.recheck import Recheck
from agents.seat_stream import SeatStream
from agents.wire import Wire, serve_socket

__all__ = ["ConsoleDeps", "Consoles"]

_log = structlog.get_logger(__name__)


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
        settings = self._deps.settings
        return await serve_socket(
            request,
            lambda wire: self._serve(request, wire),
            max_frame_bytes=settings.max_frame_bytes,
            heartbeat_s=settings.heartbeat_s,
        )

    async def _serve(self, request: web.Request, wire: Wire) -> int:
        line = ConsoleLine(
            self._deps, wire, cookie_token=lambda: token_of(request, same_origin=True), streams=self._streams
        )
        self._live.add(line)
        try:
            return await line.serve()
        finally:
            self._live.discard(line)

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
            for line in tuple(self._live):
                line.expire_typing()
            try:
                await self.check_logins()
            except Exception as error:
                # The loop's edge: a login that ended is found by the next look.
                _log.warning("console.logins_not_checked", error=type(error).__name__)

    async def check_logins(self) -> None:
        """Closes sockets whose login was revoked, has expired or whose account was disabled."""
        logins = {line.login_id for line in self._live if line.login_id}
        for ended in logins - await self._deps.tokens.still_live(logins):
            self.end_login(ended)
