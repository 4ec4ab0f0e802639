"""What a lawyer does with an interaction in hand: say, note, release, wrap up.

    with_lawyer ── say, note ──▶ with_lawyer ── release ──▶ wrap_up ── note ──▶ wrap_up ── wrap up ──▶ closed
                                    ▲     asks for a rating, frees nothing        │        frees the seat's place
                                    └────────── the resident says more ───────────┘

Each takes a unit of its own: the head is locked first, then the segment is read, so that nobody speaks for a lawyer
who took over a moment ago; then assignment and seat (DESIGN §4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from agents.calls import require_tried
from agents.codes import Codes
from agents.errors import NotServing
from agents.ports import Farewell
from agents.ratings import Ratings, may_ask_rating
from agents.settings import ServingSettings
from agents.stretch_end import StretchEnd
from agents.talk_end import Segment, TalkEnd, live_segment
from agents.wrapping_up import Classification, closing_drafts, require_codes
from interactions.clock import Clock
from interactions.database import Database, Unit
from interactions.errors import NotFound
from interactions.events import NoteWritten, TurnSaid
from interactions.head import Head
from interactions.locks import lock_heads
from interactions.log import Log
from interactions.model import IN_HAND, TALKING, WRAPPING_UP, By, State
from interactions.record import Bundle, Draft, RepeatKey, Written, require_state
from interactions.work_rows import open_work


@dataclass(frozen=True, slots=True)
class Server:
    """Who serves: the account and the seat it sits at."""

    account_id: UUID
    seat_id: UUID


class Serving:
    """A lawyer's commands on interactions in hand. Each returns its place in the log once it is durable."""

    def __init__(
        self,
        database: Database,
        *,
        log: Log,
        ratings: Ratings,
        codes: Codes,
        clock: Clock,
        settings: ServingSettings,
        farewell: Farewell,
    ) -> None:
        self._database = database
        self._log = log
        self._ratings = ratings
        self._codes = codes
        self._clock = clock
        self._stretch_end = StretchEnd(clock=clock, settings=settings)
        self._talk_end = TalkEnd(log=log, ratings=ratings, clock=clock, farewell=farewell)

    async def say(
        self, server: Server, *, interaction_id: UUID, text: str, repeat_of: RepeatKey | None = None
    ) -> Written:
        """A turn to the resident; raises `WrongState` outside the talk, `NotServing` for another seat's."""
        event = TurnSaid(text=text, client_id=repeat_of.client_id if repeat_of else None)
        draft = Draft(event, By.LAWYER, server.account_id, changes={"last_turn_at": self._clock.now()})
        return await self._append(server, interaction_id, draft, only_in=TALKING, repeat_of=repeat_of)

    async def note(
        self, server: Server, *, interaction_id: UUID, text: str, repeat_of: RepeatKey | None = None
    ) -> Written:
        """A note for the house, during the talk or the wrap-up."""
        event = NoteWritten(text=text, client_id=repeat_of.client_id if repeat_of else None)
        draft = Draft(event, By.LAWYER, server.account_id)
        return await self._append(server, interaction_id, draft, only_in=IN_HAND, repeat_of=repeat_of)

    async def release(self, server: Server, *, interaction_id: UUID, repeat_of: RepeatKey | None = None) -> Written:
        """Ends the talk and begins the wrap-up; asks the resident for a rating where care allows."""
        async with self._database.unit() as unit:
            head, segment = await self._lock(unit, interaction_id)
            ask = segment is not None and not segment.asked and may_ask_rating(head)
            item = (await open_work(unit.connection, [interaction_id])).get(interaction_id)

            def decide(head: Head) -> Sequence[Draft]:
                held = require_served(head, segment, server, only_in=TALKING)
                require_tried(item, held.segment_id, now=self._clock.now())
                return self._talk_end.drafts(head, held, by=By.LAWYER, by_id=server.account_id, ask=ask)

            written = await self._log.write_one(unit, Bundle(interaction_id, decide, repeat_of))
            if segment is not None and not written.repeated:
                await self._talk_end.store(unit, segment, ask=ask)
            return written

    async def wrap_up(
        self, server: Server, *, interaction_id: UUID, form: Classification, repeat_of: RepeatKey | None = None
    ) -> Written:
        """Registers the 小结 and closes the interaction; raises `Invalid` naming a field with an unknown code."""
        require_codes(form, self._codes)
        async with self._database.unit() as unit:
            _, segment = await self._lock(unit, interaction_id)

            def decide(head: Head) -> Sequence[Draft]:
                held = require_served(head, segment, server, only_in=WRAPPING_UP)
                now = self._clock.now()
                return closing_drafts(form, segment_id=held.segment_id, account_id=server.account_id, now=now)

            written = await self._log.write_one(unit, Bundle(interaction_id, decide, repeat_of))
            if segment is not None and not written.repeated:
                await self._stretch_end.finish(
                    unit, written.head, segment_id=segment.segment_id, seat_id=segment.seat_id, registered=True
                )
            return written

    async def _append(
        self,
        server: Server,
        interaction_id: UUID,
        draft: Draft,
        *,
        only_in: frozenset[State],
        repeat_of: RepeatKey | None,
    ) -> Written:
        """One event, by whoever the segment is with under the lock: a seat may have changed hands a moment ago."""
        async with self._database.unit() as unit:
            _, segment = await self._lock(unit, interaction_id)

            def decide(head: Head) -> Sequence[Draft]:
                require_served(head, segment, server, only_in=only_in)
                return (draft,)

            return await self._log.write_one(unit, Bundle(interaction_id, decide, repeat_of))

    async def _lock(self, unit: Unit, interaction_id: UUID) -> tuple[Head, Segment | None]:
        """The locked head and, in a later statement, its live segment."""
        locked = await lock_heads(unit, [interaction_id])
        if interaction_id not in locked:
            raise NotFound("没有这个服务单")
        return locked[interaction_id].head, await live_segment(unit.connection, interaction_id)


def _require_seat(head: Head, server: Server) -> None:
    # Somebody else's interaction answers like one that does not exist: its number and state are not ours to tell.
    if head.seat_id != server.seat_id:
        raise NotFound("没有这个服务单，或它不在您的坐席")


def require_served(head: Head, segment: Segment | None, server: Server, *, only_in: frozenset[State]) -> Segment:
    """The segment, where it is with this lawyer and the interaction in one of these states; raises what is wrong."""
    _require_seat(head, server)
    require_state(head, only_in)
    if segment is None or segment.account_id != server.account_id:
        raise NotServing("该服务单由其他律师承办")
    return segment
