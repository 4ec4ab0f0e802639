"""Lawyers' consoles that take every offer at once, and, where asked, end each talk as soon as it began.

offer ─▶ accept ─▶ ack ─┬─▶ keep talking
                        └─▶ release ─▶ ack ─▶ wrap_up ─▶ ack ─▶ the place is free again
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import aiohttp
import orjson

from bench.progress import Step
from bench.talkers import Frame, received

AT_ONCE = 16
FORM = {
    "matter": "general",
    "district": "unknown",
    "request_kind": "consultation",
    "outcome": "answered",
    "summary": "已答复",
}
Heard = Callable[[str, float], None]


class Console:
    """One console; `heard(interaction_id, at)` is told when an offer's frame arrived."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, *, heard: Heard, ends_talks: bool) -> None:
        self._socket = socket
        self._heard = heard
        self._ends_talks = ends_talks

    async def run(self) -> None:
        """Serves until the socket ends."""
        async for message in self._socket:
            frame: Frame = orjson.loads(message.data)
            if frame["type"] == "offer":
                self._heard(frame["interaction_id"], time.perf_counter())
                await self._send("accept", frame["interaction_id"], offer_id=frame["offer_id"])
            elif frame["type"] == "ack" and self._ends_talks:
                await self._go_on(frame["client_id"])

    async def _go_on(self, client_id: str) -> None:
        done, interaction_id = client_id.split(" ")
        if done == "accept":
            await self._send("release", interaction_id, interaction_id=interaction_id)
        elif done == "release":
            await self._send("wrap_up", interaction_id, interaction_id=interaction_id, **FORM)

    async def _send(self, command: str, about: str, **fields: str) -> None:
        frame = {"type": command, "client_id": f"{command} {about}", **fields}
        await self._socket.send_str(orjson.dumps(frame).decode())


@asynccontextmanager
async def staffed(
    session: aiohttp.ClientSession, url: str, tokens: Sequence[str], *, heard: Heard, ends_talks: bool, step: Step
) -> AsyncIterator[None]:
    """A console for each token while inside the block; its end raises what broke one of them."""
    few = asyncio.Semaphore(AT_ONCE)
    opened = 0

    async def open_one(token: str) -> aiohttp.ClientWebSocketResponse:
        nonlocal opened
        async with few:
            socket = await session.ws_connect(f"{url}/console/ws", max_msg_size=0)
            await socket.send_str(orjson.dumps({"type": "hello", "token": token, "after": {}}).decode())
            await received(socket, type="welcome", status="available")
        opened += 1
        step("consoles open", opened, len(tokens))
        return socket

    sockets = await asyncio.gather(*(open_one(token) for token in tokens))
    consoles = [Console(socket, heard=heard, ends_talks=ends_talks) for socket in sockets]
    serving = [asyncio.ensure_future(console.run()) for console in consoles]
    yield
    await asyncio.gather(*(socket.close() for socket in sockets))
    await asyncio.gather(*serving)
