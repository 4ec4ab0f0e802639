"""A skill that nobody on duty has ends at somebody, at the moment it is due, at the old place."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from interactions.model import Urgency
from routing import line
from routing.candidates import Seats
from routing.capacity import on_duty
from routing.needs import rank_at
from routing.relaxation import widening
from routing.settings import RoutingSettings
from tests.rig.ground import Ground
from tests.rig.plans import rows_read
from tests.rig.routing import Routing

SETTINGS = RoutingSettings()


@pytest.fixture
def routing(ground: Ground) -> Routing:
    """The router under test."""
    return Routing.on(ground, settings=SETTINGS)


async def test_a_neighbour_is_offered_the_interaction_when_its_step_is_due_and_nothing_was_rescued(
    routing: Routing,
) -> None:
    ground = routing.ground
    await ground.seat(matters=("contract",))
    waits = await ground.waiting(matter="debt")

    rounds = await routing.rounds.run()
    assert rounds.due_at == ground.clock.now() + timedelta(seconds=60)
    ground.clock.advance(timedelta(seconds=59))
    await routing.router.turn()
    assert not await routing.live()
    ground.clock.advance(timedelta(seconds=1))
    await routing.router.turn()

    assert [*await routing.live()] == [waits]
    ground.clock.advance(timedelta(seconds=2))
    await routing.router.turn()
    assert routing.rescues == []


async def test_any_lawyer_takes_who_has_waited_three_minutes_before_a_younger_one_who_asks_for_their_matter(
    routing: Routing,
) -> None:
    ground = routing.ground
    old = await ground.waiting(matter="maritime")
    ground.clock.advance(timedelta(seconds=180))
    await ground.waiting(matter="family")
    await ground.seat(matters=("family",), capacity=1)

    await routing.router.turn()

    assert [*await routing.live()] == [old]
    records = (await ground.reader.read(old))[1]
    why = records[-1].event.why  # type: ignore[attr-defined]
    assert (why["relaxed_to"], why["place"], why["waited_s"]) == ("any", 1, 180.0)


async def test_in_danger_any_lawyer_is_asked_at_once(routing: Routing) -> None:
    ground = routing.ground
    await ground.seat(matters=("family",))
    now = ground.clock.now()
    head_start = now - rank_at(now, urgency=Urgency.DANGER, settings=SETTINGS)
    waits = await ground.waiting(matter="criminal", urgency=Urgency.DANGER, head_start=head_start)

    await routing.router.turn()

    assert [*await routing.live()] == [waits]


_MANY = text("""
with person as (
    insert into resident (resident_id, created_at) select gen_random_uuid(), now() from generate_series(1, :count)
    returning resident_id)
insert into interaction (interaction_id, number, resident_id, channel, language, state, urgency, matter, district,
                         opened_at, waiting_since, rank_at, last_turn_at, last_seq, head)
select gen_random_uuid(), 'm' || row_number() over (), resident_id, 'web', 'zh', 'waiting', 3, 'debt', 'unknown',
       at, at, at, at, 0, '' from person, cast(:at as timestamptz) as at
""")


async def test_a_long_line_of_people_who_have_not_waited_long_is_not_read_for_a_seat_of_another_matter(
    ground: Ground,
) -> None:
    await ground.seat(matters=("contract",))
    await ground.waiting(matter="family")
    now = ground.clock.now()
    async with ground.database.unit() as unit:
        await unit.connection.execute(_MANY, {"at": now - timedelta(seconds=30), "count": 3_000})
    async with ground.database.read() as connection:
        await connection.execute(text("analyze interaction"))
        duty = await on_duty(connection, now=now, tail=SETTINGS.shift_tail)
        seats = Seats([one.candidate(now, SETTINGS.ramp_up) for one in duty])
        needs = await line.needs_waiting(connection)
        window = await line.next_in_line(connection, seats, now=now, settings=SETTINGS)

    assert window.callers == []
    (debt,) = (one for one in needs if one.matter == "debt")
    statement, values = line.reading(debt, [*widening(seats, debt, SETTINGS)], now=now, settings=SETTINGS)
    assert await rows_read(ground.database, statement, values) < 100
