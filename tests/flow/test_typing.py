"""Who types is told to the other side of a talk, to nobody else, and leaves no trace."""

from __future__ import annotations

import asyncio

from tests.rig.clients import Lawyer, Resident
from tests.rig.house import RunningHouse, running_house


async def _talk(house: RunningHouse) -> tuple[Lawyer, Resident, str]:
    lawyer, resident = await house.lawyer(), await house.resident()
    interaction_id = (await resident.say("转人工"))["interaction_id"]
    await lawyer.accept(interaction_id)
    await resident.next_of("state", state="with_lawyer")
    await lawyer.next_of("state", interaction_id=interaction_id)
    return lawyer, resident, interaction_id


async def test_each_side_is_told_that_the_other_types_and_stops(house: RunningHouse) -> None:
    lawyer, resident, interaction_id = await _talk(house)
    before = (await resident.say("标记"))["seq"]

    await resident.send(type="typing", on=True)
    await lawyer.next_of("typing", interaction_id=interaction_id, by="resident", on=True)
    await lawyer.send(type="typing", interaction_id=interaction_id, on=True)
    await resident.next_of("typing", interaction_id=interaction_id, by="lawyer", on=True)
    await resident.send(type="typing", on=False)
    await lawyer.next_of("typing", by="resident", on=False)
    await lawyer.send(type="typing", interaction_id=interaction_id, on=False)
    await resident.next_of("typing", by="lawyer", on=False)

    assert (await resident.say("再标记"))["seq"] == before + 1
    assert not [frame for frame in [*lawyer.frames, *resident.frames] if frame["type"] == "error"]


async def test_a_page_that_goes_away_types_no_more(house: RunningHouse) -> None:
    lawyer, resident, _ = await _talk(house)
    await resident.send(type="typing", on=True)
    await lawyer.next_of("typing", on=True)

    await resident.close()

    await lawyer.next_of("typing", on=False)


async def test_nobody_is_told_before_a_lawyer_came_or_by_another_seat(house: RunningHouse) -> None:
    lawyer, resident, interaction_id = await _talk(house)
    stranger, waiting = await house.lawyer("seat02"), await house.resident()
    await waiting.say("你好")

    await stranger.send(type="typing", interaction_id=interaction_id, on=True)
    await waiting.send(type="typing", on=True)
    # Whatever those two had caused would come before the answer to this.
    assert (await stranger.command(type="status", status="away"))["type"] == "ack"
    assert (await waiting.say("在吗"))["type"] == "ack"
    assert (await resident.say("在"))["type"] == "ack"
    await lawyer.next_of("turn", text="在")

    assert not [one for page in (lawyer, resident, stranger, waiting) for one in page.frames if one["type"] == "typing"]


async def test_it_crosses_processes(house: RunningHouse, postgres_url: str, redis_url: str) -> None:
    async with running_house(postgres_url, redis_url) as second:
        lawyer, resident = await second.lawyer(), await house.resident()
        await lawyer.accept((await resident.say("转人工"))["interaction_id"])
        await resident.next_of("state", state="with_lawyer")

        async with asyncio.timeout(10):
            await resident.send(type="typing", on=True)
            await lawyer.next_of("typing", by="resident", on=True)
