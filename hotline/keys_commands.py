"""`hotline keys …`: the state of the keys, rotation, new blind indexes, and their own short-lived backup."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from hotline.terminal import Ground, bar, on_ground, out
from interactions.key_backup import Restored, export_keys, import_keys
from interactions.key_state import KeyState, key_state
from interactions.reindexing import reindex
from interactions.rotation import outdated, rotate

app = typer.Typer(help="密钥：状态、轮换、索引、备份", no_args_is_help=True)
File = Annotated[Path, typer.Argument(metavar="FILE", help="密钥备份文件")]


@app.command("status")
def status() -> None:
    """各主密钥之下有多少服务单密钥，多少已销毁，多少索引待重建。"""

    async def work(ground: Ground) -> KeyState:
        return await key_state(ground.database, keys=ground.keys)

    state = on_ground(work)
    shown = Table("主密钥", "服务单", "来件", "", box=None, padding=(0, 2), header_style="dim")
    for line in state.masters:
        told = "当前" if line.current else "" if line.on_ring else "不在配置中：这些内容打不开"
        shown.add_row(line.master_id, str(line.interactions), str(line.deliveries), told)
    out.print(shown)
    out.print(f"已销毁 {state.erased}，没有密钥 {state.missing}，旧索引 {state.old_indexes}", highlight=False)


@app.command("rotate")
def rotate_command() -> None:
    """用当前主密钥（secrets.current_key）重新包裹全部密钥；可随时中断再继续。"""

    async def work(ground: Ground) -> int:
        with bar() as progress:
            task = progress.add_task("重新包裹", total=await outdated(ground.database, keys=ground.keys))
            return await rotate(
                ground.database, keys=ground.keys, progress=lambda done: progress.update(task, completed=done)
            )

    out.print(f"已重新包裹 {on_ground(work)} 个密钥")


@app.command("reindex")
def reindex_command() -> None:
    """换用新的索引密钥（secrets.index_key）后，或恢复数据后，从记录重建检索索引；可随时中断再继续。"""

    async def work(ground: Ground) -> int:
        with bar() as progress:
            task = progress.add_task("重建索引", total=None)
            return await reindex(
                ground.database,
                log=ground.log,
                keys=ground.keys,
                progress=lambda done: progress.update(task, completed=done),
            )

    out.print(f"已重建 {on_ground(work)} 份服务单的索引")


@app.command("export")
def export_command(path: File) -> None:
    """备份服务单密钥（仍由主密钥包裹）。与数据分开存放，保留期要短：过期删除，被删除的内容才不会随备份回来。"""

    async def work(ground: Ground) -> int:
        return await export_keys(ground.database, path=path)

    out.print(f"已备份 {on_ground(work)} 个密钥：{path}")


@app.command("import")
def import_command(path: File) -> None:
    """恢复服务单密钥：只补缺少的，已依申请删除内容的一律不恢复。"""

    async def work(ground: Ground) -> Restored:
        return await import_keys(ground.database, path=path, clock=ground.clock)

    done = on_ground(work)
    out.print(
        f"恢复 {done.restored} 个，已有 {done.kept} 个，已删除内容不恢复 {done.erased} 个，无此服务单 {done.unknown} 个"
    )
