"""The nightly file finds what was cut or rewritten after it, even where every hash was made to fit again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import orjson
import pytest
from sqlalchemy import text

from interactions.errors import Invalid
from interactions.heads_file import compare, files_in, write_heads
from tests.rig.ground import Ground

FIRST, SECOND, THIRD = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)
NEW_MONTH = date(2026, 12, 1)


def numbers_in(path: Path) -> list[str]:
    """The interactions a file speaks of."""
    lines = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    return [line["number"] for line in lines if "id" in line]


async def test_a_log_that_only_grew_is_as_written_down(ground: Ground, tmp_path: Path) -> None:
    interaction_id = (await ground.opened()).head.interaction_id
    written = await write_heads(ground.database, folder=tmp_path, day=FIRST)
    await ground.say(interaction_id, "后来的话")

    assert written.heads == 1
    assert await compare(ground.database, path=written.path) == []


async def test_a_night_writes_what_moved_since_the_night_before_and_a_new_month_writes_all(
    ground: Ground, tmp_path: Path
) -> None:
    still, moving = [(await ground.opened()).head for _ in range(2)]
    first = await write_heads(ground.database, folder=tmp_path, day=FIRST)
    await ground.say(moving.interaction_id, "后来的话")
    fresh = (await ground.opened()).head

    second = await write_heads(ground.database, folder=tmp_path, day=SECOND)
    quiet = await write_heads(ground.database, folder=tmp_path, day=THIRD)
    month = await write_heads(ground.database, folder=tmp_path, day=NEW_MONTH)

    assert set(numbers_in(first.path)) == {still.number, moving.number}
    assert set(numbers_in(second.path)) == {moving.number, fresh.number}
    assert numbers_in(quiet.path) == []
    assert len(numbers_in(month.path)) == 3
    assert files_in(tmp_path) == [first.path, second.path, quiet.path, month.path]
    for path in files_in(tmp_path):
        assert await compare(ground.database, path=path) == []


async def test_on_another_server_whose_transactions_count_anew_all_is_written(ground: Ground, tmp_path: Path) -> None:
    number = (await ground.opened()).head.number
    first = await write_heads(ground.database, folder=tmp_path, day=FIRST)
    first.path.write_bytes(first.path.read_bytes().replace(b'"server":"', b'"server":"9'))

    second = await write_heads(ground.database, folder=tmp_path, day=SECOND)

    assert numbers_in(second.path) == [number]


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


@pytest.mark.parametrize("content", [b"", b"\n", b"no json\n", b"[]\n", b'{"heads": 0}\n', b"\xff\xfe"])
async def test_a_damaged_file_is_named_and_does_not_stop_the_next_night(
    ground: Ground, tmp_path: Path, content: bytes
) -> None:
    await ground.opened()
    damaged = tmp_path / "2026-11-23.jsonl"
    damaged.write_bytes(content)

    written = await write_heads(ground.database, folder=tmp_path, day=SECOND)

    assert written.heads == 1
    assert await compare(ground.database, path=written.path) == []
    with pytest.raises(Invalid, match="digest"):
        await compare(ground.database, path=damaged)


async def test_a_file_of_another_name_and_an_empty_folder_are_refused(ground: Ground, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no file"):
        files_in(tmp_path)
    other = tmp_path / "heads.jsonl"
    other.write_bytes(b"{}\n")

    with pytest.raises(Invalid, match="digest"):
        await compare(ground.database, path=other)
