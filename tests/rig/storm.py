"""A busy house on several processes: every offer is taken in two tabs at once, each through another process.

    resident ─▶ any process: asks for a lawyer ─▶ … offer ─┬─▶ tab 1, any process: accept ─┬─▶ one of them ─▶ release
                                                           └─▶ tab 2, another one: accept ─┘                  wrap up

Whoever gets no answer, because the process died or the reply was lost, says the same again with the same id.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

import asyncpg

from interactions.clock import ManualClock
from interactions.database import connect
from interactions.settings import DatabaseSettings
from tests.rig.checker import Acknowledged
from tests.rig.fleet import Died, Fleet, Member, Refused
from tests.rig.ground import Ground, Seat

CALM_S = 0.02
TRIES = 200
_RINGING = """
select o.offer_id, o.interaction_id, o.seat_id, s.account_id from offer o join seat s on s.seat_id = o.seat_id
where o.state = 'live'
"""


@dataclass(slots=True)
class Storm:
    """What people did and what they were told."""

    house: Fleet
    random: Random
    at_once: asyncio.Semaphore
    accepts: dict[str, list[bool]] = field(default_factory=dict)
    acknowledged: list[Acknowledged] = field(default_factory=list)
    interactions: list[str] = field(default_factory=list)
    rang: set[UUID] = field(default_factory=set)
    served: dict[str, asyncio.Event] = field(default_factory=dict)
    on_served: Callable[[int], None] = lambda _: None

    async def blow(self, url: str, *, residents: int) -> None:
        """So many residents come and are served; a lawyer who cannot go on ends it at once."""
        async with asyncio.TaskGroup() as lawyers:
            watching = lawyers.create_task(self._watch(url, lawyers))
            async with asyncio.TaskGroup() as coming:
                for number in range(residents):
                    coming.create_task(self._resident(number))
            watching.cancel()

    async def _resident(self, number: int) -> None:
        async with self.at_once:
            who = await self.order("resident")
            asked = await self.order("ask_lawyer", client_id=f"ask {number}", **who)
            interaction_id = asked["interaction_id"]
            self.interactions.append(interaction_id)
            self.acknowledged.append(Acknowledged(UUID(interaction_id), asked["seq"]))
            await self.served.setdefault(interaction_id, asyncio.Event()).wait()

    async def _watch(self, url: str, lawyers: asyncio.TaskGroup) -> None:
        """Sees every offer that rings, once."""
        looking = await asyncpg.connect(url)
        try:
            while True:
                for row in await looking.fetch(_RINGING):
                    if row["offer_id"] not in self.rang:
                        self.rang.add(row["offer_id"])
                        lawyers.create_task(self._serve({name: str(value) for name, value in row.items()}))
                await asyncio.sleep(CALM_S)
        finally:
            await looking.close()

    async def _serve(self, ringing: dict[str, str]) -> None:
        interaction_id = ringing.pop("interaction_id")
        first, second = self.random.sample(self.house.members, 2)
        tabs = [
            self._accept(tab, f"{ringing['offer_id']} {number}", ringing) for number, tab in enumerate((first, second))
        ]
        self.accepts[ringing["offer_id"]] = won = list(await asyncio.gather(*tabs))
        if not any(won):
            return
        by = {"interaction_id": interaction_id, "seat_id": ringing["seat_id"], "account_id": ringing["account_id"]}
        await self._until_done("release", by)
        await self._until_done("wrap_up", by)
        self.served.setdefault(interaction_id, asyncio.Event()).set()
        self.on_served(sum(one.is_set() for one in self.served.values()))

    async def _accept(self, tab: Member, client_id: str, ringing: dict[str, str]) -> bool:
        """Whether this tab is told that it won."""
        try:
            accepted = await self.order("accept", tab, client_id=client_id, **ringing)
        except Refused as refused:
            if str(refused) != "OfferGone":
                raise
            return False
        self.acknowledged.append(Acknowledged(UUID(accepted["interaction_id"]), accepted["seq"]))
        return True

    async def _until_done(self, command: str, by: dict[str, str]) -> None:
        """Without an id a repeat of what was done is refused: it was done."""
        try:
            await self.order(command, **by)
        except Refused as refused:
            if str(refused) not in ("WrongState", "NotFound"):
                raise

    async def order(self, command: str, first: Member | None = None, /, **values: Any) -> Any:
        """Its result, from `first` or any process; from another one as long as there is no answer."""
        member = first or self.random.choice(self.house.members)
        for _ in range(TRIES):
            try:
                return await member.order(command, **values)
            except Died:
                pass
            except Refused as refused:
                if str(refused) != "Unavailable":
                    raise
            await asyncio.sleep(CALM_S)
            member = self.random.choice(self.house.members)
        raise AssertionError(f"no answer to {command}")


async def staff(house: Fleet, url: str, *, seats: int, capacity: int = 3) -> Sequence[Seat]:
    """So many lawyers at seats, their consoles spread over the processes."""
    database = connect(url, settings=DatabaseSettings())
    ground = Ground.on(database, clock=ManualClock(house.clock.now()))
    made = [await ground.seat(matters=("general",), capacity=capacity, connected=False) for _ in range(seats)]
    await database.close()
    for number, one in enumerate(made):
        await house.members[number % len(house.members)].order("connect", seat_id=str(one.seat_id))
    return made


async def storm(
    house: Fleet,
    url: str,
    *,
    residents: int,
    at_once: int,
    seed: str,
    on_served: Callable[[int], None] = lambda _: None,
) -> Storm:
    """A storm that has blown over."""
    made = Storm(house, Random(seed), asyncio.Semaphore(at_once), on_served=on_served)
    await made.blow(url, residents=residents)
    return made
