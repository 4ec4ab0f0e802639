"""`hotline log …`: one record on a page, the proof of the whole log, the erasure of words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy import select

from hotline import log_view
from hotline.terminal import Ground, bar, on_ground, out
from interactions.database import Database
from interactions.erasure import erase
from interactions.errors import NotFound
from interactions.heads_file import compare, files_in
from interactions.record import Recorded
from interactions.tables import account, interaction, seat
from interactions.verify import Verdict, count, verify

app = typer.Typer(help="查看与核验服务记录", no_args_is_help=True)
VIOLATIONS_SHOWN = 20
Key = Annotated[str, typer.Argument(metavar="ID", help="受理编号（20261123-000017）或服务单 id")]


@app.command("show")
def show(key: Key) -> None:
    """打印一份服务记录。"""

    async def work(ground: Ground) -> None:
        head, records = await ground.reader.read(await _find(ground.database, key))
        names = await _names(ground.database, records)
        out.print(log_view.record(head, records, names=names, city=ground.settings.city))

    on_ground(work)


@app.command("verify")
def verify_command(
    heads: Annotated[Path | None, typer.Option(help="链首文件或其目录（data/heads）：核对此后未被截断或改写")] = None,
) -> None:
    """核验全部记录：哈希链、序号、状态流转、密文、密钥、每单只在一处。有问题时以非零码退出。"""

    async def work(ground: Ground) -> Verdict:
        with bar() as progress:
            task = progress.add_task("核验", total=await count(ground.database))
            verdict = await verify(
                ground.database, keys=ground.keys, progress=lambda done: progress.update(task, completed=done)
            )
            if heads is not None:
                for path in progress.track(files_in(heads), description="链首"):
                    for one in await compare(ground.database, path=path):
                        verdict.add(one.interaction, [(one.seq, one.what)])
        return verdict

    verdict = on_ground(work)
    out.print(log_view.verdict(verdict, most=VIOLATIONS_SHOWN))
    if not verdict.holds:
        raise typer.Exit(1)


@app.command("erase")
def erase_command(
    key: Key,
    reason: Annotated[str, typer.Option(help="原因代码，如 request")] = "request",
    yes: Annotated[bool, typer.Option("--yes", help="不再询问")] = False,
) -> None:
    """依申请删除一份已办结服务的内容：密钥销毁，记录链仍可核验。不可恢复。"""
    if not yes:
        typer.confirm(f"删除服务单 {key} 的全部内容？不可恢复", abort=True)

    async def work(ground: Ground) -> bool:
        found = await _find(ground.database, key)
        parts = {"log": ground.log, "clock": ground.clock}
        return await erase(ground.database, **parts, interaction_id=found, reason=reason) is not None  # type: ignore[arg-type]

    out.print("内容已删除，记录链仍可核验" if on_ground(work) else "内容此前已删除")


async def _find(database: Database, key: str) -> UUID:
    """The interaction with this number or id; raises `NotFound`."""
    wanted = key.strip()
    try:
        named = interaction.c.interaction_id == UUID(wanted)
    except ValueError:
        named = interaction.c.number == wanted
    async with database.read() as connection:
        found: UUID | None = await connection.scalar(select(interaction.c.interaction_id).where(named))
    if found is None:
        raise NotFound(f"没有服务单 {wanted}：请给出受理编号（如 20261123-000017）或服务单 id")
    return found


async def _names(database: Database, records: list[Recorded]) -> log_view.Names:
    """How the people and seats of a record are called."""
    accounts = {record.by_id for record in records if record.by_id}
    seats = {UUID(seat_id) for record in records if (seat_id := getattr(record.event, "seat_id", None))}
    people = select(account.c.account_id, account.c.display_name).where(account.c.account_id.in_(accounts))
    places = select(seat.c.seat_id, seat.c.name).where(seat.c.seat_id.in_(seats))
    async with database.read() as connection:
        rows = [*(await connection.execute(people)), *(await connection.execute(places))]
    return {row[0]: row[1] for row in rows}
