"""Signing out: what is still open is listed, and until each is finished or handed over the lawyer stays.

sign out ─▶ talks · calls · wrap-ups · what rings · unsent drafts ─┬─ none ─▶ signed out
                                                                   └─ some ─▶ `StillOpen` with the list
a supervisor may force it, with a note and an audit row; a running call is never cut, by nobody
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from agents.auditing import write_audit
from agents.calls import is_running
from agents.errors import CallRunning, StillOpen
from agents.handing_back import Hand, HandingBack
from agents.roles import Right, Viewer
from agents.roster import holds_work, locked_seat_of, stand_up
from agents.seat_scope import require_reach
from interactions.clock import Clock
from interactions.connections import Connection
from interactions.database import Database
from interactions.errors import NotFound, WrongState
from interactions.model import By, OfferState, State
from interactions.seats import set_away
from interactions.work_rows import WorkRow, open_work
from routing.offer_rows import offers_of_seats
from routing.offers import Offers

# What a lawyer's own hands hold; what rings is the seat's.
_OPEN = text("""
select i.interaction_id, i.number, i.state, i.channel, a.segment_id
from assignment a join interaction i on i.interaction_id = a.interaction_id
where a.seat_id = :seat_id and a.finished_at is null order by a.started_at
""")
_RINGING = text("""
select i.interaction_id, i.number from offer o
join interaction i on i.interaction_id = o.interaction_id
where o.seat_id = :seat_id and o.state = 'live' order by o.made_at
""")
NAMES: Mapping[str, str] = {
    "chat": "进行中的服务",
    "call": "通话",
    "callback": "待办的预约回电",
    "message": "待答的留言",
    "wrap_up": "未填写的小结",
    "offer": "待接入",
    "draft": "未发送的文字",
}
_SEAT = text("select seat_id, code, account_id from seat where code = :code and cardinality(channels) > 0")


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One thing left to do. `kind`: chat, call, callback, message, wrap_up, offer, draft."""

    kind: str
    interaction_id: UUID
    number: str

    def form(self) -> dict[str, Any]:
        """As a client is told."""
        return {"kind": self.kind, "interaction_id": str(self.interaction_id), "number": self.number}


class SigningOut:
    """The way out of a seat."""

    def __init__(self, database: Database, *, handing_back: HandingBack, offers: Offers, clock: Clock) -> None:
        self._database = database
        self._handing_back = handing_back
        self._offers = offers
        self._clock = clock

    async def sign_out(self, account_id: UUID, *, drafts: Collection[UUID] = ()) -> None:
        """The account leaves its seat; without one nothing happens. Raises `StillOpen` with what is left.

        `drafts`: interactions for which the lawyer's page still holds words that were not sent.
        """
        async with self._database.unit() as unit:
            row = await locked_seat_of(unit.connection, account_id)
            if row is None:
                return
            found = await open_items(unit.connection, row.seat_id, now=self._clock.now(), drafts=drafts)
            if found:
                raise StillOpen(_told(found), [one.form() for one in found])
            await stand_up(unit, row, how="signed_out", now=self._clock.now())

    async def force(self, viewer: Viewer, *, code: str, note: str) -> None:
        """A supervisor signs a seat out: talks go back in line, wrap-ups are closed, each with the note.

        Raises `CallRunning` while somebody is on the phone there, `NotFound` for a seat out of reach. It takes several
        transactions; the first one audits that it was ordered, so that one that fails half-way has its row, too.
        """
        viewer.require(Right.ROSTER)
        seat_id, account_id = await self._occupied(viewer, code)
        # Before anything is done: who is on the phone keeps what rings, and stays available.
        await self._held_off_the_phone(seat_id)
        await self._order(viewer, seat_id, code)
        hand = Hand(By.SUPERVISOR, viewer.account_id, seat_id)
        for one in await self._held_off_the_phone(seat_id):
            await self._handing_back.give_back(hand, interaction_id=one.interaction_id, note=note)
        async with self._database.unit() as unit:
            row = await locked_seat_of(unit.connection, account_id)
            if row is None or row.seat_id != seat_id:
                return
            if await holds_work(unit.connection, seat_id):
                raise WrongState("该坐席刚刚又接到服务，请再试一次")
            await stand_up(unit, row, how="forced", now=self._clock.now())
            await write_audit(unit, viewer, action="seat.signed_out", about=code, clock=self._clock)

    async def _held_off_the_phone(self, seat_id: UUID) -> list[OpenItem]:
        async with self._database.read() as connection:
            held = await open_items(connection, seat_id, now=self._clock.now())
        if any(one.kind == "call" for one in held):
            raise CallRunning("该坐席正在通话，不能中断；请在通话结束后再签出")
        return held

    async def _occupied(self, viewer: Viewer, code: str) -> tuple[UUID, UUID]:
        async with self._database.read() as connection:
            row = (await connection.execute(_SEAT, {"code": code})).first()
            if row is None:
                raise NotFound("没有这个坐席")
            if row.account_id is None:
                raise WrongState("该坐席没有人签入")
            await require_reach(connection, viewer, row.account_id)
            return row.seat_id, row.account_id

    async def _order(self, viewer: Viewer, seat_id: UUID, code: str) -> None:
        """No new offers from here on, and those that ring go back in line."""
        async with self._database.unit() as unit:
            ringing = await offers_of_seats(unit.connection, [seat_id])
            await self._offers.end_all(unit, ringing, state=OfferState.WITHDRAWN, how="withdrawn")
            await set_away(unit, [seat_id], reason="班长签出")
            await write_audit(unit, viewer, action="seat.sign_out_ordered", about=code, clock=self._clock)


async def open_items(
    connection: Connection, seat_id: UUID, *, now: datetime, drafts: Collection[UUID] = ()
) -> list[OpenItem]:
    """What is still open at a seat, in the order in which it began."""
    rows = (await connection.execute(_OPEN, {"seat_id": seat_id})).all()
    ringing = (await connection.execute(_RINGING, {"seat_id": seat_id})).all()
    owed = await open_work(connection, [row.interaction_id for row in rows])
    found = [OpenItem(_kind(row, owed.get(row.interaction_id), now), row.interaction_id, row.number) for row in rows]
    found += [OpenItem("offer", row.interaction_id, row.number) for row in ringing]
    # A draft of something that is not here any more is nobody's: the page forgets it.
    return found + [OpenItem("draft", row.interaction_id, row.number) for row in rows if row.interaction_id in drafts]


def _kind(row: Row[tuple[Any, ...]], owed: WorkRow | None, now: datetime) -> str:
    if row.state == State.WRAP_UP:
        return "wrap_up"
    if is_running(state=row.state, channel=row.channel, segment_id=row.segment_id, owed=owed, now=now):
        return "call"
    return owed.kind.value if owed else "chat"


def _told(found: Sequence[OpenItem]) -> str:
    kinds = Counter(one.kind for one in found)
    counts = "、".join(f"{name} {kinds[kind]} 个" for kind, name in NAMES.items() if kinds[kind])
    return f"还有{counts}：请逐一办完，或写明情况后移交，再签出"
