"""One line to a page, from hello to close: what the console and the residents' chat have in common.

    open ─▶ greet: frames until one is a good hello ─▶ listen: command ─▶ ack | error, one after the other
              │ late: 4401, or                        ├ whatever else was put ─▶ queue ─▶ wire   (slow: 4408)
              ▼ 1012 where we are late                 │
            closed ◀── 4429 too fast · what `end` says ┘

Who the other end is, and what its frames mean, is the business of whoever holds the line. Frames are carried out one
after the other, so that what somebody types keeps its order.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

import structlog

from agents.closing import NORMAL, CloseCode, CloseSocket
from agents.line_settings import LineSettings
from agents.pace import Pace
from agents.parsing import echo_of
from agents.sending import Sending
from agents.showing import Shown, error_frame
from agents.wire import Wire
from interactions.clock import Clock
from interactions.errors import HotlineError, TooFast, Unavailable

_log = structlog.get_logger(__name__)
T = TypeVar("T")
Frame = str | bytes
Converse = Callable[[asyncio.TaskGroup], Awaitable[None]]


class _Hellos(Generic[T]):
    """Tries hellos; `late` says whose fault it is that there was no good one in time.

    A page that is closed with 4401 forgets who it is. Ours to answer and not answered, by a database that is silent,
    say, is no reason for that: such a page is told to come again.
    """

    def __init__(self, attempt: Callable[[Frame], Awaitable[T]]) -> None:
        self._attempt = attempt
        self.late = CloseCode.BAD_TOKEN

    async def tried(self, raw: Frame) -> T:
        """What the attempt comes to."""
        self.late = CloseCode.RESTART
        try:
            return await self._attempt(raw)
        except TooFast:
            self.late = CloseCode.TOO_FAST
            raise
        except Unavailable:
            raise
        except HotlineError:
            self.late = CloseCode.BAD_TOKEN
            raise


class Line:
    """One line; `kind` names it in logs."""

    def __init__(self, wire: Wire, *, settings: LineSettings, clock: Clock, kind: str) -> None:
        self._wire = wire
        self._settings = settings
        self._clock = clock
        self._kind = kind
        self._sending = Sending(most=settings.send_queue, slow_s=settings.slow_s)
        self._pace = Pace(settings.pace, now=clock.now())
        self._refused = 0
        self._ending: asyncio.Future[CloseCode] = asyncio.get_running_loop().create_future()

    def end(self, code: CloseCode) -> None:
        """Ends the line with `code`."""
        if not self._ending.done():
            self._ending.set_result(code)

    async def put(self, frame: Shown) -> None:
        """Queues a frame; raises `CloseSocket` where the reader took nothing for too long."""
        await self._sending.put(frame)

    async def serve(self, converse: Converse) -> int:
        """Runs `converse` until it or the socket ends; returns the close code.

        The task group is the line's own: what `converse` adds to it has to end by itself, or ends with the line.
        """
        code: int = NORMAL
        try:
            await self._serve(converse)
        except* CloseSocket as ended:
            code = _first_code(ended)
        except* (ConnectionError, HotlineError) as broken:
            _log.info("line.broken_off", line=self._kind, errors=_names(broken))
            code = CloseCode.RESTART
        except* Exception as broken:
            # The edge of the line's loop. Only names are logged: messages and tracebacks may hold words.
            _log.error("line.failed", line=self._kind, errors=_names(broken))
            code = CloseCode.FAILED
        return code

    async def greet(self, attempt: Callable[[Frame], Awaitable[T]]) -> T | None:
        """What the first good hello comes to; None where the socket ended first. Raises `CloseSocket` when late."""
        hellos = _Hellos(attempt)
        try:
            async with asyncio.timeout(self._settings.hello_s):
                while (raw := await self._wire.receive()) is not None:
                    if (found := await self._answered(hellos.tried, raw)) is not None:
                        return found
        except TimeoutError:
            raise CloseSocket(hellos.late) from None
        return None

    async def listen(self, carry_out: Callable[[Frame], Awaitable[Shown | None]]) -> None:
        """Answers every frame with what `carry_out` comes to, until the other end is gone."""
        while (raw := await self._wire.receive()) is not None:
            answer = await self._answered(carry_out, raw)
            if answer is not None:
                await self.put(answer)
        # Frames under way have no reader now, and nobody is to be put to wait for one.
        self._sending.stop()

    async def _serve(self, converse: Converse) -> None:
        async with asyncio.TaskGroup() as group:
            own = [group.create_task(self._sending.run(self._wire.send)), group.create_task(self._end_when_told())]
            await converse(group)
            for task in own:
                task.cancel()

    async def _end_when_told(self) -> None:
        raise CloseSocket(await self._ending)

    async def _answered(self, doing: Callable[[Frame], Awaitable[T]], raw: Frame) -> T | None:
        """What `doing` comes to; None where it was refused, which the other end is told."""
        try:
            self._keep_pace()
            return await doing(raw)
        except HotlineError as error:
            await self.put(error_frame(error, about=echo_of(raw)))
        return None

    def _keep_pace(self) -> None:
        retry_s = self._pace.take(self._clock.now())
        if not retry_s:
            self._refused = 0
            return
        self._refused += 1
        if self._refused > self._settings.refused_frames:
            raise CloseSocket(CloseCode.TOO_FAST)
        raise TooFast("发送过于频繁，请稍后再试", retry_s=retry_s)


def _first_code(ended: BaseExceptionGroup[CloseSocket]) -> int:
    first = ended.exceptions[0]
    return _first_code(first) if isinstance(first, BaseExceptionGroup) else int(first.code)


def _names(broken: BaseExceptionGroup[Any]) -> list[str]:
    return sorted({type(one).__name__ for one in broken.exceptions})
