"""The other end of a line: text frames over a WebSocket, and how it is opened and closed.

A frame over the limit closes with 4413, PROTOCOL.md's code in place of the protocol's own 1009.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Protocol

from aiohttp import WSCloseCode, WSMsgType, web

from agents.closing import CloseCode

GOODBYE_S = 2.0


class Wire(Protocol):
    """The other end of one line."""

    async def receive(self) -> str | bytes | None:
        """The next frame; None once the other end is gone."""

    async def send(self, text: str) -> None:
        """Hands over one frame; waits while the reader is slow, raises `ConnectionError` once it is gone."""


class SocketWire:
    """A `Wire` over aiohttp."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self._socket = socket

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


async def serve_socket(
    request: web.Request, serve: Callable[[Wire], Awaitable[int]], *, max_frame_bytes: int, heartbeat_s: float
) -> web.WebSocketResponse:
    """Upgrades `request`, has it served, and closes it with the code that `serve` returns."""
    socket = _Socket(max_msg_size=max_frame_bytes, heartbeat=heartbeat_s, compress=False)
    await socket.prepare(request)
    await _close(socket, await serve(SocketWire(socket)))
    return socket


class _Socket(web.WebSocketResponse):
    async def close(self, *, code: int = WSCloseCode.OK, message: bytes = b"", drain: bool = True) -> bool:
        """Closes with `code`, 4413 in place of the protocol's own “message too big”."""
        told = CloseCode.TOO_LARGE if code == WSCloseCode.MESSAGE_TOO_BIG else code
        return await super().close(code=int(told), message=message, drain=drain)


async def _close(socket: web.WebSocketResponse, code: int) -> None:
    """Says goodbye, but does not wait long for a reader who stopped reading."""
    with contextlib.suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(GOODBYE_S):
            await socket.close(code=code, drain=code != CloseCode.TOO_SLOW)
