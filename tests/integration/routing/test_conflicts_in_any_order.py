"""Whatever is named, answered, handed on and moved, in any order: no offer rings at a lawyer in conflict."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from agents.parties import Naming
from interactions.errors import HotlineError
from tests.rig.ground import Ground, Seat
from tests.rig.parties import change_places, named
from tests.rig.routing import Ringing, Routing
from tests.rig.transferring import Lawyers, server

NAMES = st.sampled_from([None, None, "周小河", "李大海", "王大山"])

STEPS = st.one_of(
    st.tuples(st.just("arrive"), NAMES, NAMES),
    st.tuples(st.just("name"), NAMES, NAMES),
    st.tuples(st.sampled_from(["accept", "accept", "accept", "decline", "transfer", "close", "back", "swap", "later"])),
)


@dataclass
class City:
    """The model: who was named in what, and who served it."""

    own: dict[UUID, set[str]] = field(default_factory=dict)
    other: dict[UUID, set[str]] = field(default_factory=dict)
    served: dict[UUID, set[UUID]] = field(default_factory=dict)
    talks: dict[UUID, Seat] = field(default_factory=dict)

    def may(self, account_id: UUID, interaction_id: UUID) -> bool:
        """Whether the rule lets the lawyer have it, said the slow way."""
        return not any(self._conflict(interaction_id, j) for j in self.served.get(account_id, set()) - {interaction_id})

    def _conflict(self, i: UUID, j: UUID) -> bool:
        own, other = self.own[i], self.other[i]
        theirs, against = self.own[j], self.other[j]
        across, back = bool(other & theirs), bool(own & against)
        return (across and (back or not own or not against)) or (back and (across or not other or not theirs))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=5, max_size=25), seed=st.integers(0, 2**16))
async def test_whatever_happens_no_offer_rings_at_a_lawyer_in_conflict(
    ground: Ground, steps: list[tuple[str, ...]], seed: int
) -> None:
    lawyers, chance, city = Lawyers(Routing.on(ground)), random.Random(seed), City()
    await _nobody_from_before(ground)
    seats = [await ground.seat(matters=("general",), capacity=40) for _ in range(3)]

    for kind, *names in steps:
        with_names: dict[str, Callable[[], Awaitable[None]]] = {
            "arrive": partial(_arrive, lawyers, city, *names),
            "name": partial(_name, lawyers, city, chance, *names),
            "accept": lambda: _answer(lawyers, city, seats, accept=True),
            "decline": lambda: _answer(lawyers, city, seats, accept=False),
            "transfer": lambda: _hand_on(lawyers, city, chance),
            "close": lambda: _close(lawyers, city, chance),
            "back": lambda: _answer(lawyers, city, seats, accept=True),
            "swap": lambda: _swap(ground, city, seats),
            "later": lambda: _later(ground),
        }
        # What the house refuses is refused: only what rings is looked at.
        with contextlib.suppress(HotlineError):
            await with_names[kind]()
        # Once to end what rings in conflict, once to look for others.
        await lawyers.routing.router.turn()
        await lawyers.routing.router.turn()
        for interaction_id, ringing in (await _ours(lawyers, city)).items():
            at = next(one for one in seats if one.seat_id == ringing.seat_id)
            assert city.may(at.account_id, interaction_id), (kind, names)
    await lawyers.require_true_log()


async def _arrive(lawyers: Lawyers, city: City, own: str | None, other: str | None) -> None:
    ground = lawyers.routing.ground
    interaction_id = await ground.waiting(matter="family")
    city.own[interaction_id], city.other[interaction_id] = set(), set()
    if own or other:
        await named(ground, interaction_id, own=own, other=other)
        _learn(city, interaction_id, own, other)


async def _name(lawyers: Lawyers, city: City, chance: random.Random, own: str | None, other: str | None) -> None:
    if not city.own or not (own or other):
        return
    interaction_id = chance.choice(sorted(city.own))
    if interaction_id in city.talks:
        naming = Naming(lawyers.routing.ground.database, log=lawyers.routing.ground.log)
        at = server(city.talks[interaction_id])
        await naming.name(at, interaction_id=interaction_id, own=own, other=other)
    else:
        await named(lawyers.routing.ground, interaction_id, own=own, other=other)
    _learn(city, interaction_id, own, other)


def _learn(city: City, interaction_id: UUID, own: str | None, other: str | None) -> None:
    city.own[interaction_id] |= {own} if own else set()
    city.other[interaction_id] |= {other} if other else set()


async def _answer(lawyers: Lawyers, city: City, seats: list[Seat], *, accept: bool) -> None:
    for interaction_id, ringing in (await _ours(lawyers, city)).items():
        at = next(one for one in seats if one.seat_id == ringing.seat_id)
        if not accept:
            await lawyers.decline(interaction_id, at, reason="conflict")
            return
        await lawyers.accept(interaction_id, at)
        city.served.setdefault(at.account_id, set()).add(interaction_id)
        city.talks[interaction_id] = at
        return


async def _hand_on(lawyers: Lawyers, city: City, chance: random.Random) -> None:
    if city.talks:
        interaction_id = chance.choice(sorted(city.talks))
        await lawyers.to_matter(interaction_id, city.talks[interaction_id])


async def _close(lawyers: Lawyers, city: City, chance: random.Random) -> None:
    if city.talks:
        interaction_id = chance.choice(sorted(city.talks))
        await lawyers.serving.release(server(city.talks[interaction_id]), interaction_id=interaction_id)
        await lawyers.routing.wrap_up(interaction_id)
        del city.talks[interaction_id]


async def _swap(ground: Ground, city: City, seats: list[Seat]) -> None:
    """Two lawyers with empty hands change places."""
    busy = {at.seat_id for at in city.talks.values()}
    free = [at for at in seats if at.seat_id not in busy]
    if len(free) >= 2:
        first, second = free[:2]
        await change_places(ground, first, second)
        seats[seats.index(first)] = Seat(first.seat_id, second.account_id)
        seats[seats.index(second)] = Seat(second.seat_id, first.account_id)


async def _later(ground: Ground) -> None:
    ground.clock.advance(timedelta(seconds=50))


async def _ours(lawyers: Lawyers, city: City) -> dict[UUID, Ringing]:
    """What rings of this example; of the ones before some may still wait."""
    return {one: ringing for one, ringing in (await lawyers.routing.live()).items() if one in city.own}


async def _nobody_from_before(ground: Ground) -> None:
    """Examples share a database: whoever served in the last one serves no more, and was named nowhere."""
    async with ground.database.unit() as unit:
        await unit.connection.execute(text("update seat set status = 'away' where status = 'available'"))
        await unit.connection.execute(text("delete from blind_index"))
