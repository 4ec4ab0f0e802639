"""One console, from hello to close, on any wire that carries text frames.

    hello (token, cursors) ─▶ sign in ─▶ welcome ─▶ ┌ read:   command ─▶ ack | error
      │ bad or late: 4401                           ├ stream: rows ─▶ turn, state, offer …
      ▼                                             ├ write:  queue ─▶ wire   (slow: 4408)
    closed ◀──────── 4429 too fast · 1012 restart ──┘ end:    4401 login ended, 1012 restart

Nothing is carried out before the welcome. Commands of one socket run one after the other, so that what a lawyer
types keeps its order. All tabs of a seat show the same, because each is shown the rows.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar
from uuid import UUID

import structlog

from agents.closing import NORMAL, CloseCode, CloseSocket
from agents.commands import Commands
from agents.errors import LoginExpired, NoSeat
from agents.frames import Hello, about_in, client_id_in, parse_cursors, parse_frame
from agents.pace import Pace
from agents.ports import Rescued
from agents.presence import Presence
from agents.roles import Right, Viewer
from agents.roster import Roster, Sitting
from agents.seat_stream import SeatStream
from agents.sending import Sending
from agents.settings import ConsoleSettings
from agents.showing import Shown, error_frame, welcome_frame
from agents.tokens import Holder, Tokens
from interactions.changes import Changes
from interactions.clock import Clock
from interactions.database import Database
from interactions.errors import BadFrame, HotlineError, NotAllowed, TooFast, Unavailable
from interactions.reading import LogReader

_log = structlog.get_logger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ConsoleDeps:
    """What the consoles of one process stand on."""

    database: Database
    reader: LogReader
    changes: Changes
    clock: Clock
    tokens: Tokens
    roster: Roster
    presence: Presence
    commands: Commands
    settings: ConsoleSettings
    rescued: Rescued


class Wire(Protocol):
    """The other end of one console."""

    async def receive(self) -> str | bytes | None:
        """The next frame; None once the other end is gone."""

    async def send(self, text: str) -> None:
        """Hands over one frame; waits while the reader is slow, raises `ConnectionError` once it is gone."""

    def cookie_token(self) -> str:
        """The token in the cookie of our own page; raises `LoginExpired` or `CrossOrigin`."""


class ConsoleLine:
    """One console. `streams` holds the streams of all that are seated, for the re-check."""

    def __init__(self, deps: ConsoleDeps, wire: Wire, *, streams: set[SeatStream]) -> None:
        self._deps = deps
        self._wire = wire
        self._streams = streams
        self._sending = Sending(most=deps.settings.send_queue, slow_s=deps.settings.slow_s)
        self._pace = Pace(deps.settings.pace, now=deps.clock.now())
        self._refused = 0
        self._ending: asyncio.Future[CloseCode] = asyncio.get_running_loop().create_future()
        self.login_id: UUID | None = None

    def end(self, code: CloseCode) -> None:
        """Ends this socket with `code`."""
        if not self._ending.done():
            self._ending.set_result(code)

    async def serve(self) -> int:
        """Serves until the socket ends; returns the close code."""
        code: int = NORMAL
        try:
            async with asyncio.TaskGroup() as group:
                others = [
                    group.create_task(self._sending.run(self._wire.send)),
                    group.create_task(self._end_when_told()),
                ]
                await self._converse(group)
                for other in others:
                    other.cancel()
        except* CloseSocket as ended:
            code = _first_code(ended)
        except* (ConnectionError, HotlineError) as broken:
            _log.info("console.broken_off", errors=_names(broken))
            code = CloseCode.RESTART
        except* Exception as broken:
            # The edge of the socket's loop. Only names are logged: messages and tracebacks may hold words.
            _log.error("console.failed", errors=_names(broken))
            code = CloseCode.FAILED
        return code

    async def _end_when_told(self) -> None:
        raise CloseSocket(await self._ending)

    async def _converse(self, group: asyncio.TaskGroup) -> None:
        hello = await self._await_hello()
        if hello is None:
            return
        holder, cursors = hello
        self.login_id = holder.login_id
        sitting, no_seat = await self._sit_down(holder.viewer)
        if sitting is None:
            await self._welcome_without_seat(holder.viewer, no_seat)
            await self._read_without_seat()
            return
        await self._serve_seat(group, holder.viewer, sitting, cursors)

    async def _serve_seat(
        self, group: asyncio.TaskGroup, viewer: Viewer, sitting: Sitting, cursors: Mapping[UUID, int]
    ) -> None:
        deps = self._deps
        stream = SeatStream(
            viewer,
            seat_id=sitting.seat_id,
            database=deps.database,
            reader=deps.reader,
            clock=deps.clock,
            put=self._sending.put,
        )
        # Subscribed before the first read: what is committed in between is hinted at, not missed.
        with deps.changes.subscribed(sitting.seat_id, stream.hint):
            async with deps.presence.connected(seat_id=sitting.seat_id):
                await stream.welcome(cursors)
                with self._rechecked(stream):
                    group.create_task(stream.run())
                    await self._read(sitting, stream)
                    self._sending.stop()
                    stream.stop()

    @contextlib.contextmanager
    def _rechecked(self, stream: SeatStream) -> Iterator[None]:
        self._streams.add(stream)
        try:
            yield
        finally:
            self._streams.discard(stream)

    async def _await_hello(self) -> tuple[Holder, dict[UUID, int]] | None:
        """Who it is and where they left off; None where the socket ended first."""
        try:
            async with asyncio.timeout(self._deps.settings.hello_s):
                while (raw := await self._wire.receive()) is not None:
                    if (hello := await self._answered(self._try_hello(raw), raw)) is not None:
                        return hello
        except TimeoutError:
            raise CloseSocket(CloseCode.BAD_TOKEN) from None
        return None

    async def _try_hello(self, raw: str | bytes) -> tuple[Holder, dict[UUID, int]]:
        self._keep_pace()
        frame = parse_frame(raw)
        if not isinstance(frame, Hello):
            raise BadFrame("type：请先发送 hello")
        # The token first: a stranger learns nothing about what the rest should look like.
        holder = await self._holder(frame.token)
        return holder, parse_cursors(frame.after)

    async def _holder(self, token: str | None) -> Holder:
        try:
            return await self._deps.tokens.holder(token or self._wire.cookie_token())
        except (LoginExpired, NotAllowed):
            raise CloseSocket(CloseCode.BAD_TOKEN) from None

    async def _sit_down(self, viewer: Viewer) -> tuple[Sitting | None, HotlineError | None]:
        """The lawyer's seat, or why there is none; other roles need none."""
        if not viewer.may(Right.SERVE):
            return None, None
        try:
            return await self._deps.roster.sign_in(viewer.account_id), None
        except Unavailable:
            raise
        except HotlineError as error:
            return None, error

    async def _welcome_without_seat(self, viewer: Viewer, why: HotlineError | None) -> None:
        await self._sending.put(welcome_frame(viewer, None, lasts={}, now=self._deps.clock.now()))
        if why is not None:
            await self._sending.put(error_frame(why))

    async def _read(self, sitting: Sitting, stream: SeatStream) -> None:
        while (raw := await self._wire.receive()) is not None:
            ack = await self._answered(self._carry_out(raw, sitting, stream), raw)
            if ack is not None:
                await self._sending.put(ack)

    async def _carry_out(self, raw: str | bytes, sitting: Sitting, stream: SeatStream) -> Shown:
        self._keep_pace()
        frame = parse_frame(raw)
        if isinstance(frame, Hello):
            raise BadFrame("type：hello 只能发送一次")
        return await self._deps.commands.carry_out(frame, sitting=sitting, stream=stream)

    async def _read_without_seat(self) -> None:
        while (raw := await self._wire.receive()) is not None:
            await self._answered(self._refuse(raw), raw)

    async def _refuse(self, raw: str | bytes) -> None:
        self._keep_pace()
        parse_frame(raw)
        raise NoSeat("您没有坐席，不能执行该操作")

    async def _answered(self, doing: Awaitable[T], raw: str | bytes) -> T | None:
        """What `doing` comes to; None where it was refused, which the client is told."""
        try:
            return await doing
        except HotlineError as error:
            await self._sending.put(error_frame(error, client_id=client_id_in(raw), about=about_in(raw)))
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


def _first_code(ended: BaseExceptionGroup[CloseSocket]) -> int:
    first = ended.exceptions[0]
    return _first_code(first) if isinstance(first, BaseExceptionGroup) else int(first.code)


def _names(broken: BaseExceptionGroup[Exception]) -> list[str]:
    return [type(error).__name__ for error in broken.exceptions]
