"""`hotline roster` and `hotline accounts`, run as a person runs them: from no account to a line that is staffed."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from pathlib import Path
from typing import Protocol
from uuid import UUID

import pytest
from sqlalchemy import insert, select, text
from typer.testing import CliRunner, Result

from hotline.cli import app
from interactions.clock import SystemClock
from interactions.database import Database
from interactions.errors import HotlineError
from interactions.tables import account, seat

EXAMPLE = Path(__file__).resolve().parents[3] / "deploy" / "roster.example.yaml"
PASSWORD = "十五个字以上的一句话才够做密码用"


class Command(Protocol):
    """Runs `hotline …`."""

    async def __call__(self, *arguments: str, given: str = "") -> Result:
        """The outcome; `given` is what is typed."""


@pytest.fixture
def hotline(postgres_url: str, redis_url: str, tmp_path: Path) -> Command:
    """On the test's database, wide enough that nothing is folded, with cheap hashes."""
    environ = {
        "DATABASE_URL": postgres_url,
        "REDIS_URL": redis_url,
        "HOTLINE_DATA": str(tmp_path),
        "HOTLINE_AGENTS__PASSWORD__TIME_COST": "1",
        "HOTLINE_AGENTS__PASSWORD__MEMORY_KIB": "64",
        "HOTLINE_AGENTS__PASSWORD__LANES": "1",
        "COLUMNS": "200",
    }

    async def run(*arguments: str, given: str = "") -> Result:
        return await asyncio.to_thread(CliRunner(env=environ).invoke, app, list(arguments), input=given)

    return run


def refusal(result: Result) -> str:
    """What `main` would tell as a sentence."""
    assert isinstance(result.exception, HotlineError), result.output
    return result.exception.message


async def _add_lawyers(hotline: Command, count: int) -> None:
    today = SystemClock().now().date()
    until = str(today + timedelta(days=400))
    for number in range(1, count + 1):
        done = await hotline(
            *("accounts", "add", f"lawyer{number:02d}", "--name", f"{number:02d}号律师", "--firm", "某所"),
            *("--licence-until", until, "--trained-on", str(today)),
            given=f"{PASSWORD}\n",
        )
        assert done.exit_code == 0, done.output


async def test_from_no_account_to_a_line_that_is_staffed_around_the_clock(hotline: Command, database: Database) -> None:
    before = await hotline("roster", "coverage")
    assert (before.exit_code, "小时无人在岗" in before.output) == (1, True)
    assert "没有这个账号" in refusal(await hotline("roster", "plan", str(EXAMPLE)))

    await _add_lawyers(hotline, 15)
    tried = await hotline("roster", "plan", str(EXAMPLE), "--dry-run")
    assert "试算（未写入）：新增" in tried.output
    planned = await hotline("roster", "plan", str(EXAMPLE))
    assert re.search(r"已排班：新增 \d+，撤下 0，保持 0；新建坐席 L01、L02", planned.output)
    again = await hotline("roster", "plan", str(EXAMPLE))
    assert "新增 0，撤下 0" in again.output

    covered = await hotline("roster", "coverage")
    assert (covered.exit_code, "每个小时都达到要求" in covered.output) == (0, True), covered.output
    assert "排了班的坐席 15 个，律师 15 人" in covered.output
    shown = await hotline("roster", "show")
    assert re.search(r"L01\s+签出", shown.output)

    gone = await hotline("accounts", "disable", "lawyer13")
    assert re.search(r"取消今后的班次 [1-9]\d* 个", gone.output)
    short = await hotline("roster", "coverage")
    assert (short.exit_code, "要求至少 15 个" in short.output) == (1, True)
    async with database.read() as connection:
        hashes = list(await connection.scalars(select(account.c.password_hash)))
    assert all(one.startswith("$argon2id$") for one in hashes)


async def test_show_leaves_out_the_seats_that_nobody_uses_unless_asked_for_all(
    hotline: Command, database: Database
) -> None:
    assert "还没有坐席" in (await hotline("roster", "show")).output
    await _add_lawyers(hotline, 15)
    await hotline("roster", "plan", str(EXAMPLE))
    async with database.unit() as unit:
        skills = {"matters": ["general"], "languages": ["zh"], "channels": ["web"], "chat_capacity": 3}
        row = {"seat_id": UUID(int=1), "code": "spare", "name": "备用", **skills}
        await unit.connection.execute(insert(seat).values(row))

    some, every = await hotline("roster", "show"), await hotline("roster", "show", "--all")

    assert (some.exit_code, every.exit_code) == (0, 0)
    assert ("L01" in some.output, "spare" in some.output, "另有 1 个坐席" in some.output) == (True, False, True)
    assert ("L01" in every.output, "spare" in every.output, "另有" in every.output) == (True, True, False)


async def test_a_password_is_asked_for_and_never_shown(hotline: Command, database: Database) -> None:
    added = await hotline("accounts", "add", "chief", "--name", "值班长", "--role", "supervisor", given=f"{PASSWORD}\n")
    assert added.exit_code == 0
    changed = await hotline("accounts", "password", "chief", given=f"{PASSWORD}{PASSWORD}\n")
    listed = await hotline("accounts", "list")

    assert PASSWORD not in added.output + changed.output + listed.output
    assert re.search(r"chief\s+值班长\s+班长\s+全市", listed.output)
    for parameter in ("--password", "-p"):
        assert parameter not in (await hotline("accounts", "add", "--help")).output
    async with database.read() as connection:
        assert await connection.scalar(text("select count(*) from account where password_hash like '%密码%'")) == 0


@pytest.mark.parametrize(
    ("arguments", "given", "told"),
    [
        (("add", "x y", "--name", "a"), PASSWORD, "username"),
        (("add", "chief", "--name", "a\x1b[31m"), PASSWORD, "display_name"),
        (("add", "chief", "--name", "a"), "短", "密码"),
        (("add", "chief", "--name", "a"), "chief" * 4, "密码"),
        (("add", "chief", "--name", "a", "--scope", "firm"), PASSWORD, "--scope"),
        (("add", "chief", "--name", "a", "--scope", "street:学府"), PASSWORD, "--scope"),
        (("add", "chief", "--name", "a", "--licence-until", "2027-02-30"), PASSWORD, "--licence-until"),
        (("password", "nobody"), PASSWORD, "没有账号"),
        (("papers", "nobody"), "", "没有要登记的内容"),
        (("disable", "nobody"), "", "没有账号"),
    ],
)
async def test_what_is_wrong_is_told_as_a_sentence(
    hotline: Command, arguments: tuple[str, ...], given: str, told: str
) -> None:
    assert told in refusal(await hotline("accounts", *arguments, given=f"{given}\n"))


async def test_a_name_is_given_once(hotline: Command) -> None:
    await hotline("accounts", "add", "chief", "--name", "a", given=f"{PASSWORD}\n")

    assert refusal(await hotline("accounts", "add", "chief", "--name", "b", given=f"{PASSWORD}\n")) == "已有账号 chief"


async def test_every_command_says_what_it_does(hotline: Command) -> None:
    for group, commands in {
        "roster": ("plan", "show", "coverage"),
        "accounts": ("add", "papers", "password", "disable", "enable", "list"),
    }.items():
        for command in commands:
            shown = await hotline(group, command, "--help")
            assert shown.exit_code == 0
            assert re.search(r"[\u4e00-\u9fff]{4}", shown.output)
