"""A resident's chat on its line, `/chat/ws`: who it is, what they missed, and what they do.

    hello (token, cursor) ─▶ welcome, missed turns, state ─▶ ┌ listen: command ─▶ ack | error
      │ bad token: 4401                                      ├ stream: rows ─▶ turn, state, rate_request
      ▼                                                      └ end:    1012 restart
    closed

Nothing is carried out before the welcome; commands are acknowledged only once durable.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from uuid import UUID

from agents.closing import CloseCode, CloseSocket
from agents.line import Line
from agents.showing import Shown, ack_frame
from agents.typist import Typist
from agents.wire import Wire
from hotline.channels.web.deps import WebChatDeps
from hotline.channels.web.frames import (
    AskLawyer,
    Callback,
    CancelCallback,
    Command,
    Hello,
    Leave,
    LeaveMessage,
    Parties,
    Rate,
    Say,
    Typing,
    parse_frame,
)
from hotline.channels.web.showing import welcome_frame
from hotline.channels.web.stream import ResidentStream
from hotline.channels.web.tokens import Browser
from hotline.channels.web.wishing import callback_wish, message_wish
from hotline.front_desk import Visitor
from hotline.work_items import Wished
from interactions.changes import Change, Typed
from interactions.errors import BadFrame, NotSignedIn, TooFast
from interactions.model import By
from interactions.record import Recorded, RepeatKey, Written
from interactions.visibility import visible_to_resident
from routing.estimate import Place

CHANNEL = "web"


@dataclass(frozen=True, slots=True)
class _Greeted:
    """What came with a good hello."""

    hello: Hello
    browser: Browser


class Chat:
    """One resident's chat."""

    def __init__(self, deps: WebChatDeps, wire: Wire, *, address: str) -> None:
        self._deps = deps
        self._address = address
        self._line = Line(wire, settings=deps.settings, clock=deps.clock, kind="chat")
        self._typist = Typist(self._tell_typed, clock=deps.clock)
        self.resident_id: UUID | None = None
        self.unhinted: Change | None = None
        self.stream = ResidentStream(
            reader=deps.reader,
            clock=deps.clock,
            put=self._line.put,
            seat_name=deps.seat_names.of,
            place_of=self._place_of,
            rating_window=deps.rating_window,
            zone=deps.zone.key,
            least_growth_s=deps.places.least_growth_s,
        )

    def end(self, code: CloseCode) -> None:
        """Ends this chat with `code`."""
        self._line.end(code)

    async def serve(self) -> int:
        """Serves until the socket ends; returns the close code."""
        return await self._line.serve(self._converse)

    def mend(self, change: Change) -> None:
        """Takes what a look at the rows found; it stays `unhinted` until a hint tells of it, too."""
        self.unhinted = change
        self.stream.hint(change)

    def _hint(self, change: Change) -> None:
        """A `Changes` subscriber."""
        found = self.unhinted
        # A later change proves nothing: the one that was found may have been lost all the same.
        if found and change.interaction_id == found.interaction_id and found.last_seq in (1, change.last_seq):
            self.unhinted = None
        self.stream.hint(change)

    def expire_typing(self) -> None:
        """Ends what the resident no longer types."""
        self._typist.expire()

    async def _converse(self, group: asyncio.TaskGroup) -> None:
        greeted = await self._line.greet(self._try_hello)
        if greeted is None:
            return
        browser = greeted.browser
        self.resident_id = browser.resident_id
        # Subscribed before the first read: what is committed in between is hinted at, not missed.
        with self._deps.changes.subscribed(browser.resident_id, self._hint):
            async with self._deps.presence.connected(resident_id=browser.resident_id):
                await self._welcome(greeted.hello, browser)
                group.create_task(self.stream.run())
                with self._deps.live.showing(self):
                    await self._line.listen(lambda raw: self._carry_out(raw, browser))
                    self._typist.stop()
                    self.stream.stop()

    async def _try_hello(self, raw: str | bytes) -> _Greeted:
        frame = parse_frame(raw)
        if not isinstance(frame, Hello):
            raise BadFrame("type：请先发送 hello")
        browser = await self._browser(frame.token)
        if frame.interaction_id is not None:
            await self._deps.interactions.require_own(frame.interaction_id, resident_id=browser.resident_id)
        return _Greeted(frame, browser)

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

    async def _welcome(self, hello: Hello, browser: Browser) -> None:
        """Welcome, the rest of the old interaction if it is not the current one, then the current one."""
        current = None if browser.fresh else await self._deps.interactions.current(browser.resident_id, channel=CHANNEL)
        now, zone = self._deps.clock.now(), self._deps.zone.key
        old = hello.interaction_id if hello.interaction_id != current else None
        if current is None:
            await self._line.put(welcome_frame(browser.token, None, last=0, now=now, zone=zone))
            await self._show_old(old, after=hello.after)
            return
        head, records = await self._deps.reader.read(current)
        await self._line.put(welcome_frame(browser.token, head, last=_last_visible(records), now=now, zone=zone))
        await self._show_old(old, after=hello.after)
        await self.stream.start(head, records, after=0 if old else hello.after)

    async def _show_old(self, interaction_id: UUID | None, *, after: int) -> None:
        if interaction_id is not None:
            head, records = await self._deps.reader.read(interaction_id)
            await self.stream.start(head, records, after=after)

    async def _carry_out(self, raw: str | bytes, browser: Browser) -> Shown | None:
        frame = parse_frame(raw)
        if isinstance(frame, Hello):
            raise BadFrame("type：hello 只能发送一次")
        if isinstance(frame, Typing):
            self._typist.set(on=frame.on)
            return None
        written = await self._do(frame, browser)
        return ack_frame(client_id=frame.client_id, interaction_id=written.interaction_id, seq=written.seq)

    async def _do(self, frame: Command, browser: Browser) -> Written:
        desk, visitor = self._deps.front_desk, Visitor(browser.resident_id, CHANNEL)
        repeat_of = RepeatKey(browser.token_id, frame.client_id)
        match frame:
            case Say():
                current = self.stream.interaction_id if self.stream.open else None
                return await desk.say(visitor, text=frame.said, repeat_of=repeat_of, interaction_id=current)
            case AskLawyer():
                return await desk.ask_lawyer(visitor, repeat_of=repeat_of)
            case Leave():
                return await desk.leave(visitor, repeat_of=repeat_of)
            case Rate() | Parties():
                return await self._tell(frame, visitor, repeat_of)
            case Callback() | LeaveMessage():
                return await desk.promise(visitor, wished=self._wish(frame), repeat_of=repeat_of)
            case CancelCallback():
                return await desk.cancel_promise(visitor, repeat_of=repeat_of)

    def _wish(self, frame: Callback | LeaveMessage) -> Wished:
        if isinstance(frame, LeaveMessage):
            return lambda _: message_wish(frame)
        zone, limits = self._deps.zone, self._deps.window_limits
        return lambda now: callback_wish(frame, now=now, zone=zone, limits=limits)

    async def _tell(self, frame: Rate | Parties, visitor: Visitor, repeat_of: RepeatKey) -> Written:
        if isinstance(frame, Rate):
            return await self._rate(frame, visitor, repeat_of)
        return await self._deps.front_desk.name_parties(visitor, own=frame.own, other=frame.other, repeat_of=repeat_of)

    async def _rate(self, frame: Rate, visitor: Visitor, repeat_of: RepeatKey) -> Written:
        return await self._deps.front_desk.rate(
            visitor,
            score=frame.score,
            solved=frame.solved,
            comment=frame.comment,
            interaction_id=frame.interaction_id,
            segment_id=frame.segment_id,
            repeat_of=repeat_of,
        )

    def _tell_typed(self, on: bool) -> None:
        """To the seat of the lawyer who serves now; without one nobody is told."""
        served = self.stream.served_by
        if served is not None:
            interaction_id, seat_id = served
            typed = Typed(By.RESIDENT, on)
            self._deps.changes.typed(Change(interaction_id, 0, None, frozenset({seat_id}), typed=typed))

    async def _place_of(self, interaction_id: UUID) -> Place | None:
        return (await self._deps.places.of([interaction_id])).get(interaction_id)


def _last_visible(records: list[Recorded]) -> int:
    return max((record.seq for record in records if visible_to_resident(record)), default=0)
