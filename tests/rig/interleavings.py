"""One interleaving from its seed: set up, stepped, proved, cleared away; a failure tells how to have it again.

seed ─▶ scene ─▶ stepped ─▶ outcomes ─┬─▶ nobody was told what is not so
                                      ├─▶ the log holds (checker.py) and agrees with the rows
                                      └─▶ what this kind of scene promises besides
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import count
from random import Random

import asyncpg
from sqlalchemy import text, update

from interactions.errors import HotlineError, OfferGone, Unavailable
from interactions.model import State
from interactions.record import Written
from interactions.tables import seat
from routing.settings import RelaxationSettings, RoutingSettings
from tests.rig import scenes
from tests.rig.budget import LEDGER
from tests.rig.checker import Acknowledged, Fact, against_heads, check, read_on
from tests.rig.rooms import Rooms, processes
from tests.rig.scenes import OVERFULL, Scene
from tests.rig.stepping import Interleaving, Stepper
from tests.rig.ticking import TickingClock

PROCESSES = 4
LOST = 0.06
# With no grace a console that was cut has vanished at once; a seat is not set away for missing; a scene's seats are for
# its own need, however long somebody waits.
NEVER_S = 1e9
SETTINGS = RoutingSettings(
    grace_s=0.0, misses_before_away=1_000, relaxation=RelaxationSettings(neighbour_s=NEVER_S, any_s=NEVER_S)
)
PAUSE = timedelta(seconds=SETTINGS.declined_pause_s)
Setting = Callable[[Scene], Awaitable[None]]
KINDS: Mapping[str, Setting] = {
    "double_assignment": scenes.double_assignment,
    "capacity": scenes.capacity,
    "vanished_seat": scenes.vanished_seat,
    "limbo": scenes.limbo,
    "ghost_ring": scenes.ghost_ring,
    "leaving_seat": scenes.leaving_seat,
    "handing_on": scenes.handing_on,
}
TAKEN = frozenset({"interaction.accepted", "interaction.transferred"})
# After each of their statements every seat is counted.
SEAT_WATCHED = frozenset({"capacity", "vanished_seat", "ghost_ring", "leaving_seat", "handing_on"})
# Somebody of this scene waits though a seat of it has room and may have them.
_WAITS_BESIDE_A_FREE_SEAT = text("""
select i.interaction_id from interaction i join seat s on s.matters = array[i.matter] and s.status = 'available'
where i.interaction_id = any(:ids) and i.state = 'waiting'
  and not exists (select from exclusion x where x.interaction_id = i.interaction_id and x.seat_id = s.seat_id)
  and not exists (select from recusal r where r.interaction_id = i.interaction_id and r.account_id = s.account_id)
  and s.chat_capacity > (select count(*) from offer o where o.seat_id = s.seat_id and o.state = 'live')
    + (select count(*) from assignment a where a.seat_id = s.seat_id and a.finished_at is null)
""")


class Broken(AssertionError):
    """Something does not hold; says the seed, the steps and the log."""


@dataclass(slots=True)
class Stage:
    """Processes of the house on one database, one scene after the other."""

    rooms: list[Rooms]
    watching: asyncpg.Connection
    numbers: count[int]

    async def play(self, kind: str, seed: str, *, lost: float = 0.0) -> Interleaving:
        """One interleaving of `kind`; raises `Broken`. `lost`: how many statements lose their connection."""
        random = Random(f"{kind}-{seed}")
        scene = Scene(next(self.numbers), random, self.rooms)
        for one in self.rooms:
            one.routing.forget()
        await KINDS[kind](scene)
        found: list[str] = []
        look = partial(self._count_seats, scene, found) if kind in SEAT_WATCHED else None
        made = await Stepper(random, watching=self.watching, lost=lost).run(scene.ways, look=look)
        if lost:
            await self._time_heals()
        found += [*_outcomes(made, lost=bool(lost)), *await self._proved(kind, scene, made, lost=bool(lost))]
        if found:
            facts = await read_on(self.watching, scene.interactions)
            raise Broken(told(kind, seed, lost=lost, found=found, made=made, facts=facts))
        await self._clear(scene)
        return made

    async def _count_seats(self, scene: Scene, found: list[str]) -> None:
        ids = {"ids": [one.seat_id for one in scene.seats]}
        async with self.rooms[0].ground.database.read() as reading:
            if not found and await reading.scalar(OVERFULL, ids):
                found.append("a seat had more than it may, or nobody sat there")

    async def _time_heals(self) -> None:
        """After the lease and the pause of whoever let it go, a process that saw nothing of it looks."""
        healthy = self.rooms[0]
        for _ in range(3):
            healthy.ground.clock.advance(PAUSE + scenes.LEASE)
            await healthy.routing.router.turn()

    async def _proved(self, kind: str, scene: Scene, made: Interleaving, *, lost: bool) -> list[str]:
        facts = await read_on(self.watching, scene.interactions)
        told_of = [
            Acknowledged(one.interaction_id, one.seq)
            for one in made.outcomes.values()
            if isinstance(one, Written) and one.interaction_id in scene.interactions
        ]
        found = check(facts, acknowledged=told_of, pause=PAUSE)
        found += await against_heads(self.watching, facts)
        found += _winners(facts, made, lost=lost)
        # Whoever looked after the last change saw it: that nobody waits is true now, not after another look.
        if kind == "limbo" or lost:
            found += await self._nobody_waits(scene)
        return found

    async def _nobody_waits(self, scene: Scene) -> list[str]:
        async with self.rooms[0].ground.database.read() as reading:
            waiting = await reading.scalars(_WAITS_BESIDE_A_FREE_SEAT, {"ids": scene.interactions})
        return [f"{one}: waits, though a seat that may have it has room" for one in dict.fromkeys(waiting)]

    async def _clear(self, scene: Scene) -> None:
        """The next scene's rounds find nothing of this one."""
        rooms = self.rooms[0]
        for interaction_id in scene.interactions:
            head, _ = await rooms.ground.reader.read(interaction_id)
            if head.state in (State.WAITING, State.OFFERED, State.WITH_LAWYER):
                await rooms.leave(scene.residents[interaction_id], client_id="cleared")
        async with rooms.ground.database.unit() as unit:
            there = update(seat).where(seat.c.seat_id.in_([one.seat_id for one in scene.seats]))
            await unit.connection.execute(there.values(status="signed_out", account_id=None))


@asynccontextmanager
async def stage(url: str) -> AsyncIterator[Stage]:
    """A stage on a migrated database with no rows."""
    watching = await asyncpg.connect(url)
    try:
        async with processes(url, clock=TickingClock(), count=PROCESSES, settings=SETTINGS) as rooms:
            yield Stage(rooms, watching, count(1))
    finally:
        await watching.close()


async def play_all(on: Stage, kind: str, *, seeds: range, lost: float = 0.0, ledger: str) -> int:
    """Plays every seed; returns how many different interleavings that were."""
    traces = set()
    for seed in seeds:
        traces.add("\n".join((await on.play(kind, str(seed), lost=lost)).trace))
        LEDGER[f"stepped: {ledger}"] += 1
    LEDGER[f"of these different: {ledger}"] += len(traces)
    return len(traces)


def told(kind: str, seed: str, *, lost: float, found: list[str], made: Interleaving, facts: list[Fact]) -> str:
    """A report that lets somebody else see the same."""
    log = [
        f"{fact.interaction_id.hex[-6:]} {fact.seq:>2} {fact.at:%H:%M:%S.%f} {fact.kind} {fact.from_state or ''}"
        f"→{fact.to_state or ''} {fact.body}"
        for fact in facts
    ]
    again = f"make soak SEED={seed} KIND={kind}" + (f" LOST={lost}" if lost else "")
    return "\n".join(["", *found, "", f"again: {again}", "", "steps", made.told(), "", "log", *log])


def _outcomes(made: Interleaving, *, lost: bool) -> list[str]:
    """Refusals are told as such; that the outcome is unknown is told only where a connection was lost."""
    return [
        f"{name}: {outcome!r}"
        for name, outcome in made.outcomes.items()
        if isinstance(outcome, BaseException)
        and (not isinstance(outcome, HotlineError) or (isinstance(outcome, Unavailable) and not lost))
    ]


def _winners(facts: list[Fact], made: Interleaving, *, lost: bool) -> list[str]:
    """Of two accepts at most one is told that it won, the log has exactly that, and a loser is told that it is gone."""
    accepts = {name: one for name, one in made.outcomes.items() if name.startswith("accept")}
    won = [one for one in accepts.values() if isinstance(one, Written)]
    stored = {(fact.interaction_id, fact.seq) for fact in facts if fact.kind in TAKEN}
    found = [f"{len(won)} accepts won"] if len(won) > 1 else []
    found += ["an accept won that is not in the log" for one in won if (one.interaction_id, one.seq) not in stored]
    return found + [
        f"{name}: told {outcome!r}"
        for name, outcome in accepts.items()
        if isinstance(outcome, BaseException) and not isinstance(outcome, OfferGone) and not lost
    ]
