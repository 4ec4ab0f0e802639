"""A busy hour of three processes in any order of events: no seat over its capacity, no lock out of order, no limbo."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text

from agents.serving import Server
from interactions.database import connect
from interactions.errors import HotlineError
from interactions.events import TurnSaid
from interactions.identity import new_id
from interactions.locks import lock_heads
from interactions.model import By, SeatStatus, State
from interactions.record import Draft, RepeatKey
from interactions.seats import lock_seats
from interactions.settings import DatabaseSettings
from interactions.tables import event, interaction, offer, seat
from interactions.verify import verify
from routing.settings import RoutingSettings
from tests.rig.ground import Ground, Seat
from tests.rig.leaving import leave
from tests.rig.lock_order import LockOrder
from tests.rig.rooms import Rooms
from tests.rig.serving import FORM

SETTINGS = RoutingSettings(declined_pause_s=5.0, grace_s=10.0)
PROCESSES, STEPS = 3, 80
_OVER = text("""
select count(*) from seat s where s.chat_capacity
    < (select count(*) from offer o where o.seat_id = s.seat_id and o.state = 'live')
    + (select count(*) from assignment a where a.seat_id = s.seat_id and a.finished_at is null)
""")


@dataclass(frozen=True, slots=True)
class Process:
    """One process of the house and what people do through it."""

    rooms: Rooms
    random: random.Random

    @property
    def ground(self) -> Ground:
        """What it stands on."""
        return self.rooms.ground

    async def step(self) -> None:
        """Something that may happen, then a look at every seat's hands."""
        happening = self.random.choice(HAPPENINGS)
        try:
            await happening(self)
        except HotlineError:
            # Somebody was faster, or it is not the moment for it: refused, and nothing of it stands.
            return
        finally:
            async with self.ground.database.read() as reading:
                assert await reading.scalar(_OVER) == 0

    async def some_seat(self) -> Seat | None:
        """Any seat somebody sits at."""
        async with self.ground.database.read() as reading:
            rows = (
                await reading.execute(select(seat.c.seat_id, seat.c.account_id).where(seat.c.account_id.is_not(None)))
            ).all()
        return Seat(*self.random.choice(rows)) if rows else None

    async def some_offer(self) -> tuple[UUID, Server] | None:
        """Any offer that rings, and who sits there."""
        columns = (offer.c.offer_id, offer.c.seat_id)
        async with self.ground.database.read() as reading:
            rows = (await reading.execute(select(*columns).where(offer.c.state == "live"))).all()
        if not rows:
            return None
        offer_id, seat_id = self.random.choice(rows)
        return offer_id, await self.holder(seat_id)

    async def some(self, *states: State) -> tuple[UUID, UUID, UUID] | None:
        """Any interaction in one of `states`: its id, its resident, its seat."""
        columns = (interaction.c.interaction_id, interaction.c.resident_id, interaction.c.seat_id)
        async with self.ground.database.read() as reading:
            rows = (await reading.execute(select(*columns).where(interaction.c.state.in_(states)))).all()
        return tuple(self.random.choice(rows)) if rows else None

    async def holder(self, seat_id: UUID) -> Server:
        """Who sits at the seat."""
        async with self.ground.database.read() as reading:
            account_id = await reading.scalar(select(seat.c.account_id).where(seat.c.seat_id == seat_id))
        return Server(account_id or new_id(self.ground.clock.now()), seat_id)


async def _arrive(at: Process) -> None:
    await at.ground.waiting()


async def _leave(at: Process) -> None:
    if found := await at.some(State.WAITING, State.OFFERED, State.WITH_LAWYER):
        await leave(at.rooms.routing, found[1], client_id=str(at.random.random()))


async def _accept(at: Process) -> None:
    if found := await at.some_offer():
        offer_id, by = found
        await at.rooms.routing.offers.accept(offer_id, seat_id=by.seat_id, account_id=by.account_id)


async def _decline(at: Process) -> None:
    if found := await at.some_offer():
        offer_id, by = found
        reason = at.random.choice(["busy", "conflict"])
        await at.rooms.routing.offers.decline(offer_id, seat_id=by.seat_id, account_id=by.account_id, reason=reason)


async def _talk(at: Process) -> None:
    if found := await at.some(State.WITH_LAWYER):
        await at.ground.say(found[0], "还有一个问题")
        await at.rooms.serving.say(await at.holder(found[2]), interaction_id=found[0], text="请讲")


async def _release(at: Process) -> None:
    if found := await at.some(State.WITH_LAWYER):
        await at.rooms.serving.release(await at.holder(found[2]), interaction_id=found[0])


async def _wrap_up(at: Process) -> None:
    if found := await at.some(State.WRAP_UP):
        await at.rooms.serving.wrap_up(await at.holder(found[2]), interaction_id=found[0], form=FORM)


async def _say_in_wrap_up(at: Process) -> None:
    if found := await at.some(State.WRAP_UP):
        said = [Draft(TurnSaid(text="等等"), By.RESIDENT)]
        await at.rooms.resuming.say(found[0], said, repeat_of=RepeatKey(found[0], str(at.random.random())))


async def _change_status(at: Process) -> None:
    if one := await at.some_seat():
        sitting = await at.rooms.roster.sign_in(one.account_id)
        await at.rooms.roster.set_status(
            sitting, at.random.choice([SeatStatus.AVAILABLE, SeatStatus.AVAILABLE, SeatStatus.AWAY])
        )


async def _sign_out_and_in(at: Process) -> None:
    if one := await at.some_seat():
        await at.rooms.roster.sign_out(one.account_id)
        await at.rooms.roster.sign_in(one.account_id)


async def _open_a_console(at: Process) -> None:
    if one := await at.some_seat():
        async with at.rooms.presence.connected(seat_id=one.seat_id):
            await at.rooms.presence.renew()


async def _time_passes(at: Process) -> None:
    at.ground.clock.advance(timedelta(seconds=at.random.choice([1, 5, 20])))


async def _route(at: Process) -> None:
    await at.rooms.routing.router.turn()


HAPPENINGS: tuple[Callable[[Process], Awaitable[None]], ...] = (
    *(_arrive, _arrive, _accept, _accept, _decline, _route, _route, _route, _talk, _release, _wrap_up, _wrap_up),
    *(_leave, _say_in_wrap_up, _change_status, _sign_out_and_in, _open_a_console, _time_passes),
)


@pytest.fixture
async def processes(ground: Ground, postgres_url: str) -> AsyncIterator[list[Process]]:
    """Processes on one database."""
    async with AsyncExitStack() as stack:
        made = []
        for number in range(PROCESSES):
            database = connect(postgres_url, settings=DatabaseSettings())
            stack.push_async_callback(database.close)
            made.append(
                Process(Rooms.on(Ground.on(database, clock=ground.clock), settings=SETTINGS), random.Random(number))
            )
        yield made


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_everything_adds_up(ground: Ground, processes: list[Process], seed: int) -> None:
    order = LockOrder()
    for process in processes:
        order.watch(process.ground.database)
        process.random.seed(f"{seed}-{process.random.random()}")
    for capacity in (1, 2, 3, 3):
        await ground.seat(capacity=capacity)

    await asyncio.gather(*(_work(process) for process in processes))

    verdict = await verify(ground.database)
    assert verdict.holds, verdict.violations
    assert order.violations == []
    assert await _happened(ground) >= {"interaction.accepted", "interaction.closed"}


async def test_locks_out_of_order_are_named(ground: Ground) -> None:
    order = LockOrder()
    order.watch(ground.database)
    at = await ground.seat()
    first, second = sorted([await ground.waiting(), await ground.waiting()])

    async with ground.database.unit() as unit:
        await lock_heads(unit, [second])
        await lock_heads(unit, [first])
    async with ground.database.unit() as unit:
        await lock_seats(unit.connection, [at.seat_id])
        await lock_heads(unit, [first])
    async with ground.database.unit() as unit:
        await lock_heads(unit, [first, second])
        await lock_seats(unit.connection, [at.seat_id])
        await lock_heads(unit, [second])

    assert [told.partition(":")[0] for told in order.violations] == [
        "interactions out of order",
        "an interaction after a seat",
    ]


async def _happened(ground: Ground) -> set[str]:
    async with ground.database.read() as reading:
        return set(await reading.scalars(select(event.c.kind).distinct()))


async def _work(process: Process) -> None:
    for _ in range(STEPS):
        await process.step()
