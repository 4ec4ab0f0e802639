"""The command line: one command a verb, errors as sentences, progress on long work."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import UUID

import typer
from sqlalchemy import select

from agents.demo_roster import Demo, seed_demo, withdraw_demo
from agents.passwords import Passwords
from hotline import log_view, logs, serve
from hotline.bots_cli import bots_app
from hotline.embedded.servers import ServerUrls, servers
from hotline.migrate import migrate as migrate_database
from hotline.secrets import key_ring
from hotline.settings import Settings, load
from hotline.terminal import CONFIG, err, out, progress_bar
from interactions.clock import SystemClock
from interactions.database import Database, connect
from interactions.erasure import erase
from interactions.errors import HotlineError, NotAllowed, NotFound
from interactions.heads_file import compare
from interactions.log import Log
from interactions.reading import LogReader
from interactions.rotation import outdated, rotate
from interactions.tables import interaction
from interactions.verify import count, verify

T = TypeVar("T")
app = typer.Typer(help="公共法律服务热线", no_args_is_help=True, pretty_exceptions_enable=False)
log_app = typer.Typer(help="查看与核验服务记录", no_args_is_help=True)
keys_app = typer.Typer(help="密钥", no_args_is_help=True)
app.add_typer(log_app, name="log")
app.add_typer(bots_app, name="bots")
app.add_typer(keys_app, name="keys")
VIOLATIONS_SHOWN = 20


def main() -> None:
    """Runs the command; a refusal is a sentence and exit code 2."""
    try:
        app()
    except HotlineError as error:
        err.print(error.message, style="bold red", markup=False, soft_wrap=True)
        sys.exit(2)


@app.command("serve")
def serve_command() -> None:
    """启动服务：没有 DATABASE_URL、REDIS_URL 时自带数据库与 Redis。Ctrl-C 收尾并停止。"""
    settings = load(CONFIG, os.environ)
    logs.configure(terminal=sys.stderr.isatty())
    asyncio.run(serve.run(settings, progress=_step, started=lambda running: _welcome(running, settings)))


@app.command()
def migrate() -> None:
    """更新数据库结构。"""

    async def work(settings: Settings, urls: ServerUrls) -> None:
        await migrate_database(urls.database, today=SystemClock().now().date())

    _on_servers(work)
    out.print("数据库结构已是最新")


@app.command()
def seed(
    withdraw: Annotated[bool, typer.Option("--withdraw", help="停用全部演示账号；生产环境启动前需要")] = False,
) -> None:
    """补齐演示坐席与账号（已有的不动）；--withdraw 则停用它们。"""

    async def work(settings: Settings, urls: ServerUrls) -> int:
        async with _database(settings, urls) as database:
            if withdraw:
                return await withdraw_demo(database, clock=SystemClock())
            if settings.environment == "production":
                raise NotAllowed("environment: production 不能有演示账号")
            demo = Demo(settings.demo.password)
            passwords = Passwords(settings.agents.password)
            return await seed_demo(database, passwords=passwords, clock=SystemClock(), demo=demo)

    out.print(f"{'停用' if withdraw else '新增'}账号 {_on_servers(work)} 个")


@log_app.command("show")
def show(key: Annotated[str, typer.Argument(metavar="ID", help="受理编号（20261123-000017）或服务单 id")]) -> None:
    """打印一份服务记录。"""

    async def work(settings: Settings, urls: ServerUrls) -> None:
        async with _database(settings, urls) as database:
            log = Log(clock=SystemClock(), keys=key_ring(settings.secrets, data_folder=settings.data_folder))
            head, records = await LogReader(database, log=log).read(await _find(database, key))
        out.print(log_view.record(head, records, settings.city))

    _on_servers(work)


@log_app.command("verify")
def verify_command(
    heads: Annotated[
        Path | None, typer.Option(help="链首文件（data/heads/日期.jsonl）：核对此后未被截断或改写")
    ] = None,
) -> None:
    """核验全部记录：哈希链、序号、状态流转、每单只在一处。有问题时以非零码退出。"""

    async def work(settings: Settings, urls: ServerUrls) -> bool:
        async with _database(settings, urls) as database:
            with progress_bar() as progress:
                task = progress.add_task("核验", total=await count(database))
                verdict = await verify(database, progress=lambda done: progress.update(task, completed=done))
            if heads is not None:
                verdict.violations += await compare(database, path=heads)
        out.print(log_view.verdict(verdict, most=VIOLATIONS_SHOWN))
        return verdict.holds

    if not _on_servers(work):
        raise typer.Exit(1)


@log_app.command("erase")
def erase_command(
    key: Annotated[str, typer.Argument(metavar="ID", help="受理编号或服务单 id")],
    reason: Annotated[str, typer.Option(help="原因代码，如 request")] = "request",
) -> None:
    """依申请删除一份已办结服务的内容：密钥销毁，记录链仍可核验。不可恢复。"""

    async def work(settings: Settings, urls: ServerUrls) -> bool:
        async with _database(settings, urls) as database:
            clock = SystemClock()
            log = Log(clock=clock, keys=key_ring(settings.secrets, data_folder=settings.data_folder))
            found = await _find(database, key)
            return await erase(database, log=log, clock=clock, interaction_id=found, reason=reason) is not None

    out.print("内容已删除，记录链仍可核验" if _on_servers(work) else "内容此前已删除")


@keys_app.command("rotate")
def rotate_command() -> None:
    """用当前主密钥（secrets.current_key）重新包裹全部服务单密钥；可随时中断再继续。"""

    async def work(settings: Settings, urls: ServerUrls) -> int:
        keys = key_ring(settings.secrets, data_folder=settings.data_folder)
        async with _database(settings, urls) as database:
            with progress_bar() as progress:
                task = progress.add_task("重新包裹", total=await outdated(database, keys=keys))
                return await rotate(database, keys=keys, progress=lambda done: progress.update(task, completed=done))

    out.print(f"已重新包裹 {_on_servers(work)} 个密钥")


async def _find(database: Database, key: str) -> UUID:
    try:
        return UUID(key)
    except ValueError:
        pass
    async with database.read() as connection:
        statement = select(interaction.c.interaction_id).where(interaction.c.number == key)
        found: UUID | None = await connection.scalar(statement)
    if found is None:
        raise NotFound(f"没有受理编号为 {key} 的服务单")
    return found


def _on_servers(work: Any) -> Any:
    """Runs `work(settings, urls)` on the given servers, or on those of the data folder, running or not."""
    settings = load(CONFIG, os.environ)

    async def on_servers() -> Any:
        async with servers(
            settings.data_folder, database_url=settings.database_url, redis_url=settings.redis_url, join=True
        ) as urls:
            return await work(settings, urls)

    return asyncio.run(on_servers())


@asynccontextmanager
async def _database(settings: Settings, urls: ServerUrls) -> AsyncIterator[Database]:
    database = connect(urls.database, settings=settings.interactions.database, application="hotline-cli")
    try:
        yield database
    finally:
        await database.close()


def _step(what: str) -> None:
    err.print(f"· {what}", style="dim", highlight=False)


def _welcome(running: serve.Serving, settings: Settings) -> None:
    out.print()
    out.print("公共法律服务热线已开启", style="bold green")
    out.print(f"  居民咨询   {running.address}/")
    out.print(f"  律师坐席   {running.address}/console/")
    if settings.demo.enabled:
        out.print(f"  演示账号   seat01 … seat15，supervisor，analyst，admin；密码 {settings.demo.password}")
    out.print("  Ctrl-C 停止", style="dim")
