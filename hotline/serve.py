"""From settings to a serving instance and back: servers, database, demo, port; a signal drains and stops it.

servers ─▶ migrated, demo, Rasa ─┬─ workers: 1 ─▶ this process serves
                                 └─ workers: N ─▶ this process is the parent of N that do (workers/parent.py)
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from agents.demo_roster import Demo, live_demo_accounts, seed_demo
from agents.passwords import Passwords
from hotline.collector import leave_startup_alone
from hotline.embedded.servers import ServerUrls, servers
from hotline.migrate import migrate
from hotline.opening_house import open_house, prepare_bot, served
from hotline.rasa.at_start import with_rasa
from hotline.rasa.steps import Working, silently
from hotline.same_keys import require_same_keys
from hotline.secrets import key_ring
from hotline.settings import Settings, SettingsUnusable
from hotline.terminal import opened_database
from hotline.workers.doors import Doorkeeper, address_of, open_doors
from hotline.workers.enough import require_enough
from hotline.workers.loads import Loads
from hotline.workers.metrics_folder import metrics_folder
from hotline.workers.parent import Outfit, Parent
from interactions.clock import SystemClock
from interactions.database import Database

Progress = Callable[[str], None]


async def run(
    settings: Settings, *, progress: Progress, started: Callable[[str], None], working: Working = silently
) -> None:
    """Serves until SIGINT or SIGTERM; `started` is told the address, `working` shows what takes long."""
    stop = asyncio.Event()

    def end() -> None:
        if not stop.is_set():
            progress("正在收尾：完成手头的请求，通知各页面重新连接")
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end)
    serve = _alone if settings.server.workers == 1 else _with_workers
    async with (
        _instance(settings, progress) as urls,
        with_rasa(settings, stop=stop, progress=progress, working=working) as reaching,
    ):
        await serve(reaching, urls, stop=stop, progress=progress, started=started)


@asynccontextmanager
async def _instance(settings: Settings, progress: Progress) -> AsyncIterator[ServerUrls]:
    """What an instance has and does once, however many processes serve it."""
    progress("开启数据库与消息服务")
    async with servers(
        settings.data_folder, database_url=settings.database_url, redis_url=settings.redis_url, progress=progress
    ) as urls:
        progress("更新数据库结构")
        await migrate(urls.database, today=SystemClock().now().date())
        await require_enough(settings, database_url=urls.database)
        # Made here where there are none: workers that start together would each make their own.
        keys = key_ring(settings.secrets, data_folder=settings.data_folder)
        async with opened_database(settings, urls) as database:
            await require_same_keys(settings, database=database, keys=keys)
            await _settle_demo(settings, database, progress)
        yield urls


async def _settle_demo(settings: Settings, database: Database, progress: Progress) -> None:
    if settings.environment == "production":
        await _require_no_demo(database)
    if settings.demo.enabled:
        progress("准备演示坐席与账号")
        clock = SystemClock()
        await database.sample_clock(clock)
        passwords = Passwords(settings.agents.password)
        await seed_demo(database, passwords=passwords, clock=clock, demo=Demo(settings.demo.password))


async def _require_no_demo(database: Database) -> None:
    """The setting keeps new demo accounts out; those of an earlier trial lie in the database."""
    found = await live_demo_accounts(database)
    if found:
        raise SettingsUnusable(
            [f"数据库中还有 {found} 个可登录的演示账号，生产环境不能启动；先运行 hotline seed --withdraw 停用"]
        )


async def _alone(
    settings: Settings, urls: ServerUrls, *, stop: asyncio.Event, progress: Progress, started: Callable[[str], None]
) -> None:
    """This process serves."""
    progress("读入问答内容")
    house = await open_house(settings, database_url=urls.database, redis_url=urls.redis)
    progress("开始监听")
    async with served(house) as server:
        doors = open_doors(settings.server.host, settings.server.port)
        keeper = Doorkeeper(doors, server=server, loads=Loads.made(workers=1), worker=0)
        keeper.open()
        leave_startup_alone()
        started(address_of(doors, settings.server.host))
        await stop.wait()
        keeper.close()


async def _with_workers(
    settings: Settings, urls: ServerUrls, *, stop: asyncio.Event, progress: Progress, started: Callable[[str], None]
) -> None:
    """This process is the parent of those that serve."""
    wanted = settings.server.workers
    doors = open_doors(settings.server.host, settings.server.port)
    with metrics_folder(settings.data_folder) as metrics:
        environ = {
            "DATABASE_URL": urls.database,
            "REDIS_URL": urls.redis,
            # prometheus_client reads it when it is imported.
            "PROMETHEUS_MULTIPROC_DIR": str(metrics),
            **_rasa_of(settings),
        }
        outfit = Outfit(doors, Loads.made(workers=wanted), environ, settings.data_folder.resolve(), metrics)
        progress("读入问答内容")
        await prepare_bot(settings)
        progress(f"启动 {wanted} 个工作进程")
        address = address_of(doors, settings.server.host)
        await Parent(outfit, wanted=wanted, serving=lambda: started(address)).run(stop)


def _rasa_of(settings: Settings) -> dict[str, str]:
    """Where the one Rasa of this instance is, for every worker."""
    rasa = settings.bots.rasa
    if settings.bots.engine != "rasa" or rasa.url is None:
        return {}
    return {"HOTLINE_BOTS__RASA__URL": rasa.url, "HOTLINE_BOTS__RASA__TOKEN": rasa.token}
