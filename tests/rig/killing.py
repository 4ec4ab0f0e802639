"""kill -9 at every fault point of every command, all points in turn, and whether the house then goes on.

    record the command on a fresh process ─▶ its points ─▶ for each: set up anew ─▶ strike: the process is gone
        ─▶ log and rows agree ─▶ other processes bring it to its end ─▶ nothing is left in any seat's hands

What a dead process has done before a point is either all there (its commit) or not at all. Points before a statement
and the last one after the commit are struck: between two statements nothing reaches the database.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

import asyncpg

from interactions.clock import ManualClock
from interactions.database import Database
from tests.rig.checker import against_heads, check, read_on
from tests.rig.faults import Fault
from tests.rig.fleet import Died, Fleet, Member, Refused
from tests.rig.ground import Ground, Seat

STEPS_TO_THE_END = 15
# Processes that live on; the next one is the victim.
STEADY = 3
_PLACE = """
select i.interaction_id, i.state, coalesce(o.seat_id, i.seat_id) as seat_id, o.offer_id, s.account_id from interaction i
left join offer o on o.interaction_id = i.interaction_id and o.state = 'live'
left join seat s on s.seat_id = coalesce(o.seat_id, i.seat_id)
where i.resident_id = $1 order by i.interaction_id desc limit 1
"""
_ALL = "select interaction_id from interaction where resident_id = $1"
_IN_HAND = """
select (select count(*) from offer where seat_id = any($1) and state = 'live')
     + (select count(*) from assignment where seat_id = any($1) and finished_at is null)
"""
_PAST_ITS_LEASE = "update offer set expires_at = now() - interval '1 s' where offer_id = $1"
_CUT = "delete from connection where seat_id = any($1)"
# A spent case's seats are no business of the next: found vanished by its victim, they would add points to its turn.
_LEFT = "update seat set status = 'signed_out', account_id = null where seat_id = any($1)"
_LONG_GONE = (
    "update seat set last_seen_at = now() - interval '1 h', signed_in_at = last_seen_at where seat_id = any($1)"
)


@dataclass(slots=True)
class Case:
    """One resident, two seats of their matter, and what is done to them."""

    number: int
    house: Fleet
    ground: Ground
    plain: asyncpg.Connection
    seats: list[Seat] = field(default_factory=list)
    who: dict[str, str] = field(default_factory=dict)
    turns: int = 0

    @property
    def steady(self) -> Member:
        """A process that nobody kills, another one each time."""
        self.turns += 1
        return self.house.members[self.turns % STEADY]

    async def set_up(self) -> None:
        """Seats with their consoles at a process that lives, and a resident in line."""
        self.seats = [await self.ground.seat(matters=(f"m{self.number}",), connected=False) for _ in range(2)]
        for one in self.seats:
            await self.steady.order("connect", seat_id=str(one.seat_id))
        self.who = await self.steady.order("resident")
        await self.ground.waiting(matter=f"m{self.number}", resident_id=self.resident_id)

    @property
    def resident_id(self) -> UUID:
        """Whose case it is."""
        return UUID(self.who["resident_id"])

    async def bring_to(self, state: str) -> dict[str, str]:
        """Goes on until it is there; returns what names it at its seat."""
        for _ in range(STEPS_TO_THE_END):
            place = await self.place()
            if place["state"] == state:
                return self._at(place)
            await self._step(place)
        raise AssertionError(f"never came to {state}: {await self.place()}")

    async def place(self) -> Mapping[str, Any]:
        """Where the latest visit is now."""
        return dict(await self.plain.fetchrow(_PLACE, self.resident_id))

    def _at(self, place: Mapping[str, Any]) -> dict[str, str]:
        wanted = ("offer_id",) if place["state"] == "offered" else ("interaction_id",)
        return {name: str(place[name]) for name in (*wanted, "seat_id", "account_id") if place[name] is not None}

    async def _step(self, place: Mapping[str, Any]) -> None:
        at = self._at(place)
        match place["state"]:
            case "with_bot":
                await self.steady.order("ask_lawyer", client_id="again", **self.who)
            case "waiting":
                await self.all_at_their_seats()
                await self.steady.order("turn")
            case "offered":
                await self.steady.order("accept", **at)
            case "with_lawyer" | "wrap_up" as state:
                await self.steady.order("release" if state == "with_lawyer" else "wrap_up", **at)

    async def all_at_their_seats(self) -> None:
        """Whoever stood up or went away is back."""
        for one in self.seats:
            ids = {"seat_id": str(one.seat_id), "account_id": str(one.account_id)}
            await self.steady.order("sign_in", account_id=ids["account_id"])
            await self.steady.order("status", status="available", **ids)

    async def finish(self) -> list[str]:
        """What does not hold of the log, then the end of it, then what is left in hand."""
        found = await self._proved()
        place = await self.place()
        if place["state"] not in ("closed", "abandoned"):
            await self.bring_to("closed")
        found += await self._proved()
        left = await self.plain.fetchval(_IN_HAND, [one.seat_id for one in self.seats])
        await self._clear()
        return found + ([f"{left} left in hand"] if left else [])

    async def _proved(self) -> list[str]:
        ids = [row[0] for row in await self.plain.fetch(_ALL, self.resident_id)]
        facts = await read_on(self.plain, ids)
        return check(facts) + await against_heads(self.plain, facts)

    async def _clear(self) -> None:
        seat_ids = [one.seat_id for one in self.seats]
        await self.plain.execute(_CUT, seat_ids)
        await self.plain.execute(_LEFT, seat_ids)


Order = tuple[str, dict[str, str]]
Prepare = Callable[[Case, Member], Awaitable[Order]]


async def _ask(case: Case, victim: Member) -> Order:
    await case.bring_to("closed")
    return "ask_lawyer", {"client_id": "second visit", **case.who}


async def _say(case: Case, victim: Member) -> Order:
    at = await case.bring_to("with_lawyer")
    page = {"interaction_id": at["interaction_id"], **case.who}
    await victim.order("say", client_id="one", text="第一句", **page)
    # Its head is known to the process now: the short way into the log.
    return "say", {"client_id": "two", "text": "第二句", **page}


async def _first_words(case: Case, victim: Member) -> Order:
    await case.bring_to("closed")
    return "say", {"client_id": "first", "text": "你好", **case.who}


async def _match(case: Case, victim: Member) -> Order:
    return "turn", {}


async def _lapse(case: Case, victim: Member) -> Order:
    at = await case.bring_to("offered")
    await case.plain.execute(_PAST_ITS_LEASE, UUID(at["offer_id"]))
    return "turn", {}


async def _vanish(case: Case, victim: Member) -> Order:
    at = await case.bring_to("with_lawyer")
    await case.plain.execute(_CUT, [UUID(at["seat_id"])])
    await case.plain.execute(_LONG_GONE, [UUID(at["seat_id"])])
    return "turn", {}


async def _accept(case: Case, victim: Member) -> Order:
    return "accept", {**await case.bring_to("offered"), "client_id": "yes"}


async def _decline(case: Case, victim: Member) -> Order:
    return "decline", {**await case.bring_to("offered"), "reason": "conflict"}


async def _leave_the_offer(case: Case, victim: Member) -> Order:
    await case.bring_to("offered")
    return "leave", {"client_id": "bye", **case.who}


async def _leave_the_talk(case: Case, victim: Member) -> Order:
    await case.bring_to("with_lawyer")
    return "leave", {"client_id": "bye", **case.who}


async def _answer(case: Case, victim: Member) -> Order:
    return "answer", {"text": "请讲", **await case.bring_to("with_lawyer")}


async def _release(case: Case, victim: Member) -> Order:
    return "release", await case.bring_to("with_lawyer")


async def _wrap_up(case: Case, victim: Member) -> Order:
    return "wrap_up", await case.bring_to("wrap_up")


async def _say_in_wrap_up(case: Case, victim: Member) -> Order:
    await case.bring_to("wrap_up")
    return "say", {"client_id": "more", "text": "还有一个问题", **case.who}


async def _sign_out(case: Case, victim: Member) -> Order:
    return "sign_out", {"account_id": str(case.seats[0].account_id)}


async def _sign_in(case: Case, victim: Member) -> Order:
    account_id = str(case.seats[0].account_id)
    await case.steady.order("sign_out", account_id=account_id)
    return "sign_in", {"account_id": account_id}


async def _go_away(case: Case, victim: Member) -> Order:
    at = case.seats[0]
    return "status", {"seat_id": str(at.seat_id), "account_id": str(at.account_id), "status": "away"}


COMMANDS: Mapping[str, Prepare] = {
    "ask for a lawyer": _ask,
    "say": _say,
    "first words": _first_words,
    "match": _match,
    "lapse": _lapse,
    "vanish": _vanish,
    "accept": _accept,
    "decline": _decline,
    "leave the offer": _leave_the_offer,
    "leave the talk": _leave_the_talk,
    "answer": _answer,
    "release": _release,
    "wrap up": _wrap_up,
    "say in wrap-up": _say_in_wrap_up,
    "sign out": _sign_out,
    "sign in": _sign_in,
    "go away": _go_away,
}


@dataclass(slots=True)
class Killing:
    """Kills one process after the other; the first `STEADY` members live on."""

    house: Fleet
    ground: Ground
    plain: asyncpg.Connection
    number: int = 0

    @classmethod
    def of(cls, house: Fleet, database: Database, plain: asyncpg.Connection) -> Killing:
        """On a fleet driven by hand."""
        # The ground only reads the clock, and all processes read this one.
        return cls(house, Ground.on(database, clock=cast("ManualClock", house.clock)), plain)

    async def points(self, name: str) -> list[str]:
        """The fault points of a command, from a run that goes well."""
        case, victim = await self.case(), await self._victim()
        command, values = await COMMANDS[name](case, victim)
        points = await victim.record(command, **values)
        assert await case.finish() == []
        return points

    async def kill_at(self, name: str, at: int) -> list[str]:
        """What does not hold after a process was killed there; raises where it was not killed."""
        case, victim = await self.case(), await self._victim()
        command, values = await COMMANDS[name](case, victim)
        try:
            await victim.strike(command, at=at, fault=Fault.KILL, **values)
        except Died:
            self.house.members.remove(victim)
            return await case.finish()
        except Refused as refused:
            return [f"refused: {refused}"]
        return ["the process lived"]

    async def case(self) -> Case:
        """A resident in line for two seats that are theirs alone."""
        self.number += 1
        case = Case(self.number, self.house, self.ground, self.plain)
        await case.set_up()
        return case

    async def _victim(self) -> Member:
        """A fresh process each time: what it has prepared and remembers decides which statements it needs."""
        for spent in self.house.members[STEADY:]:
            spent.kill()
            self.house.members.remove(spent)
        return await self.house.start(f"victim {self.number}")


def worth_striking(points: list[str]) -> list[int]:
    """Before each statement, and after the last."""
    return [*(at for at, point in enumerate(points) if point.startswith("before")), len(points) - 1]
