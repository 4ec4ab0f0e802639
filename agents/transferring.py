"""A lawyer hands an interaction on, to whoever serves a matter or to a named seat, and may take that back.

    by matter ─▶ open: the next round looks for a seat          named ─▶ may it take one now? ─▶ rings there
                                                                           └─ no: refused, nothing was done
The machine is drawn in routing/transfers.py. A named seat is asked inside the same capacity check as by a round:
interaction and seat locked, what it has in hand counted in a later statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from agents.codes import Codes, require_code
from agents.errors import SeatCannotTake
from agents.named_seat import AskedSeat, NamedSeats
from agents.serving import Server, require_served
from agents.talk_end import Segment, live_segment
from interactions.clock import Clock
from interactions.database import Database, Unit
from interactions.errors import NotFound, WrongState
from interactions.events import NoteWritten
from interactions.head import Head
from interactions.identity import new_id
from interactions.locks import lock_heads
from interactions.log import Log
from interactions.model import TALKING, By, TransferState
from interactions.record import Bundle, Draft, RepeatKey, Written
from interactions.transfer_events import TransferAsked, TransferOffered
from interactions.work_rows import open_work
from routing.offer_rows import NewRow, insert_offers
from routing.settings import RoutingSettings
from routing.transfers import Transfer, called_off_drafts, insert_transfer, open_transfers, store_called_off


class Target(NamedTuple):
    """For whom: whoever serves `matter`, or the seat with the code `seat`."""

    matter: str | None
    seat: str | None


class _Asked(NamedTuple):
    """A transfer about to be written, with the offer to a named seat and what that seat has in hand."""

    transfer: Transfer
    offer: NewRow | None = None
    seat_name: str | None = None
    load: int = 0
    most: int = 0


class Transferring:
    """A lawyer's transfers. Each command returns its place in the log once it is durable."""

    def __init__(self, database: Database, *, log: Log, codes: Codes, clock: Clock, settings: RoutingSettings) -> None:
        self._database = database
        self._log = log
        self._codes = codes
        self._clock = clock
        self._settings = settings
        self._seats = NamedSeats(clock=clock, settings=settings)

    async def ask(
        self, server: Server, *, interaction_id: UUID, to: Target, note: str = "", repeat_of: RepeatKey | None = None
    ) -> Written:
        """Begins a transfer.

        Raises `Invalid` for a matter or seat that does not exist, `SeatCannotTake` for a seat that can't have it now,
        `WrongState` where a transfer is under way already.
        """
        if to.matter is not None:
            require_code(to.matter, self._codes.matters, field="to.matter")
        async with self._database.unit() as unit:
            head = await self._lock(unit, interaction_id)
            segment = await live_segment(unit.connection, interaction_id)
            under_way = await open_transfers(unit.connection, [interaction_id])
            asked = await self._seats.ask(unit, head, to.seat) if to.seat is not None else None
            owed = (await open_work(unit.connection, [interaction_id])).get(interaction_id)
            made: list[_Asked] = []

            def decide(at: Head) -> Sequence[Draft]:
                held = require_served(at, segment, server, only_in=TALKING)
                if under_way:
                    raise WrongState("该服务单正在转接，请先取消")
                if owed is not None and owed.calls(self._clock.now()):
                    raise WrongState("回电由接听的律师完成：请登记呼叫结果，需要他人接手时另约回电")
                if asked is not None:
                    self._require_taking(server, asked, at)
                made.append(self._make(at, held, to, asked))
                return _drafts(made[0], server.account_id, note=note)

            written = await self._log.write_one(unit, Bundle(interaction_id, decide, repeat_of))
            for one in made:
                await self._store(unit, one, written)
            return written

    async def cancel(self, server: Server, *, interaction_id: UUID, repeat_of: RepeatKey | None = None) -> Written:
        """The transfer is over and the lawyer goes on; raises `WrongState` where none is under way."""
        async with self._database.unit() as unit:
            await self._lock(unit, interaction_id)
            segment = await live_segment(unit.connection, interaction_id)
            found = (await open_transfers(unit.connection, [interaction_id])).get(interaction_id)
            state = TransferState.CANCELLED

            def decide(at: Head) -> Sequence[Draft]:
                require_served(at, segment, server, only_in=TALKING)
                if found is None:
                    raise WrongState("该服务单没有进行中的转接")
                return called_off_drafts(found, state=state, by=By.LAWYER, by_id=server.account_id)

            written = await self._log.write_one(unit, Bundle(interaction_id, decide, repeat_of))
            if found is not None and not written.repeated:
                await store_called_off(unit, [found], state=state, now=self._clock.now())
            return written

    async def _lock(self, unit: Unit, interaction_id: UUID) -> Head:
        locked = await lock_heads(unit, [interaction_id])
        if interaction_id not in locked:
            raise NotFound("没有这个服务单")
        return locked[interaction_id].head

    def _require_taking(self, server: Server, asked: AskedSeat, head: Head) -> None:
        if server.seat_id == asked.named.seat_id or server.account_id == asked.named.account_id:
            raise SeatCannotTake("不能转接给自己的坐席")
        self._seats.require_taking(asked, head)

    def _make(self, head: Head, segment: Segment, to: Target, asked: AskedSeat | None) -> _Asked:
        now = self._clock.now()
        lease = self._settings.offer.lease(head.channel)
        transfer = Transfer(
            new_id(now),
            head.interaction_id,
            segment.segment_id,
            segment.seat_id,
            segment.account_id,
            asked.named.seat_id if asked else None,
            to.matter,
            now + (lease if asked else self._settings.transfer.find),
        )
        if asked is None or asked.on_duty is None:
            return _Asked(transfer)
        offer = NewRow(new_id(now), head.interaction_id, asked.named.seat_id, now + lease, transfer.transfer_id)
        load, slots = asked.on_duty.load, self._seats.slots(asked.on_duty)
        return _Asked(transfer, offer, asked.named.name, load, load + slots)

    async def _store(self, unit: Unit, made: _Asked, written: Written) -> None:
        """The rows that go with the events."""
        now = self._clock.now()
        note_seq = next((one.seq for one in written.recorded if isinstance(one.event, NoteWritten)), None)
        await insert_transfer(unit.connection, made.transfer, note_seq=note_seq, now=now)
        if made.offer is not None:
            await insert_offers(unit.connection, [made.offer], now=now)
        unit.seats.add(made.transfer.seat_id)
        unit.wake_router = True


def _drafts(made: _Asked, account_id: UUID, *, note: str) -> Sequence[Draft]:
    transfer = made.transfer
    asked = TransferAsked(
        transfer_id=str(transfer.transfer_id),
        segment_id=str(transfer.segment_id),
        from_seat_id=str(transfer.seat_id),
        expires_at=transfer.expires_at.isoformat(),
        matter=transfer.to_matter,
        to_seat_id=str(transfer.to_seat_id) if transfer.to_seat_id else None,
        to_seat_name=made.seat_name,
    )
    found = [Draft(asked, By.LAWYER, account_id)]
    if note.strip():
        found.append(Draft(NoteWritten(text=note, purpose="transfer"), By.LAWYER, account_id))
    return found if made.offer is None else [*found, _offered(made, made.offer)]


def _offered(made: _Asked, offer: NewRow) -> Draft:
    event = TransferOffered(
        transfer_id=str(made.transfer.transfer_id),
        offer_id=str(offer.offer_id),
        seat_id=str(offer.seat_id),
        expires_at=offer.expires_at.isoformat(),
        why={"chosen_for": "named", "load": made.load, "most": made.most},
    )
    return Draft(event, By.SYSTEM)
