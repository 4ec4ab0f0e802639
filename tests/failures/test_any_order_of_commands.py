"""The router against a simple model (tests/rig/any_order.py): any order of what people, time and dying connections do.

Of each command the model knows whether it may be done: a refusal is an answer, and only where it is the right one.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from interactions.errors import Unavailable
from tests.rig.any_order import CAPACITIES, GONE, LATER, LINE, PLACES, TALK, WRAP, Someone, World
from tests.rig.faults import MEETING, Fault, Strike
from tests.rig.ground import Seat, code_of
from tests.rig.interleavings import NEVER_S, PAUSE, SETTINGS
from tests.rig.rooms import Rooms
from tests.rig.scenes import LEASE

EXAMPLES, STEPS = 8, 24
HOUR = timedelta(hours=1)
# As long after its lawyer signed in, every seat of the model has all of its places.
GROWN = timedelta(seconds=max(CAPACITIES) * SETTINGS.ramp_up.step_s)
pick = st.integers(0, 10_000)


class Residents(World):
    """Who comes, waits, leaves, and wants to be called."""

    @rule(at=pick)
    def arrive(self, at: int) -> None:
        """Somebody joins the line."""
        ground = self.process(at).ground
        resident_id = self.run(ground.resident())
        self.people[self.run(ground.waiting(resident_id=resident_id))] = Someone(resident_id)
        self.settle()

    @precondition(lambda self: self.in_(LINE, LATER, TALK))
    @rule(at=pick, who=pick)
    def leave(self, at: int, who: int) -> None:
        """A resident leaves the line, or the talk, which their lawyer registers; what is owed outlives the page."""
        interaction_id = self.one(self.in_(LINE, LATER, TALK), who)
        someone = self.people[interaction_id]
        self.said += 1
        left = self.done(self.process(at).leave(someone.resident_id, client_id=f"bye {self.said}"))
        assert left == (someone.place == TALK or not someone.owed)
        if left:
            self.moved(interaction_id, WRAP if someone.place == TALK else GONE, someone.seat)

    @precondition(lambda self: self.in_(WRAP))
    @rule(at=pick, who=pick)
    def say_more(self, at: int, who: int) -> None:
        """A resident says more while it is wrapped up, and is back with that lawyer."""
        interaction_id = self.one(self.in_(WRAP), who)
        self.said += 1
        assert self.done(self.process(at).say_in_wrap_up(interaction_id, client_id=f"more {self.said}"))
        self.moved(interaction_id, TALK, self.seat(interaction_id))

    @precondition(lambda self: self.in_(LINE, LATER, TALK))
    @rule(at=pick, who=pick)
    def ask_to_be_called(self, at: int, who: int) -> None:
        """In an hour, in place of waiting: whatever rings of it rings no more. Who talks has no need of it."""
        interaction_id = self.one(self.in_(LINE, LATER, TALK), who)
        someone, promises = self.people[interaction_id], self.process(at).promises
        self.said += 1
        wish = promises.promise(someone.resident_id, promises.callback(HOUR), client_id=f"call {self.said}")
        assert self.done(wish) == (someone.place != TALK)
        if someone.place != TALK:
            someone.owed = True
            self.moved(interaction_id, LATER, None)

    @rule()
    def an_hour_passes(self) -> None:
        """Callbacks come due, and what a hand held is held no longer."""
        self.rooms[0].ground.clock.advance(HOUR)
        self.settle()


class Lawyers(Residents):
    """What is done at seats, and with their connections."""

    @precondition(lambda self: self.ringing())
    @rule(at=pick, who=pick, twice=st.booleans())
    def accept(self, at: int, who: int, twice: bool) -> None:
        """What rings is taken; in another tab it is gone."""
        interaction_id, offer_id, seat = self.one(self.ringing(), who)
        assert self.done(self.process(at).accept(offer_id, seat))
        if twice:
            assert not self.done(self.process(at + 1).accept(offer_id, seat))
        self.moved(interaction_id, TALK, seat)

    @precondition(lambda self: self.ringing())
    @rule(at=pick, who=pick, reason=st.sampled_from(["busy", "conflict"]))
    def decline(self, at: int, who: int, reason: str) -> None:
        """What rings is refused: they are in line as before, or their lawyer keeps them."""
        interaction_id, offer_id, seat = self.one(self.ringing(), who)
        assert self.done(self.process(at).decline(offer_id, seat, reason=reason))
        if reason == "conflict":
            self.refused.add((interaction_id, seat))
        self.settle()

    @rule(at=pick)
    def lapse(self, at: int) -> None:
        """Nobody answers for as long as an offer lives."""
        self.rooms[0].ground.clock.advance(LEASE)
        self.run(self.process(at).routing.offers.lapse_due())
        self.settle()

    @rule()
    def time_passes(self) -> None:
        """Whoever let somebody go may be asked again."""
        self.rooms[0].ground.clock.advance(PAUSE)
        self.settle()

    @precondition(lambda self: self.in_(TALK))
    @rule(at=pick, who=pick)
    def release(self, at: int, who: int) -> None:
        """A lawyer ends a talk, unless a call is still to be made."""
        interaction_id = self.one(self.in_(TALK), who)
        seat, someone = self.seat(interaction_id), self.people[interaction_id]
        assert self.done(self.process(at).release(interaction_id, seat)) == (not someone.to_try)
        if not someone.to_try:
            self.moved(interaction_id, WRAP, seat)

    @precondition(lambda self: self.in_(WRAP))
    @rule(at=pick, who=pick)
    def wrap_up(self, at: int, who: int) -> None:
        """A lawyer registers it."""
        interaction_id = self.one(self.in_(WRAP), who)
        assert self.done(self.process(at).wrap_up(interaction_id, self.seat(interaction_id)))
        self.moved(interaction_id, GONE, None)

    @precondition(lambda self: self.in_(TALK))
    @rule(at=pick, who=pick, reached=st.booleans())
    def try_to_call(self, at: int, who: int, reached: bool) -> None:
        """Somebody answers and confirms, or nobody does: to be called again, and after the last try registered."""
        interaction_id = self.one(self.in_(TALK), who)
        someone, seat = self.people[interaction_id], self.seat(interaction_id)
        promises = self.process(at).promises
        item = self.run(promises.item(interaction_id))
        result = "reached" if reached else "no_answer"
        assert self.done(promises.tried(interaction_id, seat, result)) == someone.owed
        if item is None or not someone.owed:
            return None
        if reached:
            someone.confirmed = True
            return self.settle()
        last = item.attempts + 1 == SETTINGS.callback.attempts
        someone.owed = not last
        return self.moved(interaction_id, WRAP if last else LATER, seat)

    @precondition(lambda self: self.in_(TALK))
    @rule(at=pick, who=pick, to=pick)
    def hand_on(self, at: int, who: int, to: int) -> None:
        """A lawyer hands a talk on to a seat, if it may take one; it stays where it is until that one accepts."""
        interaction_id = self.one(self.in_(TALK), who)
        seat, target = self.seat(interaction_id), self.one(list(self.there), to)
        under_way = interaction_id in self.handed_on()
        may = not under_way and not self.people[interaction_id].owed and target != seat
        expected = may and self.takes(target, interaction_id)
        assert self.done(self.process(at).hand_on(interaction_id, seat, target)) == expected
        assert (interaction_id in self.handed_on()) == (under_way or expected)
        self.settle()

    @precondition(lambda self: self.in_(TALK))
    @rule(at=pick, who=pick)
    def keep(self, at: int, who: int) -> None:
        """They change their mind, where they hand it on."""
        interaction_id = self.one(self.in_(TALK), who)
        handed_on = interaction_id in self.handed_on()
        assert self.done(self.process(at).keep(interaction_id, self.seat(interaction_id))) == handed_on
        assert interaction_id not in self.handed_on()
        self.settle()

    @precondition(lambda self: any(self.there.values()))
    @rule(which=pick)
    def disconnect(self, which: int) -> None:
        """A console is gone for longer than the grace: its talks go back in line, what is wrapped up stays."""
        seat = self.one([one for one, there in self.there.items() if there], which)
        self.run(self.plain.execute("delete from connection where seat_id = $1", seat.seat_id))
        self.there[seat] = False
        self.settle()

    @precondition(lambda self: not all(self.there.values()))
    @rule(at=pick, which=pick)
    def reconnect(self, at: int, which: int) -> None:
        """It is back, through any process, and after a while it takes again as many as it can."""
        seat = self.one([one for one, there in self.there.items() if not there], which)
        self.run(self.process(at).ground.connect(seat))
        self.run(self.process(at).roster.sign_in(seat.account_id))
        self.there[seat] = True
        self.rooms[0].ground.clock.advance(GROWN)
        self.settle()

    @precondition(lambda self: self.ringing())
    @rule(at=pick, who=pick, point=st.integers(0, 24))
    def crash(self, at: int, who: int, point: int) -> None:
        """A connection is lost somewhere in an accept: it is done, or it is not, and never half."""
        interaction_id, offer_id, seat = self.one(self.ringing(), who)
        before = self.people[interaction_id]
        self.run(self._struck(self.process(at), offer_id, seat, point))
        (state,) = [one["state"] for one in self.rows() if one["interaction_id"] == interaction_id]
        taken = self.run(self.plain.fetchval("select state from offer where offer_id = $1", offer_id)) == "accepted"
        assert PLACES[state] == (TALK if taken else before.place)
        self.moved(interaction_id, *((TALK, seat) if taken else (before.place, before.seat)))

    async def _struck(self, rooms: Rooms, offer_id: UUID, seat: Seat, point: int) -> None:
        before = MEETING.set(Strike(point, Fault.LOSE))
        try:
            await rooms.accept(offer_id, seat)
        except Unavailable:
            return
        finally:
            MEETING.reset(before)


class AnyOrder(Lawyers):
    """And a supervisor, whose hand goes before the rules."""

    @precondition(lambda self: self.in_(LINE))
    @rule(at=pick, who=pick, to=pick)
    def assign(self, at: int, who: int, to: int) -> None:
        """Somebody in line is with the named seat, if it may take one: also where it rings now."""
        interaction_id = self.one(self.in_(LINE), who)
        target = self.one(list(self.there), to)
        expected = self.takes(target, interaction_id)
        given = self.process(at).supervising.assign(self.chief, interaction_id=interaction_id, seat=code_of(target))
        assert self.done(given) == expected
        if expected:
            self.moved(interaction_id, TALK, target)

    @precondition(lambda self: self.in_(LINE, LATER, TALK, WRAP))
    @rule(at=pick, who=pick)
    def take_over(self, at: int, who: int) -> None:
        """It goes on at the desk, from the line or from a lawyer."""
        interaction_id = self.one(self.in_(LINE, LATER, TALK, WRAP), who)
        someone = self.people[interaction_id]
        expected = someone.place in (LINE, TALK) and someone.seat != self.at_desk()
        taking = self.process(at).supervising.take_over(self.chief, self.desk, interaction_id=interaction_id)
        assert self.done(taking) == expected
        assert interaction_id not in self.handed_on() or not expected
        if expected:
            self.moved(interaction_id, TALK, self.at_desk())

    @precondition(lambda self: self.people)
    @rule(at=pick, who=pick)
    def close(self, at: int, who: int) -> None:
        """Whatever is open and owed to nobody is over."""
        interaction_id = self.one(list(self.people), who)
        someone = self.people[interaction_id]
        expected = someone.place != GONE and not someone.owed
        closing = self.process(at).supervising.close(self.chief, interaction_id=interaction_id, reason="已解决")
        assert self.done(closing) == expected
        if expected:
            self.moved(interaction_id, GONE, None)


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
