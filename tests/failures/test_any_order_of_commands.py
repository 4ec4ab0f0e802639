"""The whole router against a simple model: any order of what people, time and dying connections do.

model: each resident is in line, in a talk at a seat, in wrap-up at a seat, or gone · each seat is there or not
after each step, once every process has looked: rows = model · nobody waits beside a free seat · the log is proved
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import asyncpg
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from interactions.errors import HotlineError, Unavailable
from tests.rig import databases
from tests.rig.checker import against_heads, check, read_on
from tests.rig.faults import MEETING, Fault, Strike
from tests.rig.ground import Seat
from tests.rig.interleavings import NEVER_S, PAUSE, SETTINGS
from tests.rig.rooms import Rooms, processes
from tests.rig.scenes import LEASE
from tests.rig.ticking import TickingClock

T = TypeVar("T")
EXAMPLES, STEPS, PROCESSES, SEATS = 8, 20, 3, 3
LINE, TALK, WRAP, GONE = "line", "talk", "wrap", "gone"
PLACES = {
    "waiting": LINE,
    "offered": LINE,
    "with_lawyer": TALK,
    "wrap_up": WRAP,
    "closed": GONE,
    "abandoned": GONE,
}
_HEADS = "select interaction_id, state, seat_id from interaction"
# Whoever may be offered to a seat with room, right now; exclusions are the seats that let them go.
_IDLE_BESIDE_A_WAITER = """
select i.interaction_id, s.seat_id from interaction i join seat s on s.status = 'available'
where i.state = 'waiting' and exists (select from connection c where c.seat_id = s.seat_id)
  and not exists (select from exclusion x where x.interaction_id = i.interaction_id and x.seat_id = s.seat_id)
  and not exists (select from recusal r where r.interaction_id = i.interaction_id and r.account_id = s.account_id)
  and s.chat_capacity > (select count(*) from offer o where o.seat_id = s.seat_id and o.state = 'live')
    + (select count(*) from assignment a where a.seat_id = s.seat_id and a.finished_at is null)
"""
pick = st.integers(0, 10_000)


@dataclass(slots=True)
class Someone:
    """A resident as the model knows them."""

    resident_id: UUID
    place: str = LINE
    seat: Seat | None = None


class AnyOrder(RuleBasedStateMachine):
    """Three processes of the house, three seats, and whoever comes."""

    server_url: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.database = databases.fresh_database(self.server_url)
        url = self.database.__enter__()
        self.stack = AsyncExitStack()
        self.people: dict[UUID, Someone] = {}
        self.there: dict[Seat, bool] = {}
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
        for capacity in (1, 2, 2)[:SEATS]:
            self.there[await self.rooms[0].ground.seat(capacity=capacity)] = True

    def teardown(self) -> None:
        """Leaves nothing open."""
        self.run(self.stack.aclose())
        self.runner.close()
        self.database.__exit__(None, None, None)

    @rule(at=pick)
    def arrive(self, at: int) -> None:
        """Somebody joins the line."""
        ground = self._process(at).ground
        resident_id = self.run(ground.resident())
        self.people[self.run(ground.waiting(resident_id=resident_id))] = Someone(resident_id)
        self._settle()

    @precondition(lambda self: self._ringing())
    @rule(at=pick, who=pick, twice=st.booleans())
    def accept(self, at: int, who: int, twice: bool) -> None:
        """What rings is taken; in another tab it is gone."""
        interaction_id, offer_id, seat = self._one(self._ringing(), who)
        assert self._done(self._process(at).accept(offer_id, seat))
        if twice:
            assert not self._done(self._process(at + 1).accept(offer_id, seat))
        self._moved(interaction_id, TALK, seat)

    @precondition(lambda self: self._ringing())
    @rule(at=pick, who=pick, reason=st.sampled_from(["busy", "conflict"]))
    def decline(self, at: int, who: int, reason: str) -> None:
        """What rings is refused: they are in line as before, or their lawyer keeps them."""
        _, offer_id, seat = self._one(self._ringing(), who)
        assert self._done(self._process(at).decline(offer_id, seat, reason=reason))
        self._settle()

    @rule(at=pick)
    def lapse(self, at: int) -> None:
        """Nobody answers for as long as an offer lives."""
        self.rooms[0].ground.clock.advance(LEASE)
        self.run(self._process(at).routing.offers.lapse_due())
        self._settle()

    @rule()
    def time_passes(self) -> None:
        """Whoever let somebody go may be asked again."""
        self.rooms[0].ground.clock.advance(PAUSE)
        self._settle()

    @precondition(lambda self: self._in(LINE, TALK))
    @rule(at=pick, who=pick)
    def leave(self, at: int, who: int) -> None:
        """A resident leaves: out of the line, or out of the talk, which their lawyer registers."""
        interaction_id = self._one(self._in(LINE, TALK), who)
        someone = self.people[interaction_id]
        self.said += 1
        assert self._done(self._process(at).leave(someone.resident_id, client_id=f"bye {self.said}"))
        self._moved(interaction_id, GONE if someone.place == LINE else WRAP, someone.seat)

    @precondition(lambda self: self._in(TALK))
    @rule(at=pick, who=pick)
    def release(self, at: int, who: int) -> None:
        """A lawyer ends a talk."""
        interaction_id = self._one(self._in(TALK), who)
        seat = self._seat(interaction_id)
        assert self._done(self._process(at).release(interaction_id, seat))
        self._moved(interaction_id, WRAP, seat)

    @precondition(lambda self: self._in(WRAP))
    @rule(at=pick, who=pick)
    def wrap_up(self, at: int, who: int) -> None:
        """A lawyer registers it."""
        interaction_id = self._one(self._in(WRAP), who)
        assert self._done(self._process(at).wrap_up(interaction_id, self._seat(interaction_id)))
        self._moved(interaction_id, GONE, None)

    @precondition(lambda self: self._in(WRAP))
    @rule(at=pick, who=pick)
    def say_more(self, at: int, who: int) -> None:
        """A resident says more while it is wrapped up, and is back with that lawyer."""
        interaction_id = self._one(self._in(WRAP), who)
        self.said += 1
        assert self._done(self._process(at).say_in_wrap_up(interaction_id, client_id=f"more {self.said}"))
        self._moved(interaction_id, TALK, self._seat(interaction_id))

    @precondition(lambda self: self._in(TALK))
    @rule(at=pick, who=pick, to=pick)
    def hand_on(self, at: int, who: int, to: int) -> None:
        """A lawyer hands a talk on to a seat, if it may take one; it stays where it is until that one accepts."""
        interaction_id = self._one(self._in(TALK), who)
        self._done(
            self._process(at).hand_on(interaction_id, self._seat(interaction_id), self._one(list(self.there), to))
        )
        self._settle()

    @precondition(lambda self: self._in(TALK))
    @rule(at=pick, who=pick)
    def keep(self, at: int, who: int) -> None:
        """They change their mind."""
        interaction_id = self._one(self._in(TALK), who)
        self._done(self._process(at).keep(interaction_id, self._seat(interaction_id)))
        self._settle()

    @precondition(lambda self: any(self.there.values()))
    @rule(which=pick)
    def disconnect(self, which: int) -> None:
        """A console is gone for longer than the grace: its talks go back in line, what is wrapped up stays."""
        seat = self._one([one for one, there in self.there.items() if there], which)
        self.run(self.plain.execute("delete from connection where seat_id = $1", seat.seat_id))
        self.there[seat] = False
        for someone in self.people.values():
            if someone.place == TALK and someone.seat == seat:
                someone.place, someone.seat = LINE, None
        self._settle()

    @precondition(lambda self: not all(self.there.values()))
    @rule(at=pick, which=pick)
    def reconnect(self, at: int, which: int) -> None:
        """It is back, through any process."""
        seat = self._one([one for one, there in self.there.items() if not there], which)
        self.run(self._process(at).ground.connect(seat))
        self.run(self._process(at).roster.sign_in(seat.account_id))
        self.there[seat] = True
        self._settle()

    @precondition(lambda self: self._ringing())
    @rule(at=pick, who=pick, point=st.integers(0, 24))
    def crash(self, at: int, who: int, point: int) -> None:
        """A connection is lost somewhere in an accept: it is done, or it is not, and never half."""
        interaction_id, offer_id, seat = self._one(self._ringing(), who)
        before = self.people[interaction_id]
        self.run(self._struck(self._process(at), offer_id, seat, point))
        (state,) = [one["state"] for one in self._rows() if one["interaction_id"] == interaction_id]
        taken = self.run(self.plain.fetchval("select state from offer where offer_id = $1", offer_id)) == "accepted"
        assert PLACES[state] == (TALK if taken else before.place)
        self._moved(interaction_id, *((TALK, seat) if taken else (before.place, before.seat)))

    @invariant()
    def rows_say_what_the_model_says(self) -> None:
        """Each in one place, and in that one."""
        told = {one["interaction_id"]: (PLACES[one["state"]], one["seat_id"]) for one in self._rows()}
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

    def _done(self, work: Awaitable[Any]) -> bool:
        """Whether it was done; a refusal is the other answer, nothing else is."""
        try:
            self.run(work)
        except HotlineError:
            return False
        return True

    async def _struck(self, rooms: Rooms, offer_id: UUID, seat: Seat, point: int) -> None:
        before = MEETING.set(Strike(point, Fault.LOSE))
        try:
            await rooms.accept(offer_id, seat)
        except Unavailable:
            return
        finally:
            MEETING.reset(before)

    def _moved(self, interaction_id: UUID, place: str, seat: Seat | None) -> None:
        self.people[interaction_id].place = place
        self.people[interaction_id].seat = seat if place in (TALK, WRAP) else None
        self._settle()

    def _settle(self) -> None:
        """Every process looks, as it does within a sweep."""
        for rooms in self.rooms:
            rooms.routing.forget()
            self.run(rooms.routing.router.turn())

    def _ringing(self) -> list[tuple[UUID, UUID, Seat]]:
        live = self.run(self.rooms[0].routing.live())
        by_id = {one.seat_id: one for one in self.there}
        return [(one, ringing.offer_id, by_id[ringing.seat_id]) for one, ringing in sorted(live.items())]

    def _in(self, *places: str) -> list[UUID]:
        return [one for one, someone in self.people.items() if someone.place in places]

    def _seat(self, interaction_id: UUID) -> Seat:
        seat = self.people[interaction_id].seat
        assert seat is not None
        return seat

    def _rows(self) -> list[Any]:
        return list(self.run(self.plain.fetch(_HEADS)))

    def _process(self, at: int) -> Rooms:
        return self.rooms[at % len(self.rooms)]

    def _one(self, of: list[T], at: int) -> T:
        return of[at % len(of)]


def test_any_order_of_commands_agrees_with_a_simple_model(postgres_server: str) -> None:
    assert SETTINGS.relaxation.any_s == NEVER_S
    AnyOrder.server_url = postgres_server
    run_state_machine_as_test(
        AnyOrder,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
