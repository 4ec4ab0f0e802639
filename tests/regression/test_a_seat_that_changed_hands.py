"""Symptom: a lawyer whose seat somebody else took over could, for a moment, speak and accept in its name.

The console asks the rows every two seconds who sits there; what it does in between must be checked under the lock.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import delete

from agents.errors import NotServing
from interactions.errors import OfferGone
from interactions.tables import shift
from tests.integration.agents.house import House, Lawyer, house_on


@pytest.fixture
async def house(postgres_url: str) -> AsyncIterator[House]:
    """A room on a fresh database."""
    async with house_on(postgres_url) as made:
        yield made


async def _taken_over(house: House) -> tuple[Lawyer, Lawyer]:
    """Who sat there and who sits there now."""
    before = await house.add_lawyer("before")
    await house.roster.sign_out(before.account_id)
    async with house.database.unit() as unit:
        await unit.connection.execute(delete(shift))
    viewer = await house.add_account("after")
    await house.add_shift(viewer.account_id, before.seat_id)
    await house.roster.sign_in(viewer.account_id)
    return before, Lawyer("after", viewer.account_id, before.seat_id)


async def test_only_the_lawyer_of_the_talk_speaks_in_it(house: House) -> None:
    before, after = await _taken_over(house)
    head = await house.open()
    await house.give(head, after)

    for command in (house.serving.say, house.serving.note):
        with pytest.raises(NotServing):
            await command(before.server, interaction_id=head.interaction_id, text="不该出现")
        await command(after.server, interaction_id=head.interaction_id, text="您好")


async def test_only_who_sits_there_answers_an_offer(house: House) -> None:
    before, after = await _taken_over(house)
    offer_id = await house.offer(await house.open(), after)

    with pytest.raises(OfferGone):
        await house.answers.accept(offer_id, seat_id=before.seat_id, account_id=before.account_id)
    with pytest.raises(OfferGone):
        await house.answers.decline(offer_id, seat_id=before.seat_id, account_id=before.account_id, reason="competence")
    written = await house.answers.accept(offer_id, seat_id=after.seat_id, account_id=after.account_id)

    assert not written.repeated
