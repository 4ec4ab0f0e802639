"""The nightly file finds what was cut or rewritten after it, even where every hash was made to fit again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from interactions.errors import Invalid
from interactions.heads_file import compare, write_heads
from tests.rig.ground import Ground

FIRST, SECOND = date(2026, 11, 23), date(2026, 11, 24)


async def test_a_log_that_only_grew_is_as_written_down(ground: Ground, tmp_path: Path) -> None:
    interaction_id = (await ground.opened()).head.interaction_id
    written = await write_heads(ground.database, folder=tmp_path, day=FIRST)
    await ground.say(interaction_id, "后来的话")

    assert written.heads == 1
    assert await compare(ground.database, path=written.path) == []


@pytest.mark.parametrize(
    "statement",
    ["delete from event where seq = 2", "update event set hash = '\\x00' where seq = 2", "delete from event"],
)
async def test_a_chain_that_was_cut_or_rewritten_is_named(ground: Ground, tmp_path: Path, statement: str) -> None:
    number = (await ground.opened()).head.number
    written = await write_heads(ground.database, folder=tmp_path, day=FIRST)
    async with ground.database.unit() as unit:
        await unit.connection.execute(text("set local session_replication_role = replica"))
        await unit.connection.execute(text(statement))

    (violation,) = await compare(ground.database, path=written.path)

    assert (violation.interaction, violation.seq) == (number, 2)


async def test_a_changed_file_is_found_and_so_is_a_changed_one_before_it(ground: Ground, tmp_path: Path) -> None:
    await ground.opened()
    first = await write_heads(ground.database, folder=tmp_path, day=FIRST)
    second = await write_heads(ground.database, folder=tmp_path, day=SECOND)
    assert await compare(ground.database, path=second.path) == []

    first.path.write_bytes(first.path.read_bytes().replace(first.digest.encode(), b"0" * 64))

    for path in (first.path, second.path):
        with pytest.raises(Invalid, match="digest"):
            await compare(ground.database, path=path)
