"""What a told wait stands on: talks by matter and hour, who hung up, the roster ahead. On a real PostgreSQL."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import insert, update

from interactions.identity import new_id
from interactions.tables import assignment, interaction, shift
from routing.estimate import Place
from routing.observations import observe
from routing.places import Places
from routing.settings import EstimateSettings, RoutingSettings
from tests.rig.ground import Ground, Seat

SETTINGS = RoutingSettings(handling_default_s=400.0, handling_sample=2)
LOOK = EstimateSettings()


@pytest.fixture
def places(ground: Ground) -> Places:
    """What is told."""
    return Places(ground.database, clock=ground.clock, settings=SETTINGS)


async def _talked(ground: Ground, at: Seat, *, matter: str, seconds: float, ended: datetime) -> None:
    """A finished talk."""
    interaction_id = await ground.waiting(matter=matter)
    started = ended - timedelta(seconds=seconds)
    row = {
        "segment_id": new_id(ended),
        "interaction_id": interaction_id,
        "seat_id": at.seat_id,
        "account_id": at.account_id,
    }
    times = {"started_at": started, "released_at": ended, "finished_at": ended, "handling_s": seconds}
    async with ground.database.unit() as unit:
        await unit.connection.execute(insert(assignment).values(row | times))
        closed = {
            "state": "closed",
            "closed_at": ended,
            "waiting_since": started - timedelta(seconds=10),
            "seat_id": at.seat_id,
        }
        mine = interaction.c.interaction_id == interaction_id
        await unit.connection.execute(update(interaction).where(mine).values(closed))


async def _line(ground: Ground, count: int) -> list[UUID]:
    """People in line, one a second."""
    made = []
    for _ in range(count):
        made.append(await ground.waiting())
        ground.clock.advance(timedelta(seconds=1))
    return made


async def _told(places: Places, ground: Ground, *, matter: str = "labour") -> Place:
    one = await ground.waiting(matter=matter)
    return (await places.of([one]))[one]


async def test_the_wait_is_told_with_an_interval_around_it(ground: Ground, places: Places) -> None:
    await ground.seat(capacity=2)

    place = await _told(places, ground)

    assert place == Place(1, 200)
    assert place.wait_low_s is not None and place.wait_high_s is not None
    assert 0 < place.wait_low_s < 100
    assert place.wait_high_s > 400


async def test_own_talks_of_the_matter_replace_what_is_known_of_others_bit_by_bit(ground: Ground) -> None:
    at, now = await ground.seat(matters=("labour", "family"), capacity=2), ground.clock.now()
    for _ in range(8):
        await _talked(ground, at, matter="labour", seconds=1_000.0, ended=now - timedelta(hours=1, minutes=5))

    async with ground.database.read() as connection:
        seen = await observe(connection, now=now, settings=LOOK)

    assert (seen.talks["labour"].count, seen.talks["labour"].mean_s) == (8, 1_000.0)
    place = await _told(Places(ground.database, clock=ground.clock, settings=SETTINGS), ground)
    # Eight of 1,000 s and two of 400 s.
    assert place.wait_s == 440


async def test_talks_of_this_hour_on_other_days_count_and_those_of_other_hours_do_not(ground: Ground) -> None:
    at, now = await ground.seat(), ground.clock.now()
    await _talked(ground, at, matter="labour", seconds=100.0, ended=now - timedelta(days=3, minutes=10))
    await _talked(ground, at, matter="labour", seconds=900.0, ended=now - timedelta(days=3, hours=6))
    await _talked(ground, at, matter="labour", seconds=900.0, ended=now - timedelta(days=40))

    async with ground.database.read() as connection:
        seen = await observe(connection, now=now, settings=LOOK.model_copy(update={"latest": 0}))

    assert (seen.talks["labour"].count, seen.talks["labour"].mean_s) == (1, 100.0)


async def test_who_hung_up_lately_shortens_what_is_told(ground: Ground) -> None:
    await ground.seat(capacity=1)
    now = ground.clock.now()
    async with ground.database.unit() as unit:
        for _ in range(20):
            gone = await ground.waiting()
            left = {"state": "abandoned", "closed_at": now, "waiting_since": now - timedelta(seconds=60)}
            mine = interaction.c.interaction_id == gone
            await unit.connection.execute(update(interaction).where(mine).values(left))
    line = await _line(ground, 6)

    places = Places(ground.database, clock=ground.clock, settings=SETTINGS)
    told = (await places.of(line))[line[-1]]

    async with ground.database.read() as connection:
        seen = await observe(connection, now=now, settings=LOOK)
    assert (seen.hung_up, seen.in_line_s) == (20, 1_200.0)
    assert told.wait_s is not None
    assert told.wait_s < 6 * 400


async def test_the_roster_ahead_is_believed(ground: Ground, places: Places) -> None:
    await ground.seat(capacity=1)
    goes, comes = await ground.seat(capacity=1), await ground.seat(status="signed_out", capacity=2)
    line = await _line(ground, 6)
    now = ground.clock.now()

    async def last() -> int:
        wait_s = (await places.of(line))[line[-1]].wait_s
        assert wait_s is not None
        return wait_s

    as_it_is = await last()
    async with ground.database.unit() as unit:
        theirs = shift.c.seat_id == goes.seat_id
        await unit.connection.execute(update(shift).where(theirs).values(ends_at=now + timedelta(minutes=10)))
    with_one_leaving = await last()
    async with ground.database.unit() as unit:
        theirs = shift.c.seat_id == comes.seat_id
        await unit.connection.execute(update(shift).where(theirs).values(starts_at=now + timedelta(minutes=10)))
    with_one_coming = await last()

    # Six talks of 400 s: by two; by two for five minutes (nothing new shortly before a shift ends), then by one; and by
    # three from ten minutes on.
    assert (as_it_is, with_one_leaving, with_one_coming) == (1_200, 2_100, 1_100)


async def test_somebody_whose_matter_nobody_knows_is_told_when_any_lawyer_may_serve(
    ground: Ground, places: Places
) -> None:
    await ground.seat(matters=("labour",), capacity=20)

    place = await _told(places, ground, matter="maritime")

    # Twenty seconds until a place is free, but three minutes until it may be theirs.
    assert place == Place(1, 180)
