"""From settings to a serving process and back: servers, database, demo, socket; a signal drains and stops it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from agents.demo_roster import Demo, live_demo_accounts, seed_demo
from hotline.collector import leave_startup_alone
from hotline.embedded.servers import ServerUrls, servers
from hotline.migrate import migrate
from hotline.secrets import key_ring
from hotline.settings import Settings, SettingsUnusable
from hotline.wiring import House, application, build, load_bot
from interactions.clock import SystemClock
from interactions.errors import Unavailable

Progress = Callable[[str], None]
SHUTDOWN_S = 5.0


@dataclass(frozen=True, slots=True)
class Serving:
    """A process that serves; `address` is where."""

    house: House
    address: str


@asynccontextmanager
async def serving(settings: Settings, *, progress: Progress) -> AsyncIterator[Serving]:
    """Serves inside the block; everything it started is stopped after it."""
    progress("开启数据库与消息服务")
    async with servers(
        settings.data_folder, database_url=settings.database_url, redis_url=settings.redis_url, progress=progress
    ) as urls:
        house = await _prepare(settings, urls, progress)
        progress("开始监听")
        # Signals are ours (see `run`): aiohttp's own handling would skip the servers' stop.
        runner = web.AppRunner(application(house), handle_signals=False, access_log=None)
        await runner.setup()
        try:
            yield Serving(house, await _listen(runner, settings))
        finally:
            await runner.cleanup()


async def run(settings: Settings, *, progress: Progress, started: Callable[[Serving], None]) -> None:
    """Serves until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with serving(settings, progress=progress) as running:
        leave_startup_alone()
        started(running)
        await stop.wait()
        progress("正在收尾：完成手头的请求，通知各页面重新连接")


async def _prepare(settings: Settings, urls: ServerUrls, progress: Progress) -> House:
    clock = SystemClock()
    progress("更新数据库结构")
    await migrate(urls.database, today=clock.now().date())
    progress("读入问答内容")
    bot = await asyncio.to_thread(load_bot, settings)
    keys = key_ring(settings.secrets, data_folder=settings.data_folder)
    house = build(settings, database_url=urls.database, redis_url=urls.redis, keys=keys, clock=clock, bot=bot)
    await house.upkeep.set_clock()
    if settings.environment == "production":
        await _require_no_demo(house)
    if settings.demo.enabled:
        progress("准备演示坐席与账号")
        demo = Demo(settings.demo.password)
        await seed_demo(house.database, passwords=house.passwords, clock=clock, demo=demo)
    return house


async def _require_no_demo(house: House) -> None:
    """The setting keeps new demo accounts out; those of an earlier trial lie in the database."""
    found = await live_demo_accounts(house.database)
    if found:
        await house.redis.aclose()
        await house.database.close()
        raise SettingsUnusable(
            [f"数据库中还有 {found} 个可登录的演示账号，生产环境不能启动；先运行 hotline seed --withdraw 停用"]
        )


async def _listen(runner: web.AppRunner, settings: Settings) -> str:
    host, port = settings.server.host, settings.server.port
    site = web.TCPSite(runner, host, port, shutdown_timeout=SHUTDOWN_S)
    try:
        await site.start()
    except OSError as error:
        raise Unavailable(f"server.port: {host}:{port} 无法监听：{error.strerror}") from error
    bound = runner.addresses[0][1]
    return f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{bound}"  # noqa: S104 - shown, not bound
