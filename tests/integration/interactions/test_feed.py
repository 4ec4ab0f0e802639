"""The feed never skips what commits late, and never repeats."""

from __future__ import annotations

from interactions.events import TurnSaid
from interactions.feed import Cursor, Fed, read_feed
from interactions.model import OPEN_STATES, By
from interactions.record import Bundle, Draft, drafts
from tests.rig.ground import Ground


async def fed(ground: Ground, after: Cursor, *, most: int = 1_000) -> list[Fed]:
    """The next part of the feed."""
    async with ground.database.read() as connection:
        return await read_feed(connection, after=after, most=most)


async def test_what_commits_late_with_an_early_number_is_not_skipped(ground: Ground) -> None:
    slow, quick = [(await ground.opened()).head.interaction_id for _ in range(2)]
    start = (await fed(ground, Cursor()))[-1].cursor
    turn = drafts(Draft(TurnSaid(text="慢"), By.RESIDENT), only_in=OPEN_STATES)

    async with ground.database.unit() as unit:
        await ground.log.write_one(unit, Bundle(slow, turn))
        await ground.say(quick, "快")
        while_open = await fed(ground, start)

    assert while_open == []
    after = await fed(ground, start)
    assert [one.stored.interaction_id for one in after] == [slow, quick]


async def test_read_in_parts_it_is_the_same_as_read_at_once(ground: Ground) -> None:
    for number in range(5):
        interaction_id = (await ground.opened()).head.interaction_id
        await ground.say(interaction_id, str(number))
    whole = await fed(ground, Cursor())

    parts: list[Fed] = []
    while part := await fed(ground, parts[-1].cursor if parts else Cursor(), most=3):
        parts += part

    assert parts == whole
    assert len({(one.stored.interaction_id, one.stored.seq) for one in whole}) == len(whole) == 15
