"""`hotline bots learn …`: from what the bot did not know to content; the service takes it into use by itself."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from agents.accounts import named_viewer
from bots.content import load_content
from bots.content_file import add_entry, add_variants
from bots.reading import read_yaml
from hotline.settings import load
from hotline.terminal import CONFIG, Ground, on_ground, out
from hotline.unanswered import Group, Unanswered
from interactions.errors import Invalid, NotFound

app = typer.Typer(help="从没答上来的问题补充内容", no_args_is_help=True)
SHOWN = 40
As = Annotated[str, typer.Option("--as", metavar="账号", help="以谁的身份查看居民原话：须有查看内容的权限，留审计记录")]
Days = Annotated[int, typer.Option(min=1, max=366, help="最近多少天")]
Words = Annotated[list[str] | None, typer.Option(help="新问法，可重复；不得含姓名、号码")]


@app.command("list")
def list_command(viewer: As, days: Days = 30) -> None:
    """没答上来的与评价差的问题，按相近归组，多的在前；姓名与号码已遮盖。"""
    entries = load_content(load(CONFIG, os.environ).bots.content)
    groups = _groups(viewer, days=days)
    # What has become a wording of the content since is done.
    still = [one for one in groups if any(asked.entry_id or not entries.asked_by(asked.words) for asked in one.asked)]
    table = Table("组", "次数", "最近的问法", "评价差的条目")
    for one in still[:SHOWN]:
        bad = sorted({asked.entry_id for asked in one.asked if asked.entry_id})
        table.add_row(one.group_id, str(len(one.asked)), one.asked[0].words[:60], "、".join(bad))
    out.print(table if still else "没有待补充的问题")


@app.command("show")
def show(group: Annotated[str, typer.Argument(metavar="组")], viewer: As, days: Days = 30) -> None:
    """一组里的全部问法。"""
    for asked in _group(group, viewer, days=days).asked:
        out.print(f"· {asked.words}", markup=False, highlight=False, soft_wrap=True)


@app.command("add-variant")
def add_variant(
    entry: Annotated[str, typer.Argument(metavar="条目", help="如 labour.wages.unpaid")], words: Words = None
) -> None:
    """给已有条目添加问法：像 bots check 一样核对，写回文件；条目回到草稿，待律师重新审核。"""
    if not words:
        raise Invalid("--words：请给出至少一个新问法")
    path = add_variants(load(CONFIG, os.environ).bots.content, entry_id=entry, wordings=words)
    out.print(f"{path}：{entry} 已添加 {len(words)} 个问法，状态为草稿；要求审核的环境里，律师审核前该条不作答")


@app.command("add-entry")
def add_entry_command(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.yaml", help="一条内容，字段与 bots/faq 相同，review 只需 review_by")
    ],
    words: Words = None,
) -> None:
    """添加新条目：像 bots check 一样核对，写入其类别的文件，状态为草稿。"""
    entry = _one(file)
    entry["questions"] = [*(entry.get("questions") or []), *(words or [])]
    path = add_entry(load(CONFIG, os.environ).bots.content, entry)
    out.print(f"{path}：已添加 {entry.get('id')}，状态为草稿")


def _one(file: Path) -> dict[str, Any]:
    try:
        read = read_yaml(file)
    except OSError as error:
        raise Invalid(f"{file}：不能读取：{error.strerror}") from None
    except ValueError as error:
        raise Invalid(f"{file}：{error}") from None
    one = read[0] if isinstance(read, list) and len(read) == 1 else read
    if not isinstance(one, dict) or not isinstance(one.get("questions") or [], list):
        raise Invalid(f"{file}：应为一条内容（id、matter、questions、answer…）")
    return one


def _group(group_id: str, viewer: str, *, days: int) -> Group:
    found = next((one for one in _groups(viewer, days=days) if one.group_id == group_id), None)
    if found is None:
        raise NotFound(f"没有组 {group_id}：用 hotline bots learn list 查看")
    return found


def _groups(username: str, *, days: int) -> list[Group]:
    async def work(ground: Ground) -> list[Group]:
        async with ground.database.read() as connection:
            viewer = await named_viewer(connection, username)
        unanswered = Unanswered(ground.database, reader=ground.reader, clock=ground.clock)
        return await unanswered.groups(viewer, since=ground.clock.now() - timedelta(days=days))

    return on_ground(work)
