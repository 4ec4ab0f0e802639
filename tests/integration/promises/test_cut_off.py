"""Cut off at any await a promise is kept whole or not made; asked again it is the same one, and the log still holds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from interactions.database import Database, connect
from interactions.errors import Unavailable
from interactions.model import State
from interactions.record import RepeatKey
from interactions.settings import DatabaseSettings
from interactions.verify import verify
from tests.rig.faults import MEETING, Fault, Faults, FaultyConnection, Recording, Strike
from tests.rig.ground import KEYS, Ground, Seat
from tests.rig.promises import Promises

_STATE = text("select state from interaction where resident_id = :resident_id")
HOUR = timedelta(hours=1)
Command = Callable[[], Awaitable[object]]


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    """A database whose every statement may be cut off."""
    made = connect(postgres_url, settings=DatabaseSettings(), opened=FaultyConnection)
    yield made
    await made.close()


class _Case:
    """One resident and one lawyer, brought to where the command begins."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.promises = Promises.on(ground)
        self.resident: UUID
        self.seat: Seat
        self.asked: UUID

    async def ask(self, begins: timedelta | None) -> Command:
        """A wish of somebody who waits."""
        self.resident = await self.ground.resident()
        self.asked = await self.ground.waiting(resident_id=self.resident)
        wish = self.promises.callback(begins)
        return lambda: self.promises.promise(self.resident, wish)

    async def first(self) -> Command:
        """A wish as somebody's first word."""
        self.resident = await self.ground.resident()
        return lambda: self.promises.promise(self.resident, self.promises.message())

    async def cancel(self) -> Command:
        """A cancellation before the time."""
        await (await self.ask(HOUR))()
        return lambda: self.promises.cancel(self.resident)

    async def hasten(self) -> Command:
        """A person, now, after all."""
        await (await self.ask(HOUR))()
        key = RepeatKey(self.resident, "now")
        return lambda: self.promises.items.hasten(self.asked, [], reason="asked", repeat_of=key)

    async def bring(self) -> Command:
        """The router finds it due."""
        await (await self.ask(HOUR))()
        self.ground.clock.advance(HOUR)
        return self.promises.routing.router.turn

    async def fail(self) -> Command:
        """A call that nobody answers."""
        await (await self.ask(None))()
        self.seat = await self.ground.seat()
        await self.promises.taken(self.asked, self.seat)
        return lambda: self.promises.tried(self.asked, self.seat, "no_answer", client_id="tried")

    async def state(self) -> State:
        """Where the only interaction is."""
        async with self.ground.database.read() as connection:
            return State(await connection.scalar(_STATE, {"resident_id": self.resident}))


COMMANDS: dict[str, tuple[Callable[[_Case], Awaitable[Command]], State]] = {
    "ask for later": (lambda case: case.ask(HOUR), State.CALLBACK_DUE),
    "ask for soon": (lambda case: case.ask(None), State.WAITING),
    "leave a message": (lambda case: case.first(), State.CALLBACK_DUE),
    "cancel": (lambda case: case.cancel(), State.ABANDONED),
    "wait now": (lambda case: case.hasten(), State.WAITING),
    "come due": (lambda case: case.bring(), State.WAITING),
    "reach nobody": (lambda case: case.fail(), State.CALLBACK_DUE),
}


@pytest.mark.parametrize("name", COMMANDS)
async def test_cut_off_anywhere_and_asked_again_it_is_done_once(ground: Ground, name: str) -> None:
    prepare, wanted = COMMANDS[name]
    recording = Recording()
    await _met_by(recording, await prepare(_Case(ground)))
    assert recording.points

    for at in range(len(recording.points)):
        case = _Case(ground)
        command = await prepare(case)
        with suppress(Unavailable):
            await _met_by(Strike(at, Fault.LOSE), command)
        verdict = await verify(ground.database, keys=KEYS)
        assert verdict.holds, (str(recording.points[at]), verdict.violations)
        await command()

        assert await case.state() is wanted, str(recording.points[at])
        verdict = await verify(ground.database, keys=KEYS)
        assert verdict.holds, (str(recording.points[at]), verdict.violations)


async def _met_by(faults: Faults, command: Command) -> None:
    token = MEETING.set(faults)
    try:
        await command()
    finally:
        MEETING.reset(token)
