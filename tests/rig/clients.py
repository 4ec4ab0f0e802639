"""A resident's page and a lawyer's console, as a test drives them: send, then wait for the frame that matters."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from typing import Any, Self

import aiohttp
import orjson

Frame = dict[str, Any]
PATIENCE_S = 10.0
_ids = itertools.count(1)


class Client:
    """A socket that remembers every frame."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.frames: list[Frame] = []

    async def send(self, **frame: Any) -> None:
        """Sends one frame."""
        await self.socket.send_str(orjson.dumps(frame).decode())

    async def command(self, **frame: Any) -> Frame:
        """Sends a command with a fresh client id; returns its ack or error."""
        client_id = frame.setdefault("client_id", f"c{next(_ids)}")
        await self.send(**frame)
        return await self.until(lambda one: one["type"] in ("ack", "error") and one.get("client_id") == client_id)

    async def until(self, wanted: Callable[[Frame], bool]) -> Frame:
        """The first frame, received already or from now on, that is wanted."""
        for frame in self.frames:
            if wanted(frame):
                return frame
        async with asyncio.timeout(PATIENCE_S):
            while True:
                frame = await self._next()
                if wanted(frame):
                    return frame

    async def next_of(self, kind: str, **fields: Any) -> Frame:
        """The first frame of a kind with these fields."""
        return await self.until(
            lambda one: one["type"] == kind and all(one.get(name) == value for name, value in fields.items())
        )

    async def closed(self) -> int | None:
        """The close code, after reading to the end."""
        async with asyncio.timeout(PATIENCE_S):
            async for message in self.socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self.frames.append(orjson.loads(message.data))
        return self.socket.close_code

    async def close(self) -> None:
        """Closes the socket."""
        await self.socket.close()

    def turns(self) -> list[Frame]:
        """The turns seen so far, in the order they came."""
        return [frame for frame in self.frames if frame["type"] == "turn"]

    async def _next(self) -> Frame:
        message = await self.socket.receive()
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise AssertionError(f"socket ended with {self.socket.close_code}; saw {self.frames}")
        frame: Frame = orjson.loads(message.data)
        self.frames.append(frame)
        return frame


class Resident(Client):
    """A resident's page."""

    token: str

    @classmethod
    async def open(cls, session: aiohttp.ClientSession, url: str, *, token: str | None = None, **hello: object) -> Self:
        """Connects and waits for the welcome."""
        page = cls(await session.ws_connect(f"{url}/chat/ws", max_msg_size=0))
        await page.send(type="hello", token=token, **{"after": 0, **hello})
        page.token = (await page.next_of("welcome"))["token"]
        return page

    async def say(self, text: str, **rest: Any) -> Frame:
        """Says something; returns the ack."""
        return await self.command(type="say", text=text, **rest)


class Lawyer(Client):
    """A lawyer's console."""

    token: str

    @classmethod
    async def open(
        cls,
        session: aiohttp.ClientSession,
        url: str,
        *,
        username: str = "",
        password: str = "",
        token: str | None = None,
        after: dict[str, int] | None = None,
    ) -> Self:
        """Logs in (or comes back with `token`), connects and waits for the welcome."""
        if token is None:
            async with session.post(f"{url}/api/login", json={"username": username, "password": password}) as answer:
                assert answer.status == 200, await answer.text()
                token = (await answer.json())["token"]
        console = cls(await session.ws_connect(f"{url}/console/ws", max_msg_size=0))
        await console.send(type="hello", token=token, after=after or {})
        await console.next_of("welcome")
        console.token = token
        return console

    async def accept(self, interaction_id: str) -> Frame:
        """Waits for the offer of an interaction and accepts it; returns the ack."""
        offer = await self.next_of("offer", interaction_id=interaction_id)
        return await self.command(type="accept", offer_id=offer["offer_id"])
