"""Moments at which several people and processes want something of the same rows, one for each failure.

    set up (nobody steps) ─▶ ways: three or four, drawn by the seed ─▶ stepped ─▶ proved, from outcomes, log and rows

Each interleaving has a need of its own ("m17"), so that it and its neighbours have nothing to do with each other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import delete, text, update

from interactions.tables import connection, seat
from tests.rig.ground import Ground, Seat
from tests.rig.rooms import Rooms

Way = Callable[[], Awaitable[Any]]
LEASE = timedelta(seconds=45)
GRACE = timedelta(seconds=20)


@dataclass(slots=True)
class Scene:
    """What is set up, and what may happen at once."""

    number: int
    random: Random
    rooms: list[Rooms]
    seats: list[Seat] = field(default_factory=list)
    interactions: list[UUID] = field(default_factory=list)
    residents: dict[UUID, UUID] = field(default_factory=dict)
    offers: dict[UUID, UUID] = field(default_factory=dict)
    ways: dict[str, Way] = field(default_factory=dict)

    @property
    def ground(self) -> Ground:
        """Where it is set up."""
        return self.rooms[0].ground

    @property
    def matter(self) -> str:
        """The need that is this scene's alone."""
        return f"m{self.number}"

    async def sit(self, *, capacity: int = 1) -> Seat:
        """A lawyer of this scene's matter."""
        self.seats.append(await self.ground.seat(matters=(self.matter,), capacity=capacity))
        return self.seats[-1]

    async def arrive(self, rooms: Rooms | None = None) -> UUID:
        """A resident joins this scene's line."""
        ground = (rooms or self.rooms[0]).ground
        resident_id = await ground.resident()
        interaction_id = await ground.waiting(matter=self.matter, resident_id=resident_id)
        self.interactions.append(interaction_id)
        self.residents[interaction_id] = resident_id
        return interaction_id

    async def ring(self) -> None:
        """A round: whoever can be offered, rings."""
        await self.rooms[0].routing.rounds.run()
        live = await self.rooms[0].routing.live()
        self.offers |= {one: live[one].offer_id for one in self.interactions if one in live}

    async def talk(self, interaction_id: UUID, at: Seat) -> None:
        """Its offer is accepted."""
        await self.rooms[0].accept(self.offers.pop(interaction_id), at)

    async def cut(self, at: Seat, *, ago: timedelta = GRACE) -> None:
        """The seat's console was lost a while ago."""
        seen = self.ground.clock.now() - ago
        async with self.ground.database.unit() as unit:
            await unit.connection.execute(delete(connection).where(connection.c.seat_id == at.seat_id))
            last = update(seat).where(seat.c.seat_id == at.seat_id).values(last_seen_at=seen, signed_in_at=seen)
            await unit.connection.execute(last)

    def draw(self, ways: Mapping[str, Way], *, always: tuple[str, ...] = (), most: int = 4) -> None:
        """Keeps `always` and some of the others."""
        others = [name for name in ways if name not in always]
        drawn = self.random.sample(others, min(len(others), most - len(always)))
        self.ways = {name: ways[name] for name in (*always, *drawn)}


async def double_assignment(scene: Scene) -> None:
    """One offer rings in two tabs; both accept, while time and the resident have their own ideas."""
    at = await scene.sit()
    one = await scene.arrive()
    await scene.ring()
    first, second, third, fourth = scene.rooms
    if scene.random.random() < 0.5:
        scene.ground.clock.advance(LEASE)
    if scene.random.random() < 0.3:
        await scene.cut(at)
    ways: dict[str, Way] = {
        "accept": partial(first.accept, scene.offers[one], at),
        "accept in another tab": partial(second.accept, scene.offers[one], at),
        "lapse": third.routing.offers.lapse_due,
        "decline": partial(third.decline, scene.offers[one], at, reason=scene.random.choice(["busy", "conflict"])),
        "round": fourth.routing.rounds.run,
        "vanish": fourth.routing.vanished.give_back,
        "leave": partial(fourth.leave, scene.residents[one]),
    }
    scene.draw(ways, always=("accept", "accept in another tab"))


async def capacity(scene: Scene) -> None:
    """A seat with one talk, one wrap-up and perhaps a place left; more wait, and everything moves at once."""
    at = await scene.sit(capacity=scene.random.choice([2, 3]))
    talking, wrapping = await scene.arrive(), await scene.arrive()
    await scene.ring()
    await scene.talk(talking, at)
    await scene.talk(wrapping, at)
    await scene.rooms[0].release(wrapping, at)
    waiting = [await scene.arrive() for _ in range(2)]
    if scene.random.random() < 0.5:
        await scene.ring()
    first, second, third, fourth = scene.rooms
    ways: dict[str, Way] = {
        "round": first.routing.rounds.run,
        "another round": second.routing.rounds.run,
        "wrap up": partial(third.wrap_up, wrapping, at),
        "say more in wrap-up": partial(third.say_in_wrap_up, wrapping),
        "release": partial(third.release, talking, at),
        "leave the line": partial(fourth.leave, scene.residents[waiting[0]]),
        "leave the talk": partial(fourth.leave, scene.residents[talking]),
        "vanish": fourth.routing.vanished.give_back,
    }
    if scene.offers:
        offer_id = next(iter(scene.offers.values()))
        ways |= {"accept": partial(fourth.accept, offer_id, at), "decline": partial(fourth.decline, offer_id, at)}
    scene.draw(ways, always=("round", "another round"), most=5)


async def vanished_seat(scene: Scene) -> None:
    """A talk and an offer at a seat whose console is gone: two processes notice, and the lawyer comes back."""
    at = await scene.sit(capacity=3)
    talking = await scene.arrive()
    await scene.ring()
    await scene.talk(talking, at)
    ringing = await scene.arrive()
    await scene.ring()
    await scene.cut(at, ago=GRACE if scene.random.random() < 0.8 else GRACE / 2)
    await scene.sit(capacity=3)
    first, second, third, fourth = scene.rooms
    ways: dict[str, Way] = {
        "give back": first.routing.vanished.give_back,
        "give back, elsewhere": second.routing.vanished.give_back,
        "come back": partial(_come_back, third, at),
        "accept": partial(third.accept, scene.offers[ringing], at),
        "release": partial(fourth.release, talking, at),
        "leave the talk": partial(fourth.leave, scene.residents[talking]),
        "leave the offer": partial(fourth.leave, scene.residents[ringing]),
        "round": fourth.routing.rounds.run,
        "sign out": partial(third.roster.sign_out, at.account_id),
    }
    scene.draw(ways, always=("give back", "give back, elsewhere"), most=5)


async def limbo(scene: Scene) -> None:
    """A place frees while others arrive; every process looks only because of what it did itself."""
    first_at, second_at = await scene.sit(capacity=2), await scene.sit(capacity=1)
    busy = [await scene.arrive() for _ in range(3)]
    await scene.ring()
    places = await scene.rooms[0].routing.live()
    by_seat = {one.seat_id: one for one in (first_at, second_at)}
    wrapping, talking, ringing = busy
    for one in (wrapping, talking):
        await scene.talk(one, by_seat[places[one].seat_id])
    await scene.rooms[0].release(wrapping, by_seat[places[wrapping].seat_id])
    waiting = await scene.arrive()
    first, second, third, fourth = scene.rooms
    ringing_at = by_seat[places[ringing].seat_id]
    ways: dict[str, Way] = {
        "arrive": partial(_and_look, first, partial(scene.arrive, first)),
        "wrap up": partial(_and_look, second, partial(second.wrap_up, wrapping, by_seat[places[wrapping].seat_id])),
        "decline": partial(_and_look, third, partial(third.decline, scene.offers[ringing], ringing_at)),
        "accept": partial(_and_look, third, partial(third.accept, scene.offers[ringing], ringing_at)),
        "leave the offer": partial(_and_look, fourth, partial(fourth.leave, scene.residents[ringing])),
        "leave the line": partial(_and_look, fourth, partial(fourth.leave, scene.residents[waiting])),
        "arrive, elsewhere": partial(_and_look, fourth, partial(scene.arrive, fourth)),
    }
    scene.draw(ways)


async def ghost_ring(scene: Scene) -> None:
    """The resident leaves at any moment around the accept, the lease's end and the next offer."""
    await scene.sit()
    await scene.sit()
    one = await scene.arrive()
    await scene.ring()
    ringing = await scene.rooms[0].routing.live()
    at, other = sorted(scene.seats, key=lambda seat_at: seat_at.seat_id != ringing[one].seat_id)
    # At the lease's end, a little before it, or a little after: nobody's clock decides, the commit does.
    scene.ground.clock.advance(LEASE - timedelta(milliseconds=scene.random.choice([0, 20, 60, 100, 550])))
    first, second, third, fourth = scene.rooms
    ways: dict[str, Way] = {
        "leave": partial(first.leave, scene.residents[one]),
        "accept": partial(second.accept, scene.offers[one], at),
        "lapse": third.routing.offers.lapse_due,
        "look": partial(fourth.routing.router.turn),
        "decline": partial(third.decline, scene.offers[one], at),
        "leave in another tab": partial(second.leave, scene.residents[one], client_id="also goodbye"),
        "round": third.routing.rounds.run,
        "the other seat signs out": partial(second.roster.sign_out, other.account_id),
    }
    scene.draw(ways, always=scene.random.choice([("leave", "accept"), ("decline", "look", "the other seat signs out")]))


async def handing_on(scene: Scene) -> None:
    """A talk is handed on to a named seat with one place, which somebody in line wants as well."""
    at = await scene.sit()
    talking = await scene.arrive()
    await scene.ring()
    await scene.talk(talking, at)
    other = await scene.sit()
    waiting = await scene.arrive()
    first, second, third, fourth = scene.rooms
    asked = scene.random.random() < 0.6
    ways: dict[str, Way] = {
        "round": second.routing.rounds.run,
        "another round": third.routing.rounds.run,
        "release": partial(first.release, talking, at),
        "leave the talk": partial(fourth.leave, scene.residents[talking]),
        "leave the line": partial(fourth.leave, scene.residents[waiting]),
        "sign out the other": partial(third.roster.sign_out, other.account_id),
        "look": fourth.routing.router.turn,
    }
    if not asked:
        ways["hand on"] = partial(first.hand_on, talking, at, other)
        ways["hand on in another tab"] = partial(second.hand_on, talking, at, other)
        return scene.draw(ways, always=("hand on", "round"))
    await first.hand_on(talking, at, other)
    await scene.ring()
    # The place is gone: whoever waits, waits for the talk that was handed on.
    scene.ground.clock.advance(LEASE * scene.random.choice([0, 1]))
    if scene.random.random() < 0.3:
        await scene.cut(at)
    ways |= {
        "accept": partial(second.accept, scene.offers[talking], other),
        "decline": partial(third.decline, scene.offers[talking], other),
        "keep": partial(first.keep, talking, at),
        "vanish": third.routing.vanished.give_back,
    }
    return scene.draw(ways, always=scene.random.choice([("accept",), ("accept", "keep"), ("decline", "round")]))


async def leaving_seat(scene: Scene) -> None:
    """A seat is being offered somebody at the moment its lawyer signs out."""
    at = await scene.sit()
    one = await scene.arrive()
    first, second, third, fourth = scene.rooms
    ways: dict[str, Way] = {
        "round": first.routing.rounds.run,
        "sign out": partial(second.roster.sign_out, at.account_id),
        "another round": third.routing.rounds.run,
        "leave": partial(fourth.leave, scene.residents[one]),
        "arrive": partial(scene.arrive, fourth),
    }
    scene.draw(ways, always=("round", "sign out"), most=3)


async def _come_back(rooms: Rooms, at: Seat) -> None:
    """The console opens again on this process, and its lawyer signs in."""
    await rooms.ground.connect(at)
    await rooms.roster.sign_in(at.account_id)


async def _and_look(rooms: Rooms, way: Way) -> Any:
    """What a process does at its own commit: it is woken, and looks. A refusal wakes nobody."""
    try:
        return await way()
    finally:
        if rooms.routing.router._told_of_something:
            await rooms.routing.router.turn()


# Work at a seat beyond what it may have, or where nobody sits, right now, by its rows alone.
OVERFULL = text("""
select count(*) from seat s where s.seat_id = any(:ids)
  and case when s.status = 'signed_out' then 0 else s.chat_capacity end
    < (select count(*) from offer o where o.seat_id = s.seat_id and o.state = 'live')
    + (select count(*) from assignment a where a.seat_id = s.seat_id and a.finished_at is null)
""")
