"""After an erasure its resident and its lawyer come back as before, and are told that the words are gone."""

from __future__ import annotations

from uuid import UUID

from interactions.erasure import erase
from tests.rig.house import RunningHouse


async def test_a_resident_whose_words_were_erased_comes_back_and_goes_on(house: RunningHouse) -> None:
    page = await house.resident()
    said = await page.say("请删除这句话")
    await page.command(type="leave")
    await erase(
        house.house.database,
        log=house.house.log,
        clock=house.house.clock,
        interaction_id=UUID(said["interaction_id"]),
        reason="request",
    )

    back = await house.resident(page.token)

    assert (await back.next_of("turn", seq=said["seq"]))["text"] == "（内容已按规定删除）"
    assert (await back.say("新的问题"))["interaction_id"] != said["interaction_id"]
