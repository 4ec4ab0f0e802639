"""The command line: one command a verb, errors as sentences, progress on long work."""

from __future__ import annotations

import asyncio
import os
import sys
from functools import partial
from typing import Annotated

import typer

from agents.demo_roster import Demo, seed_demo, withdraw_demo
from agents.passwords import Passwords
from hotline import (
    account_commands,
    box_commands,
    keys_commands,
    log_commands,
    logs,
    rasa_commands,
    roster_commands,
    serve,
    simulate_commands,
)
from hotline.bots_cli import bots_app
from hotline.embedded.servers import ServerUrls
from hotline.migrate import Migrated
from hotline.migrate import migrate as migrate_database
from hotline.settings import Settings, load
from hotline.terminal import CONFIG, err, on_servers, opened_database, out, step, working
from interactions.clock import SystemClock
from interactions.errors import HotlineError, NotAllowed

app = typer.Typer(help="公共法律服务热线", no_args_is_help=True, pretty_exceptions_enable=False)
app.add_typer(log_commands.app, name="log")
app.add_typer(keys_commands.app, name="keys")
app.add_typer(box_commands.outbox_app, name="outbox")
app.add_typer(box_commands.inbound_app, name="inbound")
bots_app.command("train")(rasa_commands.train)
bots_app.command("serve")(rasa_commands.serve)
app.add_typer(bots_app, name="bots")
app.command("simulate")(simulate_commands.simulate)
app.add_typer(roster_commands.app, name="roster")
app.add_typer(account_commands.app, name="accounts")


def main() -> None:
    """Runs the command; a refusal is a sentence and exit code 2."""
    try:
        app()
    except HotlineError as error:
        err.print(error.message, style="bold red", markup=False, soft_wrap=True)
        sys.exit(2)


@app.command("serve")
def serve_command(
    workers: Annotated[int | None, typer.Option(min=1, help="共用一个端口的工作进程数；缺省为 server.workers")] = None,
) -> None:
    """启动服务：没有 DATABASE_URL、REDIS_URL 时自带数据库与 Redis。Ctrl-C 收尾并停止。"""
    chosen = {} if workers is None else {"HOTLINE_SERVER__WORKERS": str(workers)}
    settings = load(CONFIG, {**os.environ, **chosen})
    logs.configure(terminal=sys.stderr.isatty())
    started = partial(_welcome, settings=settings)
    asyncio.run(serve.run(settings, progress=step, working=working, started=started))


@app.command()
def migrate() -> None:
    """更新数据库结构，备好今后几个月的记录分区。"""

    async def work(_: Settings, urls: ServerUrls) -> Migrated:
        return await migrate_database(urls.database, today=SystemClock().now().date())

    done = on_servers(work)
    moved = f"{done.before or '空库'} → {done.after}" if done.before != done.after else f"已是最新（{done.after}）"
    out.print(f"数据库结构 {moved}", highlight=False)
    if done.partitions:
        out.print(f"新分区 {'，'.join(done.partitions)}", highlight=False)
    if done.gathered:
        out.print(f"已归入所属月份的记录 {done.gathered} 条", highlight=False)


@app.command()
def seed(
    withdraw: Annotated[bool, typer.Option("--withdraw", help="停用全部演示账号；生产环境启动前需要")] = False,
) -> None:
    """补齐演示坐席与账号（已有的不动）；--withdraw 则停用它们。"""

    async def work(settings: Settings, urls: ServerUrls) -> int:
        async with opened_database(settings, urls) as database:
            if withdraw:
                return await withdraw_demo(database, clock=SystemClock())
            if settings.environment == "production":
                raise NotAllowed("environment: production 不能有演示账号")
            demo = Demo(settings.demo.password)
            passwords = Passwords(settings.agents.password)
            return await seed_demo(database, passwords=passwords, clock=SystemClock(), demo=demo)

    out.print(f"{'停用' if withdraw else '新增'}账号 {on_servers(work)} 个")


def _welcome(address: str, settings: Settings) -> None:
    out.print()
    out.print("公共法律服务热线已开启", style="bold green")
    out.print(f"  居民咨询   {address}/")
    out.print(f"  律师坐席   {address}/console/")
    out.print(f"  班长排班   {address}/roster/")
    if settings.demo.enabled:
        out.print(f"  演示账号   seat01 … seat15，supervisor，analyst，admin；密码 {settings.demo.password}")
    out.print("  Ctrl-C 停止", style="dim")
