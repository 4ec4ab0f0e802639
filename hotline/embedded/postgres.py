"""PostgreSQL 18 of our own.

    <home>/cluster      the data (0700); made as cluster.new and renamed, so that a half-made one is never used
    <home>/run          the socket (0700), or a short folder elsewhere (socket_folder.py)
    <home>/owner.lock   held by the service     <home>/server.lock   held by keeper and server
    <home>/url          where the server can be reached, for commands beside the service

It listens on no port. Who may enter the socket's folder may do everything, nobody else comes near: a password
would lie in the same folder and keep nobody out.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from urllib.parse import quote

import asyncpg

from hotline.embedded.account import server_account
from hotline.embedded.cluster import become_options, check_version, clear_lock_files, make_cluster
from hotline.embedded.kept_server import KeptServer, Progress, Recipe, silent
from hotline.embedded.orphans import Remains
from hotline.embedded.programs import postgres_programs
from hotline.embedded.socket_folder import socket_folder

USER = DATABASE = "hotline"
SOCKET = ".s.PGSQL.5432"
CONNECT_S = 5.0

DURABLE: Mapping[str, str] = MappingProxyType(
    {
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "max_connections": "200",
        "shared_buffers": "256MB",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_checkpoints": "off",
        # A failed statement or a violated key may show personal data: neither belongs in a log.
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "log_parameter_max_length": "0",
    }
)
# For tests: a power cut may lose everything.
FAST: Mapping[str, str] = MappingProxyType(
    {
        **DURABLE,
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "autovacuum": "off",
    }
)


class EmbeddedPostgres:
    """`async with EmbeddedPostgres(folder) as url`: a running server's libpq URL, with the database `hotline`.

    Raises `FolderInUse`, `ProgramMissing` or `ServerDidNotStart`. After leaving nothing of it is running.
    """

    def __init__(self, home: Path, *, progress: Progress = silent, fast: bool = False) -> None:
        self._home = home.resolve()
        self._cluster = self._home / "cluster"
        self._progress = progress
        self._fast = fast
        self._server = KeptServer(Remains(program="postgres", home=self._home, work_folder=self._cluster))

    async def __aenter__(self) -> str:
        """Starts the server, making its cluster the first time."""
        await self._server.claim()
        try:
            sockets = await self._start()
            await _ensure_database(sockets)
        except BaseException:
            await self._server.stop()
            raise
        return self._server.publish(_url(sockets))

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Stops the server after its running transactions are rolled back."""
        await self._server.stop()

    async def _start(self) -> Path:
        programs = postgres_programs()
        account = server_account(self._cluster)
        if not self._cluster.exists():
            self._progress("新建数据库")
            make_cluster(self._cluster, programs=programs, superuser=USER, account=account, sync=not self._fast)
        check_version(self._cluster)
        sockets = socket_folder(self._home, socket_name=SOCKET, account=account)
        clear_lock_files(self._cluster, sockets)
        self._progress("启动 PostgreSQL")
        become = become_options(account, paths=(programs / "postgres", self._cluster, sockets))
        await self._server.start(self._recipe(programs, sockets, become))
        return sockets

    def _recipe(self, programs: Path, sockets: Path, become: list[str]) -> Recipe:
        settings = {
            **(FAST if self._fast else DURABLE),
            "listen_addresses": "",
            "unix_socket_directories": str(sockets),
            "unix_socket_permissions": "0700",
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        return Recipe(
            command=[str(programs / "postgres"), "-D", str(self._cluster), *options],
            # Fast shutdown: roll back, write a checkpoint. A test's server need not write anything.
            stop_signal=signal.SIGQUIT if self._fast else signal.SIGINT,
            answers=lambda: _answers(sockets),
            sockets=sockets,
            become=become,
        )


def _url(sockets: Path) -> str:
    return f"postgresql://{USER}@/{DATABASE}?host={quote(str(sockets), safe='/')}"


async def _answers(sockets: Path) -> bool:
    try:
        connection = await _connect(sockets)
    except (OSError, TimeoutError, asyncpg.CannotConnectNowError):
        return False
    await connection.close()
    return True


async def _ensure_database(sockets: Path) -> None:
    connection = await _connect(sockets)
    try:
        async with asyncio.timeout(CONNECT_S * 4):
            if await connection.fetchval("select 1 from pg_database where datname = $1", DATABASE) is None:
                await connection.execute(f'create database "{DATABASE}"')
    finally:
        await connection.close()


async def _connect(sockets: Path) -> asyncpg.Connection:
    return await asyncpg.connect(host=str(sockets), user=USER, database="postgres", timeout=CONNECT_S)
