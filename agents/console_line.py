"""One console on its line: sign in, show the seat, carry out what its lawyer asks for.

    hello (token, cursors) ─▶ sign in ─▶ welcome ─▶ ┌ listen: command ─▶ ack | error
      │ bad: 4401                                   ├ stream: rows ─▶ turn, state, offer …
      ▼                                             ├ beats:  the page runs?   (it does not: 4408)
    closed ◀────────────────────────────────────────┘ end:    4401 login ended, 1012 restart

Nothing is carried out before the welcome. All tabs of a seat show the same, because each is shown the rows.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from agents.beats import Beats
from agents.closing import CloseCode, CloseSocket
from agents.commands import Commands
from agents.desks import Desks
from agents.errors import LoginExpired, NoSeat
from agents.frames import Beat, Hello, Typing, Watch, parse_cursors, parse_frame
from agents.line import Line
from agents.ports import Rescued
from agents.presence import Presence
from agents.roles import Right, Viewer
from agents.roster import Roster, Sitting
from agents.seat_stream import SeatStream
from agents.settings import ConsoleSettings
from agents.showing import Shown, ack_frame, error_frame, welcome_frame
from agents.tokens import Holder, Tokens
from agents.typist import Typist
from agents.watching import Watching
from agents.wire import Wire
from interactions.changes import Change, Changes, Typed
from interactions.clock import Clock
from interactions.database import Database
from interactions.errors import BadFrame, HotlineError, NotAllowed, Unavailable
from interactions.model import By
from interactions.reading import LogReader


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
    desks: Desks
    settings: ConsoleSettings
    rescued: Rescued


@dataclass(frozen=True, slots=True)
class _Greeted:
    """What came with a good hello."""

    holder: Holder
    cursors: Mapping[UUID, int]
    beats: bool


class ConsoleLine:
    """One console. `streams` holds the streams of all that are seated, for the re-check."""

    def __init__(
        self, deps: ConsoleDeps, wire: Wire, *, cookie_token: Callable[[], str], streams: set[SeatStream]
    ) -> None:
        self._deps = deps
        self._line = Line(wire, settings=deps.settings, clock=deps.clock, kind="console")
        self._cookie_token = cookie_token
        self._streams = streams
        self._typists: dict[UUID, Typist] = {}
        self._beats = Beats(self._line.put, clock=deps.clock, every_s=deps.settings.beat_s)
        self._watching = Watching(
            reader=deps.reader,
            changes=deps.changes,
            clock=deps.clock,
            put=self._line.put,
            recheck_s=deps.settings.recheck_s,
        )
        self.login_id: UUID | None = None

    def end(self, code: CloseCode) -> None:
        """Ends this console with `code`."""
        self._line.end(code)

    async def serve(self) -> int:
        """Serves until the socket ends; returns the close code."""
        return await self._line.serve(self._converse)

    def expire_typing(self) -> None:
        """Ends what the lawyer no longer types."""
        for typist in self._typists.values():
            typist.expire()

    async def _converse(self, group: asyncio.TaskGroup) -> None:
        hello = await self._line.greet(self._try_hello)
        if hello is None:
            return
        self.login_id = hello.holder.login_id
        viewer = hello.holder.viewer
        sitting, no_seat = await self._sit_down(viewer)
        if sitting is None:
            await self._welcome_without_seat(viewer, no_seat)
            await self._line.listen(self._refuse)
            return
        await self._serve_seat(group, hello, sitting)

    async def _serve_seat(self, group: asyncio.TaskGroup, hello: _Greeted, sitting: Sitting) -> None:
        deps, stream = self._deps, self._stream_for(hello.holder.viewer, sitting)
        # Subscribed before the first read: what is committed in between is hinted at, not missed.
        with deps.changes.subscribed(sitting.seat_id, stream.hint):
            async with deps.presence.connected(seat_id=sitting.seat_id):
                await stream.welcome(hello.cursors)
                with self._rechecked(stream):
                    group.create_task(stream.run())
                    group.create_task(self._watching.run())
                    if hello.beats:
                        group.create_task(self._beats.run())
                    await self._line.listen(lambda raw: self._carry_out(raw, sitting, stream))
                    self._stop_typing()
                    self._beats.stop()
                    self._watching.stop()
                    stream.stop()

    def _stream_for(self, viewer: Viewer, sitting: Sitting) -> SeatStream:
        return SeatStream(
            viewer,
            seat_id=sitting.seat_id,
            database=self._deps.database,
            reader=self._deps.reader,
            clock=self._deps.clock,
            put=self._line.put,
        )

    @contextlib.contextmanager
    def _rechecked(self, stream: SeatStream) -> Iterator[None]:
        self._streams.add(stream)
        try:
            yield
        finally:
            self._streams.discard(stream)

    async def _try_hello(self, raw: str | bytes) -> _Greeted:
        frame = parse_frame(raw)
        if not isinstance(frame, Hello):
            raise BadFrame("type：请先发送 hello")
        # The token first: a stranger learns nothing about what the rest should look like.
        holder = await self._holder(frame.token)
        return _Greeted(holder, parse_cursors(frame.after), frame.beats)

    async def _holder(self, token: str | None) -> Holder:
        try:
            return await self._deps.tokens.holder(token or self._cookie_token())
        except (LoginExpired, NotAllowed):
            raise CloseSocket(CloseCode.BAD_TOKEN) from None

    async def _sit_down(self, viewer: Viewer) -> tuple[Sitting | None, HotlineError | None]:
        """The lawyer's seat, or why there is none; a supervisor's desk; other roles need none."""
        if viewer.may(Right.SUPERVISE):
            return await self._deps.desks.sit_down(viewer), None
        if not viewer.may(Right.SERVE):
            return None, None
        try:
            return await self._deps.roster.sign_in(viewer.account_id), None
        except Unavailable:
            raise
        except HotlineError as error:
            return None, error

    async def _welcome_without_seat(self, viewer: Viewer, why: HotlineError | None) -> None:
        await self._line.put(welcome_frame(viewer, None, lasts={}, now=self._deps.clock.now()))
        if why is not None:
            await self._line.put(error_frame(why))

    async def _carry_out(self, raw: str | bytes, sitting: Sitting, stream: SeatStream) -> Shown | None:
        self._beats.heard()
        frame = parse_frame(raw)
        if isinstance(frame, Hello):
            raise BadFrame("type：hello 只能发送一次")
        if isinstance(frame, Beat):
            return None
        if isinstance(frame, Typing):
            self._type(frame, stream)
            return None
        if isinstance(frame, Watch) and not frame.on:
            self._watching.end()
            return ack_frame(client_id=frame.client_id, interaction_id=frame.interaction_id)
        done = await self._deps.commands.carry_out(frame, sitting=sitting, stream=stream)
        if isinstance(frame, Watch):
            # What the log says is watched: a repeated `client_id` is about the first one.
            head, _ = await self._deps.reader.read(UUID(done["interaction_id"]), after=done["seq"])
            self._watching.begin(head)
        return done

    async def _refuse(self, raw: str | bytes) -> None:
        self._beats.heard()
        if not isinstance(parse_frame(raw), Beat):
            raise NoSeat("您没有坐席，不能执行该操作")

    def _type(self, frame: Typing, stream: SeatStream) -> None:
        """Passes it on to the resident of a talk that goes on here; of any other it means nothing."""
        resident_id = stream.talking_with(frame.interaction_id)
        if resident_id is None:
            return
        here = frame.interaction_id
        typist = self._typists.setdefault(
            here, Typist(lambda on: self._tell_typed(here, resident_id, on), clock=self._deps.clock)
        )
        typist.set(on=frame.on)

    def _tell_typed(self, interaction_id: UUID, resident_id: UUID, on: bool) -> None:
        self._deps.changes.typed(Change(interaction_id, 0, resident_id, frozenset(), typed=Typed(By.LAWYER, on)))

    def _stop_typing(self) -> None:
        for typist in self._typists.values():
            typist.stop()
