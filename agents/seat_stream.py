"""What one console socket is shown, kept equal to the rows: hints say when to look, the database says what is true.

    change ─▶ hint ─┬─ of a talk followed here ─▶ its events past the cursor ─▶ turn, state
                    ├─ says it all itself ──────▶ offer · state and turns        (announced.py)
                    └─ anything else ───────────▶ look: view of the seat ─┬─ status differs ─▶ status
                                                  │                       ├─ offers differ  ─▶ offer, offer_gone
    every 2 s: re-check (recheck.py) ─ differs ───┘                       └─ talks differ   ─▶ turns from the cursor

Sending waits for a slow reader; hints pile up as a set of things to read, never as a list of frames.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from agents.announced import Rung, Taken, announced
from agents.offer_words import note_of, owed
from agents.owed import work_frame
from agents.roles import Viewer
from agents.seat_view import Held, Ringing, SeatView, explanation, last_visible, read_view, why_gone
from agents.showing import (
    Shown,
    conflict_frame,
    offer_frame,
    offer_gone_frame,
    status_frame,
    taken_frame,
    typing_frame,
    welcome_frame,
)
from agents.talk import Talk
from interactions.changes import Change
from interactions.clock import Clock
from interactions.database import Database
from interactions.errors import Unavailable
from interactions.following import Following
from interactions.model import SeatStatus
from interactions.reading import LogReader
from interactions.record import Recorded
from interactions.work import is_about_work, work_after

MOST_HINTS = 256
Put = Callable[[Shown], Awaitable[None]]


class SeatStream:
    """The outgoing side of one console socket at a seat."""

    def __init__(
        self, viewer: Viewer, *, seat_id: UUID, database: Database, reader: LogReader, clock: Clock, put: Put
    ) -> None:
        self.seat_id = seat_id
        self.viewer = viewer
        self._database = database
        self._reader = reader
        self._clock = clock
        self._put = put
        self._talks: dict[UUID, Talk] = {}
        self._offers: dict[UUID, UUID] = {}
        self._answering: set[UUID] = set()
        self._status: tuple[str, str | None] = (SeatStatus.SIGNED_OUT.value, None)
        self._hints: deque[Change] = deque(maxlen=MOST_HINTS)
        self._stale = False
        self._wake = asyncio.Event()
        self._busy = False
        self._stopped = False
        self.unhinted: set[tuple[str, UUID]] = set()

    @property
    def seated(self) -> bool:
        """Whether the account still sits here, as far as was looked."""
        return self._status[0] != SeatStatus.SIGNED_OUT

    @property
    def settled(self) -> bool:
        """Whether every hint so far was carried out."""
        return not self._busy and not self._wake.is_set()

    def hint(self, change: Change) -> None:
        """Takes a change of this seat; a `Changes` subscriber."""
        if change.typed is not None:
            self._hint_typed(change)
            return
        self.unhinted.discard(("interaction", change.interaction_id or self.seat_id))
        known = change.interaction_id in self._talks or announced(change, self.seat_id) is not None
        if known and len(self._hints) < MOST_HINTS:
            self._hints.append(change)
            self._wake.set()
        else:
            self.look()

    def _hint_typed(self, change: Change) -> None:
        if change.interaction_id in self._talks and len(self._hints) < MOST_HINTS:
            self._hints.append(change)
            self._wake.set()

    def talking_with(self, interaction_id: UUID) -> UUID | None:
        """The resident of a talk that goes on here; None where there is no such talk."""
        talk = self._talks.get(interaction_id)
        return talk.resident_id if talk is not None and talk.talking else None

    def look(self) -> None:
        """Has the rows compared with what was shown."""
        self._stale = True
        self._wake.set()

    def stop(self) -> None:
        """Ends `run` after the query at hand: one that is broken off costs the pool a connection."""
        self._stopped = True
        self._wake.set()

    async def welcome(self, cursors: Mapping[UUID, int]) -> None:
        """Sends the welcome, every turn past `cursors`, and the offers that are live."""
        view = await self._view()
        lasts = {}
        for held in view.held.values():
            self._talks[held.interaction_id] = await self._talk(held, after=cursors.get(held.interaction_id, 0))
            lasts[held.interaction_id] = await self._last_visible(held.interaction_id, upto=held.last_seq)
        self._status = self._status_in(view)
        await self._put(welcome_frame(self.viewer, view, lasts=lasts, now=self._clock.now()))
        for talk in tuple(self._talks.values()):
            if view.held[talk.interaction_id].work is not None:
                await self._tell_owed(talk.interaction_id)
            await self._catch_up(talk)
        await self._compare(view)

    async def run(self) -> None:
        """Follows hints until stopped."""
        while not self._stopped:
            await self._wake.wait()
            self._busy = True
            self._wake.clear()
            try:
                await self._advance()
            except Unavailable:
                # Nothing is lost but time: cursors stand where they stood, the next re-check finds the rest.
                self._stale = True
            finally:
                self._busy = False

    @contextmanager
    def answering(self, offer_id: UUID) -> Iterator[None]:
        """Inside, this socket answers the offer: its end is told by ack or error, not by `offer_gone`."""
        self._answering.add(offer_id)
        try:
            yield
        except BaseException:
            self._answering.discard(offer_id)
            self.look()
            raise
        self._offers.pop(offer_id, None)
        self._answering.discard(offer_id)

    def differences(self, view: SeatView) -> set[tuple[str, UUID]]:
        """What `view` holds that was not shown: (what, id), where an offer counts as its interaction."""
        found = {("interaction", self.seat_id)} if self._status != self._status_in(view) else set()
        new = {ringing.interaction_id for offer_id, ringing in view.offers.items() if offer_id not in self._offers}
        gone = {one for offer_id, one in self._offers.items() if offer_id not in view.offers}
        behind = {one for one, held in view.held.items() if self._behind(held)}
        left = self._talks.keys() - view.held.keys()
        return found | {("interaction", interaction_id) for interaction_id in new | gone | behind | left}

    def _behind(self, held: Held) -> bool:
        talk = self._talks.get(held.interaction_id)
        return talk is None or talk.following.cursor < held.last_seq

    async def _advance(self) -> None:
        while self._hints:
            await self._follow(self._hints.popleft())
        if self._stale:
            self._stale = False
            await self._compare(await self._view())

    async def _follow(self, change: Change) -> None:
        talk = self._talks.get(change.interaction_id) if change.interaction_id else None
        if talk is None:
            await self._take_in(change)
        elif change.typed is not None:
            await self._put(typing_frame(talk.interaction_id, by=change.typed.by.value, on=change.typed.on))
        else:
            await self._follow_talk(talk, change)

    async def _follow_talk(self, talk: Talk, change: Change) -> None:
        fresh = await talk.following.follow(change)
        await self._show(talk, fresh)
        if not talk.gone and any(is_about_work(record.event) for record in fresh):
            await self._tell_owed(talk.interaction_id)

    async def _tell_owed(self, interaction_id: UUID) -> None:
        head, records = await self._reader.read(interaction_id)
        if (work := work_after(records)) is not None:
            await self._put(work_frame(work, head, now=self._clock.now()))

    async def _take_in(self, change: Change) -> None:
        match announced(change, self.seat_id):
            case Rung(ringing, why):
                # Rows that are read in a moment, or a change that came after, know better whether it still rings.
                over = self._stale or any(one.interaction_id == ringing.interaction_id for one in self._hints)
                if not over and ringing.offer_id not in self._offers:
                    await self._ring(ringing, why)
            case Taken(held, offer_id):
                if offer_id in self._offers and offer_id not in self._answering:
                    await self._end_offer(offer_id)
                await self._compare_talk(held)

    async def _compare(self, view: SeatView) -> None:
        await self._compare_status(view)
        await self._compare_offers(view)
        for talk in [talk for one, talk in self._talks.items() if one not in view.held]:
            await self._catch_up(talk)
            self._talks.pop(talk.interaction_id, None)
        for held in view.held.values():
            await self._compare_talk(held)

    async def _compare_status(self, view: SeatView) -> None:
        status = self._status_in(view)
        if status != self._status:
            self._status = status
            await self._put(status_frame(status[0], reason=status[1]))

    async def _compare_offers(self, view: SeatView) -> None:
        for offer_id in self._offers.keys() - view.offers.keys() - self._answering:
            await self._end_offer(offer_id)
        for offer_id, ringing in view.offers.items():
            if offer_id not in self._offers:
                await self._ring(ringing, await self._explanation(ringing))

    async def _ring(self, ringing: Ringing, why: Mapping[str, Any]) -> None:
        self._offers[ringing.offer_id] = ringing.interaction_id
        work, note = await owed(self._reader, ringing), await note_of(self._reader, ringing)
        await self._put(offer_frame(ringing, why=why, now=self._clock.now(), work=work, note=note))

    async def _explanation(self, ringing: Ringing) -> Shown:
        async with self._database.read() as connection:
            return await explanation(connection, ringing)

    async def _end_offer(self, offer_id: UUID) -> None:
        interaction_id = self._offers.pop(offer_id)
        async with self._database.read() as connection:
            reason = await why_gone(connection, offer_id)
        await self._put(offer_gone_frame(offer_id, interaction_id=interaction_id, reason=reason))

    async def _compare_talk(self, held: Held) -> None:
        talk = self._talks.get(held.interaction_id)
        if talk is None:
            # Accepted, here or in another tab: all turns from the first.
            talk = self._talks[held.interaction_id] = await self._talk(held, after=0)
            await self._put(taken_frame(held))
            if held.work is not None:
                # Before any word: whoever answers the phone must not be told them yet.
                await self._tell_owed(held.interaction_id)
        if held.conflict and not talk.warned:
            talk.warned = True
            await self._put(conflict_frame(held.interaction_id))
        if talk.following.cursor < held.last_seq:
            await self._catch_up(talk)

    async def _talk(self, held: Held, *, after: int) -> Talk:
        # A cursor beyond the log is of another log, or made up: everything is sent again.
        cursor = after if after <= held.last_seq else 0
        following = Following(self._reader, interaction_id=held.interaction_id, after=cursor)
        shown = await self._last_visible(held.interaction_id, upto=cursor) if cursor else 0
        return Talk(following, held, seat_id=self.seat_id, shown=shown)

    async def _catch_up(self, talk: Talk) -> None:
        _, records = await talk.following.catch_up()
        await self._show(talk, records)

    async def _show(self, talk: Talk, records: list[Recorded]) -> None:
        for frame in talk.frames(records):
            await self._put(frame)
        if talk.gone:
            self._talks.pop(talk.interaction_id, None)
        if any(record.event.indexed_names for record in records):
            self.look()  # a name may tell that somebody here must not serve somebody else here

    async def _last_visible(self, interaction_id: UUID, *, upto: int) -> int:
        async with self._database.read() as connection:
            return await last_visible(connection, interaction_id, upto=upto)

    async def _view(self) -> SeatView:
        async with self._database.read() as connection:
            return await read_view(connection, self.seat_id)

    def _status_in(self, view: SeatView) -> tuple[str, str | None]:
        """The status as this account has it: whose seat was taken over is signed out."""
        if view.account_id != self.viewer.account_id:
            return SeatStatus.SIGNED_OUT.value, None
        return view.status, view.reason
