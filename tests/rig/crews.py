"""`hotline serve` as several processes on given servers: who serves which socket, and who of them lives."""

from __future__ import annotations

import base64
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import psutil

from tests.rig.clients import Client
from tests.rig.ground import KEYS
from tests.rig.house import QUICK, ROOT
from tests.rig.service import Service, free_port
from tests.rig.waiting import until_found

# Instances on one database share their keys: those of `tests.rig.ground`, in one variable.
SECRETS = {
    "HOTLINE_SECRETS__MASTER_KEYS": str({name: base64.b64encode(key).decode() for name, key in KEYS.masters.items()}),
    "HOTLINE_SECRETS__CURRENT_KEY": KEYS.current,
    "HOTLINE_SECRETS__INDEX_KEY": base64.b64encode(KEYS.index_key).decode(),
}


@asynccontextmanager
async def serving(
    folder: Path, *, database: str, redis: str, workers: int = 1, **environ: str
) -> AsyncIterator[Service]:
    """An instance on given servers, all of its workers up; nothing of it is left after."""
    given = {"DATABASE_URL": database, "REDIS_URL": redis, **SECRETS, **quick(folder), **environ}
    service = Service(folder, free_port(), environ=given, arguments=("--workers", str(workers)))
    try:
        async with aiohttp.ClientSession() as session:
            await service.start(session)
            # Ready is the instance once one of them is; one that still starts holds no sockets and survives no outage.
            if workers > 1:
                await all_serve(session, service, restarted=0)
        yield service
    finally:
        service.kill_everything()


def quick(folder: Path) -> dict[str, str]:
    """Variables with which a process starts soon, on a data folder that is made: cheap hashes, a bot that knows little.

    One address plays all residents and lawyers of a test, so its limit of new pages is raised.
    """
    content = folder / "faq"
    content.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "bots" / "faq" / "guarantee.yaml", content)
    hellos = {"HOTLINE_CHANNELS__WEB_CHAT__HELLOS": "{count: 100000, per_s: 1}"}
    return {**QUICK, **hellos, "HOTLINE_BOTS__CONTENT": str(content)}


def workers_of(service: Service) -> list[psutil.Process]:
    """The living workers of an instance."""
    return [one for one in service.processes() if "hotline.workers.worker" in one.cmdline()]


def worker_behind(client: Client, service: Service) -> psutil.Process:
    """The worker that serves a client's socket."""
    at = client.socket.get_extra_info("sockname")[1]
    (found,) = (one for one in workers_of(service) if any(at == peer for peer in _peers(one)))
    return found


def sockets_of(worker: psutil.Process) -> int:
    """How many connections a worker holds."""
    return len(_peers(worker))


def _peers(worker: psutil.Process) -> list[int]:
    return [one.raddr.port for one in worker.net_connections("tcp") if one.raddr]


async def all_serve(session: aiohttp.ClientSession, service: Service, *, restarted: int) -> None:
    """Returns when every worker serves and so many were started again."""

    async def whole() -> bool:
        return _whole(await _counted(session, service), restarted=restarted)

    await until_found(whole)


def _whole(told: Mapping[str, int], *, restarted: int) -> bool:
    return bool(told) and told["serving"] == told["wanted"] and told["restarted"] == restarted


async def restarts(session: aiohttp.ClientSession, service: Service) -> int:
    """How many workers were started again so far."""
    return int((await _counted(session, service))["restarted"])


async def _counted(session: aiohttp.ClientSession, service: Service) -> dict[str, int]:
    """What an instance tells of its crew; nothing where the worker that was asked is just being killed."""
    try:
        async with session.get(f"{service.url}/health/ready") as answer:
            return dict((await answer.json())["workers"])
    except aiohttp.ClientError:
        return {}
