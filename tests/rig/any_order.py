"""A simple model of the whole router, and three processes of the house that are held against it.

model: each resident is in line, to be called later, in a talk at a seat, in wrap-up at a seat, or gone
       each seat is there or not · what is owed to whom, whether they confirmed · who may not have whom
after each step, once every process has looked: rows = model · nobody waits beside a free seat · the log is proved
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import asyncpg
from hypothesis.stateful import RuleBasedStateMachine, invariant

from interactions.errors import HotlineError
from tests.rig import databases
from tests.rig.checker import against_heads, check, read_on
from tests.rig.ground import Seat
from tests.rig.interleavings import PAUSE, SETTINGS
from tests.rig.rooms import Rooms, processes
from tests.rig.supervisors import a_supervisor, at_desk
from tests.rig.ticking import TickingClock

T = TypeVar("T")
PROCESSES, CAPACITIES = 3, (1, 2, 2)
LINE, LATER, TALK, WRAP, GONE = "line", "later", "talk", "wrap", "gone"
PLACES = {
    "waiting": LINE,
    "offered": LINE,
    "callback_due": LATER,
    "with_lawyer": TALK,
    "wrap_up": WRAP,
    "closed": GONE,
    "abandoned": GONE,
}
_HEADS = "select interaction_id, state, seat_id from interaction"
# A lawyer on a callback takes nothing beside it, from its offer to the end of its wrap-up.
_CALLING = """
select from work_item w left join offer o on o.interaction_id = w.interaction_id and o.state = 'live'
left join assignment a on a.interaction_id = w.interaction_id and a.finished_at is null
where w.state = 'due' and s.seat_id in (o.seat_id, a.seat_id)
"""
# Whoever may be offered to a seat with room, right now; exclusions are the seats that let them go.
_IDLE_BESIDE_A_WAITER = f"""
select i.interaction_id, s.seat_id from interaction i join seat s on s.status = 'available'
where i.state = 'waiting' and exists (select from connection c where c.seat_id = s.seat_id)
  and not exists (select from exclusion x where x.interaction_id = i.interaction_id and x.seat_id = s.seat_id)
  and not exists (select from recusal r where r.interaction_id = i.interaction_id and r.account_id = s.account_id)
  and not exists ({_CALLING})
  and s.chat_capacity > (select count(*) from offer o where o.seat_id = s.seat_id and o.state = 'live')
    + (select count(*) from assignment a where a.seat_id = s.seat_id and a.finished_at is null)
"""  # noqa: S608 - constants above
_HELD = "select interaction_id, held_until from assignment where finished_at is null"
_OWED = "select interaction_id, due_at from work_item where ended_at is null"
_HANDED_ON = "select interaction_id from transfer where state = 'open'"


@dataclass(slots=True)
class Someone:
    """A resident as the model knows them. `owed`: a call, to whom it is; `confirmed`: by who answered, in this talk."""

    resident_id: UUID
    place: str = LINE
    seat: Seat | None = None
    owed: bool = False
    confirmed: bool = False

    @property
    def to_try(self) -> bool:
        """Whether their lawyer has to dial before anything else."""
        return self.owed and not self.confirmed


class World(RuleBasedStateMachine):
    """Three processes of the house, three seats, a supervisor's desk, and whoever comes."""

    server_url: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.database = databases.fresh_database(self.server_url)
        url = self.database.__enter__()
        self.stack = AsyncExitStack()
        self.people: dict[UUID, Someone] = {}
        self.there: dict[Seat, bool] = {}
        self.capacity: dict[Seat, int] = {}
        self.refused: set[tuple[UUID, Seat]] = set()
        self.said = 0
        self.run(self._open(url))

    def run(self, work: Awaitable[T]) -> T:
        """Carries it out to its end."""

        async def carried_out() -> T:
            return await work

        return self.runner.run(carried_out())

    async def _open(self, url: str) -> None:
        entering = processes(url, clock=TickingClock(), count=PROCESSES, settings=SETTINGS)
        self.rooms: list[Rooms] = await self.stack.enter_async_context(entering)
        self.plain = await asyncpg.connect(url)
        self.stack.push_async_callback(self.plain.close)
        for capacity in CAPACITIES:
            seat = await self.rooms[0].ground.seat(capacity=capacity)
            self.there[seat], self.capacity[seat] = True, capacity
        self.chief, self.desk = await a_supervisor(self.rooms[0].ground)

    def teardown(self) -> None:
        """Leaves nothing open."""
        self.run(self.stack.aclose())
        self.runner.close()
        self.database.__exit__(None, None, None)

    @invariant()
    def rows_say_what_the_model_says(self) -> None:
        """Each in one place, and in that one."""
        told = {one["interaction_id"]: (PLACES[one["state"]], one["seat_id"]) for one in self.rows()}
        for interaction_id, someone in self.people.items():
            place, seat_id = told[interaction_id]
            assert place == someone.place
            if someone.seat is not None and place in (TALK, WRAP):
                assert seat_id == someone.seat.seat_id

    @invariant()
    def nobody_waits_beside_a_free_seat(self) -> None:
        """Whoever may have it has it."""
        assert self.run(self.plain.fetch(_IDLE_BESIDE_A_WAITER)) == []

    @invariant()
    def the_log_is_true(self) -> None:
        """By itself, and against the rows."""
        facts = self.run(read_on(self.plain))
        assert check(facts, pause=PAUSE) == []
        assert self.run(against_heads(self.plain, facts)) == []

    def done(self, work: Awaitable[Any]) -> bool:
        """Whether it was done; a refusal is the other answer, nothing else is."""
        try:
            self.run(work)
        except HotlineError:
            return False
        return True

    def moved(self, interaction_id: UUID, place: str, seat: Seat | None) -> None:
        """The model's next place of somebody; whoever comes to another lawyer has confirmed nothing there."""
        someone = self.people[interaction_id]
        seat = seat if place in (TALK, WRAP) else None
        someone.owed = someone.owed and place != GONE
        someone.confirmed = someone.confirmed and seat == someone.seat
        someone.place, someone.seat = place, seat
        self.settle()

    def settle(self) -> None:
        """Every process looks, as it does within a sweep; what time alone brings about happens in the model, too."""
        before = self.now()
        for rooms in self.rooms:
            rooms.routing.forget()
            self.run(rooms.routing.router.turn())
        self._give_back(before)
        self._come_due(before)

    def _give_back(self, before: datetime) -> None:
        """Talks at a seat that is gone are back in line, but for those that a hand holds."""
        held = dict(self.run(self.plain.fetch(_HELD)))
        for interaction_id, someone in self.people.items():
            until = held.get(interaction_id)
            let_go = until is None or until <= before
            if someone.place == TALK and someone.seat is not None and not self.there.get(someone.seat, True) and let_go:
                someone.place, someone.seat, someone.confirmed = LINE, None, False

    def _come_due(self, before: datetime) -> None:
        """Whoever is to be called by now is in line again."""
        due = dict(self.run(self.plain.fetch(_OWED)))
        for interaction_id, someone in self.people.items():
            if someone.place == LATER and due[interaction_id] <= before:
                someone.place = LINE

    def ringing(self) -> list[tuple[UUID, UUID, Seat]]:
        """What rings where, by its offer."""
        live = self.run(self.rooms[0].routing.live())
        by_id = {one.seat_id: one for one in self.there}
        return [(one, ringing.offer_id, by_id[ringing.seat_id]) for one, ringing in sorted(live.items())]

    def handed_on(self) -> set[UUID]:
        """What is being handed on."""
        return {one["interaction_id"] for one in self.run(self.plain.fetch(_HANDED_ON))}

    def takes(self, seat: Seat, interaction_id: UUID) -> bool:
        """Whether a seat that is named may have it now; whatever else rings there takes a place."""
        rings = [one for one, _, at in self.ringing() if at == seat and one != interaction_id]
        held = [one for one, someone in self.people.items() if someone.seat == seat]
        calls = any(self.people[one].owed for one in (*rings, *held))
        room = len(rings) + len(held) < self.capacity[seat]
        return self.there[seat] and room and not calls and (interaction_id, seat) not in self.refused

    def in_(self, *places: str) -> list[UUID]:
        """Everybody in these places."""
        return [one for one, someone in self.people.items() if someone.place in places]

    def seat(self, interaction_id: UUID) -> Seat:
        """Whose talk or wrap-up it is."""
        seat = self.people[interaction_id].seat
        assert seat is not None
        return seat

    def at_desk(self) -> Seat:
        """The supervisor's."""
        return at_desk(self.desk)

    def now(self) -> datetime:
        """Everybody's time."""
        return self.rooms[0].ground.clock.now()

    def rows(self) -> list[Any]:
        """State and seat of each."""
        return list(self.run(self.plain.fetch(_HEADS)))

    def process(self, at: int) -> Rooms:
        """One of them."""
        return self.rooms[at % len(self.rooms)]

    def one(self, of: list[T], at: int) -> T:
        """One of these."""
        return of[at % len(of)]
