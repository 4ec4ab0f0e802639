"""Ratings: asked for once, given once, in time, by the resident they belong to."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from agents.errors import NothingToRate, RatedAlready
from interactions.errors import Invalid
from interactions.events import RatingGiven
from interactions.head import Head
from interactions.record import RepeatKey
from interactions.tables import rating
from tests.integration.agents.house import House, Lawyer


@pytest.fixture
async def lawyer(house: House) -> Lawyer:
    """A lawyer at a seat."""
    return await house.add_lawyer("seat01")


async def _released(house: House, lawyer: Lawyer, **facts: object) -> Head:
    head = await house.open("老板拖欠工资", **facts)
    await house.give(head, lawyer)
    await house.serving.release(lawyer.server, interaction_id=head.interaction_id)
    return head


async def test_a_rating_is_an_event_and_a_row_with_service_and_outcome_apart(house: House, lawyer: Lawyer) -> None:
    head = await _released(house, lawyer)
    await house.ratings.give(resident_id=head.resident_id, score=5, solved=False, comment="谢谢")
    async with house.database.read() as connection:
        row = (await connection.execute(select(rating))).one()
    assert (row.score, row.solved, row.given_at) == (5, False, house.clock.now())
    _, records = await house.reader.read(head.interaction_id)
    given = records[-1].event
    assert given == RatingGiven(segment_id=str(row.segment_id), score=5, solved=False, comment="谢谢")


async def test_a_second_rating_is_refused_and_a_repeat_is_answered_with_the_first(house: House, lawyer: Lawyer) -> None:
    head = await _released(house, lawyer)
    key = RepeatKey(head.resident_id, "1")
    first = await house.ratings.give(resident_id=head.resident_id, score=4, repeat_of=key)
    again = await house.ratings.give(resident_id=head.resident_id, score=1, repeat_of=key)
    assert (again.seq, again.repeated) == (first.seq, True)
    with pytest.raises(RatedAlready):
        await house.ratings.give(resident_id=head.resident_id, score=1)


async def test_a_rating_is_open_for_72_hours_and_not_a_moment_longer(house: House, lawyer: Lawyer) -> None:
    heads = [await _released(house, lawyer) for _ in range(2)]
    house.clock.advance(timedelta(hours=72) - timedelta(seconds=1))
    await house.ratings.give(resident_id=heads[0].resident_id, score=4)
    house.clock.advance(timedelta(seconds=1))
    with pytest.raises(NothingToRate):
        await house.ratings.give(resident_id=heads[1].resident_id, score=4)


async def test_another_residents_segment_and_one_nobody_was_asked_about_are_refused_alike(
    house: House, lawyer: Lawyer
) -> None:
    head = await _released(house, lawyer)
    stranger = await house.open()
    async with house.database.read() as connection:
        segment_id = await connection.scalar(select(rating.c.segment_id))
    told = set()
    for wanted in (segment_id, uuid4(), head.interaction_id):
        with pytest.raises(NothingToRate) as refused:
            await house.ratings.give(resident_id=stranger.resident_id, segment_id=wanted, score=1)
        told.add(str(refused.value))
    assert len(told) == 1


@pytest.mark.parametrize("facts", [{"dangers": ("violence",)}, {"minor": True}, {"urgency": 0}])
async def test_after_danger_and_of_minors_no_rating_is_asked_for(
    house: House, lawyer: Lawyer, facts: dict[str, object]
) -> None:
    head = await _released(house, lawyer, **facts)
    with pytest.raises(NothingToRate):
        await house.ratings.give(resident_id=head.resident_id, score=5)


@pytest.mark.parametrize("score", [0, 6, -1])
async def test_a_score_outside_one_to_five_is_invalid(house: House, lawyer: Lawyer, score: int) -> None:
    head = await _released(house, lawyer)
    with pytest.raises(Invalid, match="score"):
        await house.ratings.give(resident_id=head.resident_id, score=score)
