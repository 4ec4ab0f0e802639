"""Whatever is killed and whatever lies about: the servers under a data folder come back, strangers are not touched."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from hotline.embedded import become as become_script
from hotline.embedded.account import server_account
from hotline.embedded.cluster import become_options
from tests.rig.embedded_owner import Owner, kill_all, read, redis_answers, write
from tests.rig.waiting import until, until_found


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A data folder; nothing on it is left running after."""
    data = tmp_path / "var"
    data.mkdir()
    yield data
    nobody = Owner(data, subprocess.Popen(["true"], text=True), "", "")  # noqa: S607
    nobody.process.wait()
    kill_all(nobody.servers())


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A living process that is none of ours."""
    process = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    yield process
    process.communicate()


def test_an_ended_service_leaves_no_process(folder: Path) -> None:
    owner = Owner.start(folder)
    assert len(owner.keepers()) == 2

    owner.end()

    assert owner.servers() == []


async def test_a_killed_service_leaves_no_servers_running_and_no_row_lost(folder: Path) -> None:
    owner = Owner.start(folder)
    await write(owner.database_url, "before")

    owner.kill()
    await until(lambda: owner.servers() == [])

    again = Owner.start(folder)
    assert await read(again.database_url) == ["before"]
    again.end()


async def test_a_start_right_after_the_kill_waits_for_the_old_servers(folder: Path) -> None:
    owner = Owner.start(folder)
    await write(owner.database_url, "before")

    owner.kill()
    again = Owner.start(folder)

    assert await read(again.database_url) == ["before"]
    assert len(again.keepers()) == 2
    again.end()


async def test_all_killed_at_once_is_recovered(folder: Path) -> None:
    owner = Owner.start(folder)
    await write(owner.database_url, "before")

    kill_all([*owner.keepers(), *owner.servers()])
    owner.kill()
    again = Owner.start(folder)

    assert await read(again.database_url) == ["before"]
    assert await redis_answers(again.redis_url)
    again.end()


async def test_a_killed_server_is_started_again_under_the_living_service(folder: Path) -> None:
    owner = Owner.start(folder)
    await write(owner.database_url, "before")

    kill_all([owner.servers("postgres")[0], *owner.servers("redis")])

    assert await _comes_back(owner.database_url) == ["before"]
    await until_found(lambda: redis_answers(owner.redis_url))
    owner.end()
    assert owner.servers() == []


async def test_servers_end_when_their_keeper_is_killed(folder: Path) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux tells a process of its parent's death")
    owner = Owner.start(folder)

    kill_all(owner.keepers())

    await until(lambda: owner.servers() == [])
    owner.kill()


async def test_a_frozen_keeper_of_a_killed_service_is_overcome(folder: Path) -> None:
    owner = Owner.start(folder)
    await write(owner.database_url, "before")
    for keeper in owner.keepers():
        keeper.suspend()
    owner.kill()

    again = Owner.start(folder)

    assert await read(again.database_url) == ["before"]
    assert len(again.keepers()) == 2
    again.end()


async def test_a_server_started_by_hand_on_our_cluster_is_stopped_first(folder: Path) -> None:
    owner = Owner.start(folder)
    await write(owner.database_url, "before")
    started = owner.servers("postgres")[0].cmdline()
    owner.end()
    by_hand = _start_by_hand(started, cluster=folder / "postgres" / "cluster")
    await until((folder / "postgres" / "cluster" / "postmaster.pid").exists)

    again = Owner.start(folder)

    assert by_hand.wait(10) is not None
    assert await read(again.database_url) == ["before"]
    again.end()


async def test_a_pid_file_that_names_a_stranger_is_not_believed(
    folder: Path, stranger: subprocess.Popen[bytes]
) -> None:
    owner = Owner.start(folder)
    await write(owner.database_url, "before")
    pid_file = folder / "postgres" / "cluster" / "postmaster.pid"
    rest = pid_file.read_text().partition("\n")[2]
    socket_lock = Path(_socket_folder(owner.database_url)) / ".s.PGSQL.5432.lock"
    kill_all([*owner.keepers(), *owner.servers()])
    owner.kill()
    pid_file.write_text(f"{stranger.pid}\n{rest}")
    socket_lock.write_text(f"{stranger.pid}\n{rest}")

    again = Owner.start(folder)

    assert await read(again.database_url) == ["before"]
    assert stranger.poll() is None
    again.end()


async def test_torn_pid_files_do_not_stop_the_start(folder: Path) -> None:
    owner = Owner.start(folder)
    await write(owner.database_url, "before")
    owner.end()
    (folder / "postgres" / "cluster" / "postmaster.pid").write_text("")
    (folder / "postgres" / "owner.lock").write_text("\0\0")

    again = Owner.start(folder)

    assert await read(again.database_url) == ["before"]
    again.end()


def test_a_half_made_cluster_is_made_anew(folder: Path) -> None:
    half = folder / "postgres" / "cluster.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")

    owner = Owner.start(folder)

    assert not half.exists()
    owner.end()


async def test_a_second_service_is_refused_and_the_first_goes_on(folder: Path) -> None:
    owner = Owner.start(folder)

    with pytest.raises(AssertionError, match=rf"in use by the running process {owner.process.pid}"):
        Owner.start(folder)

    await write(owner.database_url, "after")
    assert await read(owner.database_url) == ["after"]
    owner.end()


def test_a_stopping_signal_in_the_terminal_reaches_the_service_alone(folder: Path) -> None:
    owner = Owner.start(folder)

    assert all(os.getpgid(one.pid) != os.getpgid(owner.process.pid) for one in owner.servers())
    owner.process.send_signal(signal.SIGINT)
    owner.process.wait(30)

    assert owner.servers() == []


def _socket_folder(url: str) -> str:
    return url.partition("host=")[2]


def _start_by_hand(command: list[str], *, cluster: Path) -> subprocess.Popen[bytes]:
    """PostgreSQL without a keeper, under whoever owns the data: it does not run as root."""
    become = [sys.executable, str(Path(become_script.__file__))]
    options = become_options(server_account(cluster), paths=(Path(command[0]), cluster))
    return subprocess.Popen([*become, *options, "--", *command], stderr=subprocess.DEVNULL)  # noqa: S603


async def _comes_back(url: str) -> list[str]:
    async def found() -> list[str]:
        with contextlib.suppress(OSError, asyncpg.PostgresError):
            return await read(url)
        return []

    return await until_found(found)
