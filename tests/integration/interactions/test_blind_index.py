"""A party or a number is found however it is written; nothing of it lies in the clear; it can be made anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import delete, select, text

from interactions.blind_index import OTHER_PARTY, OWN_PARTY, PHONE, digest_of, find, index_id
from interactions.erasure import erase
from interactions.events import Classified, Closed
from interactions.model import OPEN_STATES, By, State
from interactions.party_events import PartiesNamed
from interactions.record import Bundle, Draft, drafts
from interactions.reindexing import reindex
from interactions.sealing import KeyRing
from interactions.tables import blind_index
from tests.rig.ground import KEYS, Ground

NEWER = replace(KEYS, index_key=b"j" * 32)
CLASSIFIED = Classified(
    None, "labour", "120104", "consultation", "answered", summary="欠薪", other_party="海河建筑公司"
)


async def closed_against(ground: Ground, party: str | None) -> UUID:
    """A closed interaction whose form names `party`."""
    interaction_id = (await ground.opened()).head.interaction_id
    form = Draft(replace(CLASSIFIED, other_party=party), By.LAWYER)
    ended = Draft(Closed("wrapped_up"), By.LAWYER, to=State.CLOSED, changes={"closed_at": ground.clock.now()})
    await ground.shared_commit.submit(Bundle(interaction_id, drafts(form, ended, only_in=OPEN_STATES)))
    return interaction_id


async def found(ground: Ground, party: str, *, keys: KeyRing = KEYS) -> Sequence[UUID]:
    """Who named `party`."""
    async with ground.database.read() as connection:
        return await find(connection, OTHER_PARTY, party, keys=keys)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (OTHER_PARTY, "海河建筑（天津）公司", "海河建筑(天津) 公司。"),
        (OTHER_PARTY, "ＡＢＣ Ltd.", "abc ltd"),
        (PHONE, "13800000000", "+86 138-0000-0000"),
        (PHONE, "１３８００００００００", "008613800000000"),
        (PHONE, "022-00000000", "022 0000 0000"),
    ],
)
def test_one_name_written_two_ways_is_one_name(kind: str, one: str, other: str) -> None:
    assert digest_of(kind, one, keys=KEYS) == digest_of(kind, other, keys=KEYS) is not None


def test_different_names_and_names_of_different_kinds_differ_and_marks_alone_are_no_name() -> None:
    digests = {digest_of(kind, value, keys=KEYS) for kind in (OTHER_PARTY, PHONE) for value in ("100", "101")}

    assert len(digests) == 4
    assert digest_of(OTHER_PARTY, "——。", keys=KEYS) is None
    assert digest_of(PHONE, "不知道", keys=KEYS) is None


async def test_interactions_against_one_party_are_found_and_others_are_not(ground: Ground) -> None:
    first = await closed_against(ground, "海河建筑公司")
    await closed_against(ground, "别家公司")
    await closed_against(ground, None)
    second = await closed_against(ground, "海河 建筑公司")

    assert set(await found(ground, "海河建筑公司")) == {first, second}
    assert await found(ground, "没有这家") == []


async def test_the_name_lies_nowhere_in_the_clear(ground: Ground) -> None:
    await closed_against(ground, "海河建筑公司")

    async with ground.database.read() as connection:
        for table in ("blind_index", "event", "interaction"):
            rows = (await connection.execute(text(f"select t::text from {table} t"))).scalars()  # noqa: S608
            hexed = "海河建筑公司".encode().hex()
            assert not any("海河" in row or hexed in row for row in rows)


async def test_under_a_new_index_key_all_is_found_again_once_made_anew(ground: Ground) -> None:
    kept = await closed_against(ground, "海河建筑公司")
    gone = await closed_against(ground, "海河建筑公司")
    await erase(ground.database, log=ground.log, clock=ground.clock, interaction_id=gone, reason="request")
    assert await found(ground, "海河建筑公司", keys=NEWER) == []

    again = [await reindex(ground.database, log=ground.log, keys=NEWER) for _ in range(2)]

    assert again == [1, 0]
    assert await found(ground, "海河建筑公司", keys=NEWER) == [kept]
    assert await found(ground, "海河建筑公司", keys=KEYS) == []
    async with ground.database.read() as connection:
        assert set(await connection.scalars(select(blind_index.c.index_id))) == {index_id(NEWER)}


async def test_both_sides_of_a_dispute_are_made_anew_under_a_new_index_key(ground: Ground) -> None:
    interaction_id = (await ground.opened()).head.interaction_id
    said = Draft(PartiesNamed(own="周小河", other="海河建筑公司"), By.RESIDENT)
    await ground.shared_commit.submit(Bundle(interaction_id, drafts(said, only_in=OPEN_STATES)))

    assert await reindex(ground.database, log=ground.log, keys=NEWER) == 1

    async with ground.database.read() as connection:
        for kind, name in ((OWN_PARTY, "周小河"), (OTHER_PARTY, "海河建筑公司")):
            assert await find(connection, kind, name, keys=NEWER) == [interaction_id]
            assert await find(connection, kind, name, keys=KEYS) == []


async def test_indexes_lost_with_a_restore_are_made_from_the_log(ground: Ground) -> None:
    interaction_id = await closed_against(ground, "海河建筑公司")
    async with ground.database.unit() as unit:
        await unit.connection.execute(delete(blind_index))

    await reindex(ground.database, log=ground.log, keys=KEYS)

    assert await found(ground, "海河建筑公司") == [interaction_id]
