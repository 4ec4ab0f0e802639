"""Redis of our own: wake-ups, rate limits and short-lived tokens only, so that nothing is ever written to disk."""

from __future__ import annotations

import signal
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from redis.asyncio import Redis
from redis.exceptions import RedisError

from hotline.embedded.kept_server import KeptServer, Progress, Recipe, silent
from hotline.embedded.orphans import Remains
from hotline.embedded.programs import redis_program
from hotline.embedded.socket_folder import socket_folder

SOCKET = "redis.sock"
ANSWER_S = 2.0
SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "save": "",
    "appendonly": "no",
    "daemonize": "no",
    "databases": "16",
    "maxmemory": "128mb",
    # Everything here can be rebuilt and most of it expires: what is oldest goes first.
    "maxmemory-policy": "allkeys-lru",
    "loglevel": "warning",
}


class EmbeddedRedis:
    """`async with EmbeddedRedis(folder) as url`: a running server's URL (`unix://…`).

    Raises `FolderInUse`, `ProgramMissing` or `ServerDidNotStart`. After leaving nothing of it is running.
    """

    def __init__(self, home: Path, *, progress: Progress = silent) -> None:
        self._home = home.resolve()
        self._progress = progress
        self._server = KeptServer(Remains(program="redis-server", home=self._home, work_folder=self._home))

    async def __aenter__(self) -> str:
        """Starts the server."""
        await self._server.claim()
        try:
            socket = socket_folder(self._home, socket_name=SOCKET, account=None) / SOCKET
            socket.unlink(missing_ok=True)
            self._progress("启动 Redis")
            await self._server.start(_recipe(socket))
        except BaseException:
            await self._server.stop()
            raise
        return self._server.publish(_url(socket))

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Stops the server."""
        await self._server.stop()


def _recipe(socket: Path) -> Recipe:
    settings = {**SETTINGS, "unixsocket": str(socket)}
    options = [part for name, value in settings.items() for part in (f"--{name}", value)]
    return Recipe(
        command=[str(redis_program()), *options],
        stop_signal=signal.SIGTERM,
        answers=lambda: _answers(_url(socket)),
        sockets=socket.parent,
        grace_s=5.0,
        start_s=30.0,
    )


def _url(socket: Path) -> str:
    return f"unix://{quote(str(socket), safe='/')}?db=0"


async def _answers(url: str) -> bool:
    try:
        async with Redis.from_url(url, socket_connect_timeout=ANSWER_S, socket_timeout=ANSWER_S) as redis:
            return bool(await redis.ping())
    except (OSError, RedisError):
        return False
