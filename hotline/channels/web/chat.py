"""The residents' WebSocket, `/chat/ws`.

    open ─▶ hello (token, cursor) ─▶ welcome, missed turns, state ─▶ ┌ read:   command ─▶ ack | error
              │ bad token: 4401                                       ├ stream: rows ─▶ turn, state, rate_request
              ▼                                                       ├ write:  queue ─▶ wire      (slow: 4408)
            closed ◀── 4413 frame too large · 4429 too fast · 1012 ───┘ end:    1012 restart

Nothing is carried out before the welcome. A socket's commands run one after the other, so that turns keep their
order; they are acknowledged only once durable.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable
from typing import TypeVar
from uuid import UUID

import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from agents.closing import CloseCode, CloseSocket
from agents.frames import client_id_in
from agents.pace import Pace
from agents.sending import Sending
from hotline.channels.web.deps import WebChatDeps
from hotline.channels.web.frames import AskLawyer, Command, Hello, Leave, NotYet, Rate, Say, Typing, parse_frame
from hotline.channels.web.showing import Shown, ack_frame, error_frame, welcome_frame
from hotline.channels.web.stream import ResidentStream
from hotline.channels.web.tokens import Browser
from hotline.front_desk import Visitor
from interactions.errors import BadFrame, HotlineError, NotAllowed, NotSignedIn, TooFast
from interactions.record import Recorded, RepeatKey, Written
from interactions.visibility import visible_to_resident
from routing.estimate import Place

_log = structlog.get_logger(__name__)
CHANNEL = "web"
GOODBYE_S = 2.0
T = TypeVar("T")


class Chat:
    """One resident's socket."""

    def __init__(self, deps: WebChatDeps, socket: web.WebSocketResponse, *, address: str) -> None:
        self._deps = deps
        self._socket = socket
        self._address = address
        self._sending = Sending(most=deps.settings.send_queue, slow_s=deps.settings.slow_s)
        self._pace = Pace(deps.settings.pace, now=deps.clock.now())
        self._refused = 0
        self._ending: asyncio.Future[CloseCode] = asyncio.get_running_loop().create_future()
        self.stream = ResidentStream(
            reader=deps.reader,
            clock=deps.clock,
            put=self._sending.put,
            seat_name=deps.seat_names.of,
            place_of=self._place_of,
        )

    def end(self, code: CloseCode) -> None:
        """Ends this socket with `code`."""
        if not self._ending.done():
            self._ending.set_result(code)

    async def serve(self) -> int:
        """Serves until the socket ends; returns the close code."""
        code: int = WSCloseCode.OK
        try:
            async with asyncio.TaskGroup() as group:
                others = [
                    group.create_task(self._sending.run(self._socket.send_str)),
                    group.create_task(self._end_when_told()),
                ]
                await self._converse(group, others)
                # The page is gone: frames under way have no reader, and nobody is to be put to wait for one.
                self._sending.stop()
                for other in others:
                    other.cancel()
        except* CloseSocket as ended:
            code = _first_code(ended)
        except* (ConnectionError, HotlineError) as broken:
            _log.info("chat.broken_off", errors=_names(broken))
            code = CloseCode.RESTART
        except* Exception as broken:
            # The edge of the socket's loop. Only names are logged: messages and tracebacks may hold words.
            _log.error("chat.failed", errors=_names(broken))
            code = WSCloseCode.INTERNAL_ERROR
        return code

    async def _end_when_told(self) -> None:
        raise CloseSocket(await self._ending)

    async def _converse(self, group: asyncio.TaskGroup, others: list[asyncio.Task[None]]) -> None:
        hello = await self._await_hello()
        if hello is None:
            return
        frame, browser = hello
        # Subscribed before the first read: what is committed in between is hinted at, not missed.
        with self._deps.changes.subscribed(browser.resident_id, self.stream.hint):
            async with self._deps.presence.connected(resident_id=browser.resident_id):
                await self._welcome(frame, browser)
                others.append(group.create_task(self.stream.run()))
                with self._deps.live.showing(self):
                    await self._read(browser)

    async def _await_hello(self) -> tuple[Hello, Browser] | None:
        try:
            async with asyncio.timeout(self._deps.settings.hello_s):
                while (raw := await self._receive()) is not None:
                    found = await self._answered(self._try_hello(raw), raw)
                    if found is not None:
                        return found
        except TimeoutError:
            raise CloseSocket(CloseCode.BAD_TOKEN) from None
        return None

    async def _try_hello(self, raw: str | bytes) -> tuple[Hello, Browser]:
        self._keep_pace()
        frame = parse_frame(raw)
        if not isinstance(frame, Hello):
            raise BadFrame("type：请先发送 hello")
        browser = await self._browser(frame.token)
        if frame.interaction_id is not None:
            await self._deps.interactions.require_own(frame.interaction_id, resident_id=browser.resident_id)
        return frame, browser

    async def _browser(self, token: str | None) -> Browser:
        if token is not None:
            try:
                return await self._deps.tokens.browser(token)
            except NotSignedIn:
                raise CloseSocket(CloseCode.BAD_TOKEN) from None
        retry_s = await self._deps.rate_limit.take(f"hello:{self._address}", rate=self._deps.settings.hellos)
        if retry_s:
            raise TooFast("访问过于频繁，请稍后再试", retry_s=retry_s)
        return await self._deps.tokens.grant()

    async def _welcome(self, frame: Hello, browser: Browser) -> None:
        """Welcome, the rest of the old interaction if it is not the current one, then the current one."""
        current = await self._deps.interactions.current(browser.resident_id, channel=CHANNEL)
        now = self._deps.clock.now()
        if current is None:
            await self._sending.put(welcome_frame(browser.token, None, last=0, now=now))
            return
        head, records = await self._deps.reader.read(current)
        await self._sending.put(welcome_frame(browser.token, head, last=_last_visible(records), now=now))
        after = frame.after if frame.interaction_id in (None, current) else 0
        if frame.interaction_id not in (None, current):
            await self._finish_old(frame)
        await self.stream.start(head, records, after=after)

    async def _finish_old(self, frame: Hello) -> None:
        if frame.interaction_id is None:
            return
        head, records = await self._deps.reader.read(frame.interaction_id)
        await self.stream.start(head, records, after=frame.after)

    async def _read(self, browser: Browser) -> None:
        while (raw := await self._receive()) is not None:
            ack = await self._answered(self._carry_out(raw, browser), raw)
            if ack is not None:
                await self._sending.put(ack)

    async def _carry_out(self, raw: str | bytes, browser: Browser) -> Shown | None:
        self._keep_pace()
        frame = parse_frame(raw)
        if isinstance(frame, Hello):
            raise BadFrame("type：hello 只能发送一次")
        if isinstance(frame, Typing):
            return None
        written = await self._do(frame, browser)
        return ack_frame(frame.client_id, interaction_id=written.interaction_id, seq=written.seq)

    async def _do(self, frame: Command, browser: Browser) -> Written:
        desk, visitor = self._deps.front_desk, Visitor(browser.resident_id, CHANNEL)
        match frame:
            case Say():
                current = self.stream.interaction_id if self.stream.open else None
                repeat_of = RepeatKey(browser.token_id, frame.client_id)
                return await desk.say(visitor, text=frame.text, repeat_of=repeat_of, interaction_id=current)
            case AskLawyer():
                return await desk.ask_lawyer(visitor, repeat_of=RepeatKey(browser.token_id, frame.client_id))
            case Leave():
                return await desk.leave(visitor, repeat_of=RepeatKey(browser.token_id, frame.client_id))
            case Rate():
                return await self._rate(frame, browser)
            case NotYet():
                raise NotAllowed("预约回电和留言功能尚未开通，请输入“转人工”")
            case _:
                raise BadFrame("type：未知的帧类型")

    async def _rate(self, frame: Rate, browser: Browser) -> Written:
        return await self._deps.front_desk.rate(
            Visitor(browser.resident_id, CHANNEL),
            score=frame.score,
            solved=frame.solved,
            comment=frame.comment,
            interaction_id=frame.interaction_id,
            segment_id=frame.segment_id,
            repeat_of=RepeatKey(browser.token_id, frame.client_id),
        )

    async def _answered(self, doing: Awaitable[T], raw: str | bytes) -> T | None:
        try:
            return await doing
        except HotlineError as error:
            await self._sending.put(error_frame(error, client_id=client_id_in(raw)))
        return None

    def _keep_pace(self) -> None:
        retry_s = self._pace.take(self._deps.clock.now())
        if not retry_s:
            self._refused = 0
            return
        self._refused += 1
        if self._refused > self._deps.settings.refused_frames:
            raise CloseSocket(CloseCode.TOO_FAST)
        raise TooFast("发送过于频繁，请稍后再试", retry_s=retry_s)

    async def _receive(self) -> str | bytes | None:
        message = await self._socket.receive()
        if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
            received: str | bytes = message.data
            return received
        return None

    async def _place_of(self, interaction_id: UUID) -> Place | None:
        return (await self._deps.places.of([interaction_id])).get(interaction_id)


async def close(socket: web.WebSocketResponse, code: int) -> None:
    """Says goodbye, but does not wait long for a reader who stopped reading."""
    with contextlib.suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(GOODBYE_S):
            await socket.close(code=code, drain=code != CloseCode.TOO_SLOW)


def _last_visible(records: list[Recorded]) -> int:
    return max((record.seq for record in records if visible_to_resident(record)), default=0)


def _first_code(ended: BaseExceptionGroup[CloseSocket]) -> int:
    first = ended.exceptions[0]
    return _first_code(first) if isinstance(first, BaseExceptionGroup) else int(first.code)


def _names(broken: BaseExceptionGroup[Exception]) -> list[str]:
    return sorted({type(one).__name__ for one in broken.exceptions})
