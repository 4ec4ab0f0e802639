"""A console as a lawyer's browser would be one: frames in, frames out, each waited for by what it is."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, Self

from aiohttp import ClientWebSocketResponse, WSMsgType
from aiohttp.test_utils import TestClient

from tests.integration.agents.house import PASSWORD

ANSWER_S = 5.0
Frame = dict[str, Any]


async def log_in(client: TestClient[Any, Any], username: str) -> str:
    """A token."""
    answer = await client.post("/api/login", json={"username": username, "password": PASSWORD})
    assert answer.status == 200, await answer.text()
    token: str = (await answer.json())["token"]
    return token


class ConsoleClient:
    """`async with ConsoleClient(client) as console`; `received` keeps every frame in order."""

    def __init__(self, client: TestClient[Any, Any], *, cookies: bool = False) -> None:
        self._client = client
        self._headers = {"Origin": f"http://{client.host}:{client.port}"} if cookies else {}
        self.received: list[Frame] = []
        self._unasked: list[Frame] = []
        self.socket: ClientWebSocketResponse

    async def __aenter__(self) -> Self:
        self.socket = await self._client.ws_connect("/console/ws", headers=self._headers)
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        await self.socket.close()

    async def hello(self, token: str | None, after: dict[str, int] | None = None) -> Frame:
        """The welcome."""
        await self.send({"type": "hello", "token": token, "after": after or {}})
        return await self.until("welcome")

    async def send(self, frame: object) -> None:
        """Sends one frame; a string goes out as it is."""
        if isinstance(frame, str):
            await self.socket.send_str(frame)
        else:
            await self.socket.send_json(frame)

    async def ask(self, frame: Frame) -> Frame:
        """What a command is answered with, ack or error."""
        await self.send(frame)
        return await self.until("ack", "error", client_id=frame["client_id"])

    async def next(self) -> Frame:
        """The next frame of any type."""
        async with asyncio.timeout(ANSWER_S):
            message = await self.socket.receive()
        assert message.type is WSMsgType.TEXT, (message, self.socket.close_code)
        frame: Frame = message.json()
        self.received.append(frame)
        return frame

    async def until(self, *types: str, **fields: object) -> Frame:
        """The first frame not yet asked for that is of one of `types` and carries `fields`; the rest stay for later.

        Acks and turns travel independently: either may come first.
        """
        while True:
            for frame in self._unasked:
                if frame["type"] in types and all(frame.get(name) == value for name, value in fields.items()):
                    self._unasked.remove(frame)
                    return frame
            self._unasked.append(await self.next())

    async def closed(self) -> int | None:
        """The close code, once the server has closed."""
        async with asyncio.timeout(ANSWER_S):
            while not self.socket.closed:
                message = await self.socket.receive()
                if message.type is WSMsgType.TEXT:
                    self.received.append(message.json())
        return self.socket.close_code

    def turns(self, interaction_id: object) -> list[Frame]:
        """Every turn shown of one interaction."""
        return [
            frame
            for frame in self.received
            if frame["type"] == "turn" and frame["interaction_id"] == str(interaction_id)
        ]
