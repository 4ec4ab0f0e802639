"""The commands over the ground, run as a person runs them, on a real database."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import delete, select, text, update
from typer.testing import CliRunner, Result

from hotline.cli import app
from interactions.blind_index import OTHER_PARTY, find
from interactions.erasure import erase
from interactions.errors import HotlineError, Invalid, NotFound
from interactions.heads_file import write_heads
from interactions.inbound import Delivery, Inbound
from interactions.locks import lock_heads
from interactions.model import By
from interactions.outbox import Outbox
from interactions.tables import blind_index, inbound, interaction, interaction_key, outbox
from interactions.verify import verify
from tests.integration.interactions.test_blind_index import closed_against
from tests.rig import databases
from tests.rig.ground import KEYS, Ground
from tests.rig.routing import Routing

Command = Callable[..., "asyncio.Future[Result]"]


@pytest.fixture
def hotline(postgres_url: str, redis_url: str, tmp_path: Path) -> Command:
    """Runs `hotline …` on the test's database, wide enough that nothing is folded."""
    environ = {
        "DATABASE_URL": postgres_url,
        "REDIS_URL": redis_url,
        "HOTLINE_DATA": str(tmp_path),
        "HOTLINE_SECRETS__MASTER_KEYS": str({name: _text(key) for name, key in KEYS.masters.items()}),
        "HOTLINE_SECRETS__CURRENT_KEY": KEYS.current,
        "HOTLINE_SECRETS__INDEX_KEY": _text(KEYS.index_key),
        "COLUMNS": "200",
    }

    def run(*arguments: str, **more: str) -> asyncio.Future[Result]:
        runner = CliRunner(env={**environ, **more})
        return asyncio.ensure_future(asyncio.to_thread(runner.invoke, app, list(arguments)))

    return run


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode()


def refusal(result: Result) -> HotlineError:
    """What `main` would tell as a sentence."""
    assert isinstance(result.exception, HotlineError), result.output
    return result.exception


async def test_a_record_is_shown_by_number_and_by_id_with_labels_names_and_the_citys_time(
    ground: Ground, hotline: Command
) -> None:
    seat = await ground.seat()
    interaction_id = await ground.waiting()
    routing = Routing.on(ground)
    await routing.rounds.run()
    (ringing,) = (await routing.live()).values()
    await routing.offers.accept(ringing.offer_id, seat_id=seat.seat_id, account_id=seat.account_id)
    number = (await ground.reader.read(interaction_id))[0].number

    by_number, by_id = [await hotline("log", "show", key) for key in (number, f" {interaction_id} ")]

    assert by_number.exit_code == 0
    assert by_number.output == by_id.output
    told = by_number.output
    # 01:00 UTC is 09:00 in the city.
    for word in ("律师服务中", "网页", "劳动纠纷", "2026-11-23 09:00:00", "Asia/Shanghai（UTC+08:00）", "09:00:00"):
        assert word in told
    for word in (
        "居民",
        "你好",
        "受理",
        "派单",
        "空闲最久",
        "排队中 → 待接入",
        "律师 ",
        "lawyer-",
        "待接入 → 律师服务中",
    ):
        assert word in told


async def test_an_erased_record_shows_its_headers_and_says_so(ground: Ground, hotline: Command) -> None:
    interaction_id = await closed_against(ground, "海河建筑公司")
    number = (await ground.reader.read(interaction_id))[0].number

    erased = await hotline("log", "erase", number, "--yes")
    again = await hotline("log", "erase", number, "--yes")
    shown = await hotline("log", "show", number)

    assert "内容已删除" in erased.output
    assert "此前已删除" in again.output
    assert "内容已依申请删除" in shown.output
    assert shown.output.count("［内容已删除］") == 2
    assert "海河" not in shown.output
    assert (await verify(ground.database, keys=KEYS)).holds


async def test_an_erasure_is_asked_for_once_more(ground: Ground, hotline: Command) -> None:
    interaction_id = await closed_against(ground, "海河建筑公司")

    refused = await hotline("log", "erase", str(interaction_id))

    assert refused.exit_code == 1
    assert (await ground.reader.read(interaction_id))[1][-1].kind == "interaction.closed"


@pytest.mark.parametrize("key", ["20261123-000099", "00000000-0000-0000-0000-000000000000", "", "'; drop table event"])
async def test_a_wrong_id_is_told_in_a_sentence(hotline: Command, key: str) -> None:
    for verb in (("show", key), ("erase", key, "--yes")):
        told = refusal(await hotline("log", *verb))
        assert isinstance(told, NotFound)
        assert "受理编号" in told.message


async def test_terminal_tricks_in_a_residents_words_do_not_reach_the_terminal(ground: Ground, hotline: Command) -> None:
    number = (await ground.opened(text="[red]红[/red]\x1b[31m\x07\u202e好")).head.number

    told = (await hotline("log", "show", number)).output

    assert "[red]红[/red]" in told
    assert not {"\x1b", "\x07", "\u202e"} & set(told)


async def test_a_whole_log_is_told_to_hold(ground: Ground, hotline: Command, tmp_path: Path) -> None:
    await ground.opened()
    await write_heads(ground.database, folder=tmp_path / "heads", day=databases.TODAY)

    verified = await hotline("log", "verify", "--heads", str(tmp_path / "heads"))

    assert verified.exit_code == 0
    assert "✓ 全部成立：1 份服务单，2 条记录" in verified.output


async def test_violations_are_named_by_number_and_place_and_end_in_failure(
    ground: Ground, hotline: Command, tmp_path: Path
) -> None:
    heads = [(await ground.opened()).head for _ in range(30)]
    await write_heads(ground.database, folder=tmp_path / "heads", day=databases.TODAY)
    async with ground.database.unit() as unit:
        await unit.connection.execute(text("set local session_replication_role = replica"))
        await unit.connection.execute(text("update event set hash = sha256(hash) where seq = 2"))

    verified = await hotline("log", "verify", "--heads", str(tmp_path / "heads"))

    assert verified.exit_code == 1
    assert "✗ 90 处不成立：30 份服务单，60 条记录" in verified.output
    first = min(head.interaction_id for head in heads)
    number = next(head.number for head in heads if head.interaction_id == first)
    assert re.search(rf"{number} +2 +hash does not match", verified.output)
    assert "另有 70 处未列出" in verified.output


async def test_the_state_of_the_keys_and_their_rotation(ground: Ground, hotline: Command) -> None:
    await ground.opened()
    await Inbound(ground.database, keys=KEYS, clock=ground.clock).store(Delivery("wechat", "official", "m1", b"x"))

    before = await hotline("keys", "status", HOTLINE_SECRETS__CURRENT_KEY="k2")
    rotated = await hotline("keys", "rotate", HOTLINE_SECRETS__CURRENT_KEY="k2")
    after = await hotline("keys", "status", HOTLINE_SECRETS__CURRENT_KEY="k2")

    assert [line.split() for line in before.output.splitlines()[1:3]] == [["k1", "1", "1"], ["k2", "0", "0", "当前"]]
    assert "已重新包裹 2 个密钥" in rotated.output
    assert [line.split() for line in after.output.splitlines()[1:2]] == [["k2", "1", "1", "当前"]]


async def test_a_new_index_key_finds_again_what_the_old_one_found(ground: Ground, hotline: Command) -> None:
    interaction_id = await closed_against(ground, "海河建筑公司")
    newer = replace(KEYS, index_key=b"n" * 32)

    told = await hotline("keys", "reindex", HOTLINE_SECRETS__INDEX_KEY=_text(newer.index_key))

    assert "已重建 1 份" in told.output
    async with ground.database.read() as connection:
        assert await find(connection, OTHER_PARTY, "海河建筑公司", keys=newer) == [interaction_id]


async def test_keys_come_back_from_their_backup_and_erased_ones_do_not(
    ground: Ground, hotline: Command, tmp_path: Path
) -> None:
    kept, gone = [await closed_against(ground, "海河建筑公司") for _ in range(2)]
    path = tmp_path / "keys.jsonl"
    assert "已备份 2 个" in (await hotline("keys", "export", str(path))).output
    assert path.stat().st_mode & 0o777 == 0o600
    parts = {"log": ground.log, "clock": ground.clock, "reason": "request"}
    await erase(ground.database, interaction_id=gone, **parts)  # type: ignore[arg-type]
    # What a restore of the data alone leaves.
    async with ground.database.unit() as unit:
        await unit.connection.execute(delete(blind_index))
        await unit.connection.execute(delete(interaction_key))
    assert "没有密钥 2" in (await hotline("keys", "status")).output

    restored = await hotline("keys", "import", str(path))
    again = await hotline("keys", "import", str(path))
    reindexed = await hotline("keys", "reindex")

    assert "恢复 1 个，已有 0 个，已删除内容不恢复 1 个，无此服务单 0 个" in restored.output
    assert "恢复 0 个，已有 1 个，已删除内容不恢复 1 个，无此服务单 0 个" in again.output
    assert "已重建 1 份" in reindexed.output
    assert (await verify(ground.database, keys=KEYS)).holds
    _, records = await ground.reader.read(kept)
    assert records[-2].event.other_party == "海河建筑公司"  # type: ignore[attr-defined]


@pytest.mark.parametrize("content", [None, b"", b"{}\n", b"no json\n", b'{"keys":1,"digest":""}\n'])
async def test_a_key_backup_that_is_not_as_written_restores_nothing(
    hotline: Command, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "keys.jsonl"
    if content is not None:
        path.write_bytes(content)

    assert isinstance(refusal(await hotline("keys", "import", str(path))), Invalid)


async def test_a_key_backup_never_overwrites_one(ground: Ground, hotline: Command, tmp_path: Path) -> None:
    (tmp_path / "keys.jsonl").write_bytes(b"old")

    assert "已存在" in refusal(await hotline("keys", "export", str(tmp_path / "keys.jsonl"))).message
    assert (tmp_path / "keys.jsonl").read_bytes() == b"old"


async def test_stuck_messages_are_listed_without_words_retried_and_dropped(ground: Ground, hotline: Command) -> None:
    head = (await ground.opened()).head
    ids = [await _dead_message(ground, head.interaction_id) for _ in range(2)]

    listed = await hotline("outbox", "list")
    retried = await hotline("outbox", "retry", str(ids[0]))
    dropped = await hotline("outbox", "drop", str(ids[1]))

    assert "未送达 2" in listed.output
    assert all(str(one) in listed.output for one in ids)
    assert head.number in listed.output
    assert "秘密" not in listed.output
    assert (retried.exit_code, dropped.exit_code) == (0, 0)
    async with ground.database.read() as connection:
        rows = (await connection.execute(select(outbox.c.outbox_id, outbox.c.state, outbox.c.sealed.is_(None)))).all()
    assert {row[0]: tuple(row[1:]) for row in rows} == {ids[0]: ("pending", False), ids[1]: ("withdrawn", True)}
    assert isinstance(refusal(await hotline("outbox", "drop", str(ids[1]))), NotFound)


async def _dead_message(ground: Ground, interaction_id: UUID) -> UUID:
    messages = Outbox(ground.database, log=ground.log, clock=ground.clock)
    async with ground.database.unit() as unit:
        locked = (await lock_heads(unit, [interaction_id]))[interaction_id]
        made = await messages.enqueue(unit, locked, kind="sms", by=By.SYSTEM, payload="秘密".encode())
        await unit.connection.execute(update(outbox).values(state="dead", ended_at=ground.clock.now()))
    return made


async def test_dead_deliveries_are_listed_retried_and_dropped(ground: Ground, hotline: Command) -> None:
    store = Inbound(ground.database, keys=KEYS, clock=ground.clock)
    ids = [(await store.store(Delivery("wechat", "official", key, b"x"))).inbound_id for key in ("m1", "m2")]
    async with ground.database.unit() as unit:
        await unit.connection.execute(update(inbound).values(dead_at=ground.clock.now(), last_error="ValueError"))

    listed = await hotline("inbound", "list")
    await hotline("inbound", "retry", str(ids[0]))
    await hotline("inbound", "drop", str(ids[1]))
    left = await hotline("inbound", "list")

    assert "处理失败 2" in listed.output
    assert "ValueError" in listed.output
    assert left.output.strip() == "待处理 1"
    assert isinstance(refusal(await hotline("inbound", "retry", str(ids[1]))), NotFound)


async def test_migrating_tells_what_it_did_and_a_command_on_an_older_database_what_to_do(
    ground: Ground, hotline: Command
) -> None:
    assert "已是最新" in (await hotline("migrate")).output
    async with ground.database.unit() as unit:
        await unit.connection.execute(text("update alembic_version set version_num = '0003'"))
    assert "hotline migrate" in refusal(await hotline("log", "verify")).message
    async with ground.database.unit() as unit:
        await unit.connection.execute(text("update alembic_version set version_num = '9999'"))

    assert "更新的版本" in refusal(await hotline("migrate")).message
    async with ground.database.read() as connection:
        assert await connection.scalar(select(interaction.c.number)) is None
