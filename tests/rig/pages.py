"""Pages that do not give up, as ours do not (web/shared/socket.js): what is not acknowledged is said again.

connect ─▶ hello (cursor) ─▶ welcome ─▶ outbox, in order ─▶ live ─┬─ `unavailable`: the same words again a little later
   ▲              │                                               │
   └──────────────┴──── closed, or no answer for so long ◀────────┘

A page that cannot go on keeps why, so that whoever waits for it fails at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections import Counter, deque
from collections.abc import Coroutine
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
BAD_TOKEN = 4401
_ids = itertools.count(1)


class Page:
    """One page; subclasses know what a hello says and what a frame means."""

    path = ""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.url = url
        self.token: str | None = None
        self.refused: Counter[str] = Counter()
        self.unanswered = 0
        self.failed: BaseException | None = None
        self.acknowledged: list[Acknowledged] = []
        self.moved = asyncio.Condition()
        self._session = session
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._outbox: dict[str, Frame] = {}
        self._answers: dict[str, asyncio.Future[Frame]] = {}
        self._last: deque[str] = deque(maxlen=5)
        self._doing: set[asyncio.Task[None]] = set()
        self._do(self._run())

    async def stop(self) -> None:
        """Closes the page."""
        for doing in tuple(self._doing):
            doing.cancel()
        await asyncio.gather(*self._doing, return_exceptions=True)

    async def command(self, **frame: Any) -> Frame:
        """Sends a command until it is answered; returns its ack, or an error that no repeat would change."""
        client_id = f"p{next(_ids)}"
        self._outbox[client_id] = {**frame, "client_id": client_id}
        self._answers[client_id] = asyncio.get_running_loop().create_future()
        answer = self._answers[client_id]
        await self._transmit(client_id)
        return await answer

    def told(self) -> str:
        """Where it stands, for whoever asks why nothing goes on."""
        line = "connected" if self._socket else "not connected"
        waiting = [frame["type"] for frame in self._outbox.values()]
        return f"{line}, unanswered {waiting}, last errors {[*self._last]}, closed for silence {self.unanswered}"

    def hello(self) -> Frame:
        """The fields of a hello."""
        raise NotImplementedError

    async def take(self, frame: Frame) -> None:
        """What a frame means here."""

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        doing = asyncio.ensure_future(work)
        self._doing.add(doing)
        doing.add_done_callback(self._done)

    def _done(self, doing: asyncio.Task[None]) -> None:
        self._doing.discard(doing)
        if not doing.cancelled() and self.failed is None:
            self.failed = doing.exception()

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(aiohttp.ClientError, OSError):
                await self._connect()
            self._socket = None
            await asyncio.sleep(PAUSE_S)

    async def _connect(self) -> None:
        """One connection, to its end; nobody waits for a welcome longer than for any answer."""
        try:
            async with (
                asyncio.timeout(ANSWER_S) as patience,
                self._session.ws_connect(self.url + self.path, max_msg_size=0) as socket,
            ):
                await self._converse(socket, patience)
        except TimeoutError:
            self.unanswered += 1
            self._last.append("hello: no answer")

    async def _converse(self, socket: aiohttp.ClientWebSocketResponse, patience: asyncio.Timeout) -> None:
        await socket.send_str(orjson.dumps({"type": "hello", **self.hello()}).decode())
        async for message in socket:
            if message.type is aiohttp.WSMsgType.ERROR:
                return
            frame = orjson.loads(message.data)
            if frame["type"] == "welcome":
                patience.reschedule(None)
                self._socket = socket
                for client_id in tuple(self._outbox):
                    await self._transmit(client_id)
            if frame["type"] in ("ack", "error"):
                await self._answered(frame, socket)
            async with self.moved:
                await self.take(frame)
                self.moved.notify_all()
        self._last.append(f"closed with {socket.close_code}")
        assert socket.close_code != BAD_TOKEN, f"{self.token} is not known any more"

    async def _answered(self, frame: Frame, socket: aiohttp.ClientWebSocketResponse) -> None:
        client_id = frame.get("client_id")
        if frame["type"] == "error":
            self.refused[frame["code"]] += 1
            self._last.append(f"{self._outbox.get(client_id or '', {'type': 'hello'})['type']}: {frame['code']}")
            if frame["code"] in LATER:
                if client_id is None:  # the hello itself
                    await socket.close()
                else:
                    asyncio.get_running_loop().call_later(PAUSE_S, self._again, client_id)
                return
            assert self._socket is socket, f"a hello was refused: {frame}"
        elif "seq" in frame:
            self.acknowledged.append(Acknowledged(UUID(frame["interaction_id"]), frame["seq"], client_id))
        self._outbox.pop(client_id or "", None)
        if (answer := self._answers.pop(client_id or "", None)) is not None and not answer.done():
            answer.set_result(frame)

    def _again(self, client_id: str) -> None:
        if client_id in self._outbox:
            self._do(self._transmit(client_id))

    async def _transmit(self, client_id: str) -> None:
        socket = self._socket
        if socket is None or client_id not in self._outbox:
            return
        asyncio.get_running_loop().call_later(ANSWER_S, self._lose_patience, client_id, socket)
        with contextlib.suppress(ConnectionError, RuntimeError):
            await socket.send_str(orjson.dumps(self._outbox[client_id]).decode())

    def _lose_patience(self, client_id: str, socket: aiohttp.ClientWebSocketResponse) -> None:
        if client_id in self._outbox and self._socket is socket:
            self.unanswered += 1
            self._last.append(f"{self._outbox[client_id]['type']}: no answer")
            self._do(self._close(socket))

    async def _close(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        await socket.close()


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
        """Says something until it is acknowledged; what is refused was not said."""
        answer = await self.command(type="say", text=text)
        assert answer["type"] == "ack", f"{text} was refused: {answer}"
        return answer

    async def until_state(self, *states: str) -> None:
        """Returns once it is told one of these states."""
        async with self.moved:
            await self.moved.wait_for(lambda: self.state in states)

    def told(self) -> str:
        """With its interaction and the state that it was last told."""
        return f"{self.interaction_id} {self.state}, {super().told()}"


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
        self.status: Frame | None = None
        self._cursors: dict[str, int] = {}
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
        if frame["type"] in ("welcome", "status"):
            self.status = {"status": frame.get("status"), "reason": frame.get("reason")}
        if frame["type"] == "offer":
            self.offers += 1
            self._do(self._accept(frame["offer_id"]))
        if frame["type"] == "turn":
            here = frame["interaction_id"]
            new = frame["seq"] > self._cursors.get(here, 0)
            self._cursors[here] = max(frame["seq"], self._cursors.get(here, 0))
            if new and frame["text"] == GOODBYE:
                self._do(self._end(here))

    def told(self) -> str:
        """With its last status, and the offers that it answered in vain."""
        return f"{self.status}, offers {self.offers}, lost {dict(self.lost)}, {super().told()}"

    async def _accept(self, offer_id: str) -> None:
        answer = await self.command(type="accept", offer_id=offer_id)
        if answer["type"] == "error":
            self.lost[answer["code"]] += 1

    async def _end(self, interaction_id: str) -> None:
        for frame in ({"type": "release"}, {"type": "wrap_up", **FORM}):
            answer = await self.command(interaction_id=interaction_id, **frame)
            assert answer["type"] == "ack", f"{frame['type']} was refused: {answer}"
