"""Pages that do not give up, as ours do not (web/shared/socket.js): what is not acknowledged is said again.

connect ─▶ hello (cursor) ─▶ welcome ─▶ outbox, in order ─▶ live ─┬─ `unavailable`: the same words again a little later
   ▲                                                              │
   └──────────────── closed, or no answer for so long ◀───────────┘
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections import Counter
from typing import Any
from uuid import UUID

import aiohttp
import orjson

from tests.rig.checker import Acknowledged
from tests.rig.house import PASSWORD

Frame = dict[str, Any]
ANSWER_S = 10.0
PAUSE_S = 0.1
LATER = frozenset({"unavailable", "too_fast"})
_ids = itertools.count(1)


class Page:
    """One page; subclasses know what a hello says and what a frame means."""

    path = ""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.url = url
        self.token: str | None = None
        self.refused: Counter[str] = Counter()
        self.acknowledged: list[Acknowledged] = []
        self.moved = asyncio.Condition()
        self._session = session
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._outbox: dict[str, Frame] = {}
        self._answers: dict[str, asyncio.Future[Frame]] = {}
        self._running = asyncio.ensure_future(self._run())

    async def stop(self) -> None:
        """Closes the page."""
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)

    async def command(self, **frame: Any) -> Frame:
        """Sends a command until it is answered; returns its ack, or an error that no repeat would change."""
        client_id = f"p{next(_ids)}"
        self._outbox[client_id] = {**frame, "client_id": client_id}
        self._answers[client_id] = asyncio.get_running_loop().create_future()
        await self._transmit(client_id)
        return await self._answers[client_id]

    def hello(self) -> Frame:
        """The fields of a hello."""
        raise NotImplementedError

    async def take(self, frame: Frame) -> None:
        """What a frame means here."""

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                async with self._session.ws_connect(self.url + self.path, max_msg_size=0) as socket:
                    await self._converse(socket)
            self._socket = None
            await asyncio.sleep(PAUSE_S)

    async def _converse(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        await socket.send_str(orjson.dumps({"type": "hello", **self.hello()}).decode())
        async for message in socket:
            frame = orjson.loads(message.data)
            if frame["type"] == "welcome":
                self._socket = socket
                for client_id in tuple(self._outbox):
                    await self._transmit(client_id)
            if frame["type"] in ("ack", "error"):
                await self._answered(frame, socket)
            async with self.moved:
                await self.take(frame)
                self.moved.notify_all()

    async def _answered(self, frame: Frame, socket: aiohttp.ClientWebSocketResponse) -> None:
        client_id = frame.get("client_id")
        if frame["type"] == "error":
            self.refused[frame["code"]] += 1
            if frame["code"] in LATER:
                if client_id is None:  # the hello itself
                    await socket.close()
                else:
                    asyncio.get_running_loop().call_later(PAUSE_S, self._again, client_id)
                return
        elif "seq" in frame:
            self.acknowledged.append(Acknowledged(UUID(frame["interaction_id"]), frame["seq"], client_id))
        self._outbox.pop(client_id or "", None)
        if (answer := self._answers.pop(client_id or "", None)) is not None:
            answer.set_result(frame)

    def _again(self, client_id: str) -> None:
        if client_id in self._outbox:
            self._sending = asyncio.ensure_future(self._transmit(client_id))

    async def _transmit(self, client_id: str) -> None:
        socket = self._socket
        if socket is None:
            return
        with contextlib.suppress(ConnectionError, RuntimeError):
            await socket.send_str(orjson.dumps(self._outbox[client_id]).decode())
        asyncio.get_running_loop().call_later(ANSWER_S, self._lose_patience, client_id, socket)

    def _lose_patience(self, client_id: str, socket: aiohttp.ClientWebSocketResponse) -> None:
        if client_id in self._outbox and self._socket is socket:
            self._closing = asyncio.ensure_future(socket.close())


class ResidentPage(Page):
    """A resident's page; knows where its interaction stands and what was said in it."""

    path = "/chat/ws"

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        super().__init__(session, url)
        self.interaction_id: str | None = None
        self.state: str | None = None
        self.turns: list[Frame] = []

    def hello(self) -> Frame:
        """Comes back to the interaction it shows, past what it has."""
        here = {"interaction_id": self.interaction_id} if self.interaction_id else {}
        return {"token": self.token, "after": max((turn["seq"] for turn in self.turns), default=0), **here}

    async def take(self, frame: Frame) -> None:
        """Follows its interaction."""
        if frame["type"] == "welcome":
            self.token = frame["token"]
        if frame["type"] in ("welcome", "state", "turn") and frame["interaction_id"]:
            self.interaction_id = frame["interaction_id"]
        if frame["type"] in ("welcome", "state"):
            self.state = frame["state"]
        if frame["type"] == "turn" and all(frame["seq"] != turn["seq"] for turn in self.turns):
            self.turns.append(frame)

    async def say(self, text: str) -> Frame:
        """Says something until it is acknowledged."""
        return await self.command(type="say", text=text)

    async def until_state(self, *states: str) -> None:
        """Returns once it is told one of these states."""
        async with self.moved:
            await self.moved.wait_for(lambda: self.state in states)


GOODBYE = "就这些"
FORM = {
    "matter": "general",
    "district": "unknown",
    "request_kind": "consultation",
    "outcome": "answered",
    "summary": "已答复",
}


class Desk(Page):
    """A lawyer's console that takes every offer, and ends a talk when its resident says goodbye."""

    path = "/console/ws"

    def __init__(self, session: aiohttp.ClientSession, url: str, *, token: str) -> None:
        self.offers = 0
        self.lost: Counter[str] = Counter()
        self._cursors: dict[str, int] = {}
        self._doing: set[asyncio.Task[None]] = set()
        super().__init__(session, url)
        self.token = token

    @classmethod
    async def open(cls, session: aiohttp.ClientSession, url: str, *, username: str) -> Desk:
        """Signs in."""
        async with session.post(f"{url}/api/login", json={"username": username, "password": PASSWORD}) as answer:
            assert answer.status == 200, await answer.text()
            return cls(session, url, token=(await answer.json())["token"])

    def hello(self) -> Frame:
        """Comes back past what it has of each talk."""
        return {"token": self.token, "after": self._cursors}

    async def take(self, frame: Frame) -> None:
        """Does what a lawyer would."""
        if frame["type"] == "offer":
            self.offers += 1
            self._do(self._accept(frame["offer_id"]))
        if frame["type"] == "turn":
            here = frame["interaction_id"]
            new = frame["seq"] > self._cursors.get(here, 0)
            self._cursors[here] = max(frame["seq"], self._cursors.get(here, 0))
            if new and frame["text"] == GOODBYE:
                self._do(self._end(here))

    async def stop(self) -> None:
        """Closes the console."""
        for doing in tuple(self._doing):
            doing.cancel()
        await asyncio.gather(*self._doing, return_exceptions=True)
        await super().stop()

    def _do(self, work: Any) -> None:
        doing = asyncio.ensure_future(work)
        self._doing.add(doing)
        doing.add_done_callback(self._doing.discard)

    async def _accept(self, offer_id: str) -> None:
        answer = await self.command(type="accept", offer_id=offer_id)
        if answer["type"] == "error":
            self.lost[answer["code"]] += 1

    async def _end(self, interaction_id: str) -> None:
        await self.command(type="release", interaction_id=interaction_id)
        await self.command(type="wrap_up", interaction_id=interaction_id, **FORM)
