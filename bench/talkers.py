"""A resident's page as a load: the next turn goes out when the last one was answered. The same for every server."""

from __future__ import annotations

import asyncio
from typing import Any, Self

import aiohttp
import orjson

TEXT = "老板拖欠我三个月工资，一直说没钱，我该怎么办？"
PATIENCE_S = 30.0
Frame = dict[str, Any]


class Talker:
    """One socket and the frame it waits for.

    It reads all the time, as a page does: pings are answered and turns of others taken off the wire.
    """

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._said = 0
        self._awaited = ""
        self._answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._answer.set_result(None)
        self._reading = asyncio.ensure_future(self._read())

    @classmethod
    async def open(cls, session: aiohttp.ClientSession, url: str) -> Self:
        """A page that only talks: bare servers know no hello."""
        return cls(await session.ws_connect(f"{url}/chat/ws", max_msg_size=0))

    @classmethod
    async def open_with_lawyer(cls, session: aiohttp.ClientSession, url: str) -> Self:
        """A page past its welcome, whose resident asked for a person and has one."""
        socket = await opened(session, url)
        await socket.send_str(orjson.dumps({"type": "ask_lawyer", "client_id": "ask"}).decode())
        await received(socket, type="state", state="with_lawyer")
        return cls(socket)

    async def say(self) -> None:
        """Says one turn; returns when it was answered, raises `ConnectionError` where it was refused."""
        self._said += 1
        self._awaited = f"t{self._said}"
        self._answer = asyncio.get_running_loop().create_future()
        frame = {"type": "say", "client_id": self._awaited, "text": TEXT}
        await self._socket.send_str(orjson.dumps(frame).decode())
        await self._answer

    async def close(self) -> None:
        """Closes the socket."""
        await self._socket.close()
        await asyncio.gather(self._reading, return_exceptions=True)

    async def _read(self) -> None:
        async for message in self._socket:
            self._take(orjson.loads(message.data))
        if not self._answer.done():
            self._answer.set_exception(ConnectionError(f"closed with {self._socket.close_code}"))

    def _take(self, frame: Frame) -> None:
        # The service shows a turn to its own resident, too; only the ack says that it is durable.
        if frame["type"] == "turn" or frame.get("client_id") != self._awaited or self._answer.done():
            return
        if frame["type"] == "error":
            self._answer.set_exception(ConnectionError(f"refused: {frame['code']}"))
        else:
            self._answer.set_result(None)


def client_session() -> aiohttp.ClientSession:
    """A session with no limit of its own on sockets."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))


async def opened(session: aiohttp.ClientSession, url: str) -> aiohttp.ClientWebSocketResponse:
    """A new resident's socket, past its welcome."""
    socket = await session.ws_connect(f"{url}/chat/ws", max_msg_size=0)
    await socket.send_str('{"type":"hello","token":null,"after":0}')
    await received(socket, type="welcome")
    return socket


async def received(socket: aiohttp.ClientWebSocketResponse, **fields: object) -> Frame:
    """The next frame with these fields; raises `ConnectionError` where the socket ends or a frame is refused."""
    async with asyncio.timeout(PATIENCE_S):
        async for message in socket:
            frame: Frame = orjson.loads(message.data)
            if frame["type"] == "error":
                raise ConnectionError(f"refused: {frame['code']}")
            if all(frame.get(name) == value for name, value in fields.items()):
                return frame
    raise ConnectionError(f"closed with {socket.close_code}")
