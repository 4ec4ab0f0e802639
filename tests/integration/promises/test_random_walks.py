"""Whatever residents wish, lawyers record and time brings, in any order: the log holds, and rows say what it says."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest

from agents.serving import Server
from interactions.errors import HotlineError
from interactions.model import OPEN_STATES, How, Others, State
from interactions.record import RepeatKey
from interactions.verify import verify
from tests.rig.ground import KEYS, Ground, Seat
from tests.rig.leaving import leave
from tests.rig.promises import Promises
from tests.rig.serving import FORM

PEOPLE, SEATS, STEPS = 5, 3, 60
RESULTS = ("reached", "reached", "no_answer", "other_person", "wrong_number")


@dataclass(slots=True)
class _Walk:
    """A few people, a few seats, and dice."""

    ground: Ground
    promises: Promises
    dice: Random
    people: list[UUID] = field(default_factory=list)
    seats: list[Seat] = field(default_factory=list)
    asked: set[UUID] = field(default_factory=set)
    step: int = 0

    async def go(self) -> None:
        """One step of somebody; a refusal is an answer like any other."""
        self.step += 1
        doing = self.dice.choice(
            [
                *(self.wish, self.wish, self.cancel, self.hasten, self.leave, self.route, self.route, self.wait),
                *(self.take, self.take, self.try_, self.try_, self.finish, self.finish),
            ]
        )
        with suppress(HotlineError):
            await doing()

    async def wish(self) -> None:
        begins = self.dice.choice([None, timedelta(minutes=self.dice.randint(1, 300))])
        wish = self.dice.choice(
            [self.promises.callback(begins, others=self.dice.choice(list(Others)[:3])), self.promises.message()]
        )
        written = await self.promises.promise(self.dice.choice(self.people), wish, client_id=f"w{self.step}")
        self.asked.add(written.interaction_id)

    async def cancel(self) -> None:
        await self.promises.cancel(self.dice.choice(self.people), client_id=f"c{self.step}")

    async def hasten(self) -> None:
        key = RepeatKey(self.people[0], f"h{self.step}")
        await self.promises.items.hasten(self.one(), [], reason="asked", repeat_of=key)

    async def leave(self) -> None:
        await leave(self.promises.routing, self.dice.choice(self.people), client_id=f"l{self.step}")

    async def route(self) -> None:
        await self.promises.routing.router.turn()

    async def take(self) -> None:
        for ringing in (await self.promises.routing.live()).values():
            at = next(seat for seat in self.seats if seat.seat_id == ringing.seat_id)
            await self.promises.routing.offers.accept(ringing.offer_id, seat_id=at.seat_id, account_id=at.account_id)

    async def try_(self) -> None:
        interaction_id, at = await self.held(State.WITH_LAWYER)
        await self.promises.tried(interaction_id, at, self.dice.choice(RESULTS))

    async def finish(self) -> None:
        if self.dice.random() < 0.5:
            interaction_id, at = await self.held(State.WITH_LAWYER)
            await self.promises.serving.release(Server(at.account_id, at.seat_id), interaction_id=interaction_id)
            return
        interaction_id, at = await self.held(State.WRAP_UP)
        server = Server(at.account_id, at.seat_id)
        await self.promises.serving.wrap_up(server, interaction_id=interaction_id, form=FORM)

    async def wait(self) -> None:
        self.ground.clock.advance(timedelta(minutes=self.dice.randint(1, 240)))

    def one(self) -> UUID:
        return self.dice.choice(sorted(self.asked)) if self.asked else UUID(int=0)

    async def held(self, state: State) -> tuple[UUID, Seat]:
        interaction_id = self.one()
        head, _ = await self.ground.reader.read(interaction_id)
        found = [seat for seat in self.seats if seat.seat_id == head.seat_id and head.state is state]
        return interaction_id, found[0] if found else self.dice.choice(self.seats)

    async def check(self) -> None:
        """The log holds; each row is what the log folds to."""
        verdict = await verify(self.ground.database, keys=KEYS)
        assert verdict.holds, verdict.violations
        for one in self.asked:
            row, told = await self.promises.item(one), await self.promises.told(one)
            assert told is not None
            assert told.open is (row is not None)
            if row is not None:
                shared = ("work_item_id", "kind", "state", "how", "soon", "from_at", "until_at", "attempts")
                assert [getattr(row, name) for name in shared] == [getattr(told, name) for name in shared]
                assert await self.promises.state(one) in OPEN_STATES
                assert row.how in How


@pytest.mark.parametrize("seed", range(6))
async def test_rows_and_log_agree_after_every_few_steps(ground: Ground, seed: int) -> None:
    walk = _Walk(ground, Promises.on(ground), Random(seed))
    walk.people = [await ground.resident() for _ in range(PEOPLE)]
    walk.seats = [await ground.seat(matters=("general",), capacity=2) for _ in range(SEATS)]

    for step in range(STEPS):
        await walk.go()
        if step % 10 == 9:
            await walk.check()

    assert walk.asked
