"""A lawyer who advised the other side is never rung: in the line, by preference, by transfer, at another seat."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from agents.errors import SeatCannotTake
from agents.named_seat import UNFIT
from agents.parties import Naming
from interactions.erasure import erase
from interactions.errors import HotlineError, OfferGone
from interactions.model import OPEN_STATES, By, State
from interactions.party_events import PartiesNamed
from interactions.record import Bundle, Draft, drafts
from tests.rig.ground import Ground, Seat
from tests.rig.routing import Ringing, Routing
from tests.rig.transferring import Lawyers, server

WORKER, BOSS, OTHER = "周小河", "天津海河劳务有限公司", "李大海"


@pytest.fixture
def routing(ground: Ground) -> Routing:
    return Routing.on(ground)


@pytest.fixture
def lawyers(routing: Routing) -> Lawyers:
    return Lawyers(routing)


async def named(ground: Ground, interaction_id: UUID, *, own: str | None = None, other: str | None = None) -> None:
    """The resident tells who is in dispute."""
    told = Draft(PartiesNamed(own=own, other=other), By.RESIDENT)
    await ground.shared_commit.submit(Bundle(interaction_id, drafts(told, only_in=OPEN_STATES)))


async def advised(lawyers: Lawyers, at: Seat, *, own: str | None, other: str | None) -> UUID:
    """An interaction that the lawyer at `at` served to its end."""
    ground = lawyers.routing.ground
    talk = await lawyers.with_lawyer(at)
    await named(ground, talk, own=own, other=other)
    await lawyers.routing.release(talk)
    await lawyers.routing.wrap_up(talk)
    return talk


@pytest.mark.parametrize(
    ("before", "now", "barred"),
    [
        ((BOSS, WORKER), (WORKER, BOSS), True),
        (("天津海河劳务公司", WORKER), ("周小河先生", "天津海河劳务有限责任公司"), True),
        ((BOSS, None), (WORKER, BOSS), True),
        ((BOSS, WORKER), (None, BOSS), True),
        ((None, WORKER), (WORKER, BOSS), True),
        ((None, WORKER), (WORKER, None), True),
        ((BOSS, OTHER), (WORKER, BOSS), False),
        ((WORKER, BOSS), (WORKER, BOSS), False),
        ((BOSS, WORKER), (WORKER, OTHER), False),
        ((BOSS, WORKER), (None, "对方"), False),
        ((BOSS, WORKER), (None, None), False),
        (("张先生", None), (None, "张女士"), False),
        ((f"{OTHER}、{BOSS}", None), (None, BOSS), True),
    ],
)
async def test_who_advised_the_other_side_is_not_offered_it(
    lawyers: Lawyers, before: tuple[str | None, str | None], now: tuple[str | None, str | None], barred: bool
) -> None:
    routing, ground = lawyers.routing, lawyers.routing.ground
    at = await ground.seat()
    await advised(lawyers, at, own=before[0], other=before[1]) if any(before) else None
    waiting = await ground.waiting()
    if any(now):
        await named(ground, waiting, own=now[0], other=now[1])

    await routing.router.turn()

    assert (waiting not in await routing.live()) is barred
    if barred:
        free = await ground.seat()
        await routing.router.turn()
        assert (await routing.live())[waiting].seat_id == free.seat_id
        _, records = await ground.reader.read(waiting)
        assert records[-1].event.why["excluded"] == {"party": 1}  # type: ignore[attr-defined]


async def test_the_rule_follows_the_lawyer_and_not_the_seat(ground: Ground, routing: Routing, lawyers: Lawyers) -> None:
    at, other = await ground.seat(), await ground.seat(status="away")
    await advised(lawyers, at, own=BOSS, other=WORKER)
    await _change_places(ground, at, other)
    waiting = await ground.waiting()
    await named(ground, waiting, own=WORKER, other=BOSS)

    await routing.router.turn()

    assert (await routing.live())[waiting].seat_id == at.seat_id


async def test_a_refusal_for_conflict_or_competence_follows_the_lawyer(
    ground: Ground, routing: Routing, lawyers: Lawyers
) -> None:
    at, other = await ground.seat(), await ground.seat(status="away")
    waiting = await ground.waiting()
    await routing.router.turn()
    await lawyers.decline(waiting, at, reason="conflict")
    await _change_places(ground, at, other)

    await routing.router.turn()

    assert (await routing.live())[waiting].seat_id == at.seat_id


async def test_not_by_preference_for_the_lawyer_who_served_last(
    ground: Ground, routing: Routing, lawyers: Lawyers
) -> None:
    at = await ground.seat()
    await advised(lawyers, at, own=BOSS, other=WORKER)
    resident_id = await ground.resident()
    known = await lawyers.with_lawyer(at, resident_id=resident_id)
    await routing.release(known)
    await routing.wrap_up(known)
    other = await ground.seat()
    again = await ground.waiting(resident_id=resident_id)
    await named(ground, again, own=WORKER, other=BOSS)

    await routing.router.turn()

    assert (await routing.live())[again].seat_id == other.seat_id


async def test_not_by_transfer_and_the_reason_is_not_told(ground: Ground, routing: Routing, lawyers: Lawyers) -> None:
    at = await ground.seat(matters=("family",))
    origin = await ground.seat()
    adviser = await _served_at(lawyers, at)
    await named(ground, adviser, own=BOSS, other=WORKER)
    talk = await lawyers.with_lawyer(origin)
    await named(ground, talk, own=WORKER, other=BOSS)

    with pytest.raises(SeatCannotTake, match=UNFIT):
        await lawyers.to_seat(talk, origin, at)
    await lawyers.to_matter(talk, origin)

    assert await routing.live() == {}


async def test_a_name_that_becomes_known_while_it_rings_ends_the_ringing(
    ground: Ground, routing: Routing, lawyers: Lawyers
) -> None:
    at = await ground.seat()
    await advised(lawyers, at, own=BOSS, other=WORKER)
    waiting = await ground.waiting()
    await routing.router.turn()
    ringing = (await routing.live())[waiting]
    await named(ground, waiting, own=WORKER, other=BOSS)

    with pytest.raises(OfferGone):
        await routing.offers.accept(ringing.offer_id, seat_id=at.seat_id, account_id=at.account_id)

    assert await lawyers.place(waiting) == (State.WAITING, None)
    await lawyers.require_true_log()
    second = await ground.seat()
    await routing.router.turn()
    assert (await routing.live())[waiting].seat_id == second.seat_id


async def test_an_erasure_ends_the_rule(ground: Ground, routing: Routing, lawyers: Lawyers) -> None:
    at = await ground.seat()
    adviser = await advised(lawyers, at, own=BOSS, other=WORKER)
    waiting = await ground.waiting()
    await named(ground, waiting, own=WORKER, other=BOSS)
    await erase(ground.database, log=ground.log, clock=ground.clock, interaction_id=adviser, reason="request")

    await routing.router.turn()

    assert waiting in await routing.live()


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
        await _change_places(ground, first, second)
        seats[seats.index(first)] = Seat(first.seat_id, second.account_id)
        seats[seats.index(second)] = Seat(second.seat_id, first.account_id)


async def _later(ground: Ground) -> None:
    ground.clock.advance(timedelta(seconds=50))


async def _change_places(ground: Ground, first: Seat, second: Seat) -> None:
    """Each lawyer sits where the other sat, with shifts to match."""
    pairs = {"a": first.seat_id, "b": second.seat_id, "first": first.account_id, "second": second.account_id}
    async with ground.database.unit() as unit:
        await unit.connection.execute(text("delete from shift where seat_id in (:a, :b)"), _only(pairs, "ab"))
        for at, who in ((first, second), (second, first)):
            values = {"seat_id": at.seat_id, "account_id": who.account_id}
            await unit.connection.execute(
                text("update seat set account_id = :account_id where seat_id = :seat_id"), values
            )
            await unit.connection.execute(
                text(
                    "insert into shift (shift_id, seat_id, account_id, starts_at) "
                    "values (gen_random_uuid(), :seat_id, :account_id, '2020-01-01 00:00+00')"
                ),
                values,
            )
        unit.wake_router = True


def _only(values: dict[str, UUID], names: str) -> dict[str, UUID]:
    return {name: values[name] for name in names}


async def _served_at(lawyers: Lawyers, at: Seat) -> UUID:
    """An open talk of the matter that only this seat serves."""
    return await lawyers.with_lawyer(at, matter="family")


async def _ours(lawyers: Lawyers, city: City) -> dict[UUID, Ringing]:
    """What rings of this example; of the ones before some may still wait."""
    return {one: ringing for one, ringing in (await lawyers.routing.live()).items() if one in city.own}


async def _nobody_from_before(ground: Ground) -> None:
    """Examples share a database: whoever served in the last one serves no more, and was named nowhere."""
    async with ground.database.unit() as unit:
        await unit.connection.execute(text("update seat set status = 'away' where status = 'available'"))
        await unit.connection.execute(text("delete from blind_index"))
