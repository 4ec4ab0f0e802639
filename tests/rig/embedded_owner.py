"""A process that only holds our embedded servers on a data folder, to be killed in every way by tests.

Run as `python -m tests.rig.embedded_owner FOLDER`: writes the two URLs as one line, ends when its input closes.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil
from redis.asyncio import Redis

from hotline.embedded.servers import servers

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE_S = 30.0


@dataclass(slots=True)
class Owner:
    """A data folder and the process that holds servers on it."""

    folder: Path
    process: subprocess.Popen[str]
    database_url: str
    redis_url: str

    @classmethod
    def start(cls, folder: Path) -> Owner:
        """Starts it and waits until both servers answer; raises `AssertionError` with what it said instead."""
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "tests.rig.embedded_owner", str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        if process.stdout is None or process.stderr is None:
            raise AssertionError("no pipes")
        urls = process.stdout.readline().split()
        if len(urls) != 2:
            raise AssertionError(process.stderr.read())
        return cls(folder, process, *urls)

    def kill(self) -> None:
        """kill -9 of the owner alone; its keepers and servers live in sessions of their own."""
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        """Asks it to end and waits until it did."""
        self.process.communicate(timeout=PATIENCE_S)

    def servers(self, program: str = "") -> list[psutil.Process]:
        """Living keepers and servers on the folder whose program is named so, parents first."""
        born = [
            (self._born(one, program), one.pid, one) for one in psutil.process_iter() if one.pid != self.process.pid
        ]
        return [one for _, _, one in sorted((one for one in born if one[0] is not None), key=lambda one: one[:2])]

    def keepers(self) -> list[psutil.Process]:
        """Living keepers on the folder."""
        return [one for one in self.servers() if _is_keeper(one)]

    def _born(self, process: psutil.Process, program: str) -> float | None:
        """When a living process of the folder was born; None for any other, also for one that ends as we look."""
        try:
            if process.status() == psutil.STATUS_ZOMBIE or program not in process.name():
                return None
            named = any(str(self.folder) in part for part in process.cmdline())
            belongs = named or process.cwd().startswith(str(self.folder))
            return process.create_time() if belongs else None
        except psutil.Error:
            return None


def _is_keeper(process: psutil.Process) -> bool:
    try:
        return any(part.endswith("keeper.py") for part in process.cmdline())
    except psutil.Error:
        return False


def kill_all(processes: list[psutil.Process]) -> None:
    """kill -9 for each that still lives."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)


async def write(url: str, word: str) -> None:
    """Commits one row."""
    connection = await asyncpg.connect(url)
    await connection.execute("create table if not exists kept (word text not null)")
    await connection.execute("insert into kept values ($1)", word)
    await connection.close()


async def read(url: str) -> list[str]:
    """All committed rows; raises `OSError` or `asyncpg.PostgresError` while the server is away."""
    connection = await asyncpg.connect(url, timeout=5)
    rows = await connection.fetch("select word from kept order by word")
    await connection.close()
    return [row["word"] for row in rows]


async def redis_answers(url: str) -> bool:
    """True if Redis answers at `url`."""
    try:
        async with Redis.from_url(url, socket_connect_timeout=2.0, socket_timeout=2.0) as redis:
            return bool(await redis.ping())
    except OSError:
        return False


async def _hold(folder: Path) -> None:
    async with servers(folder, database_url=None, redis_url=None) as urls:
        sys.stdout.write(f"{urls.database} {urls.redis}\n")
        sys.stdout.flush()
        closed = asyncio.Event()
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), closed.set)
        await closed.wait()


if __name__ == "__main__":
    # A test run started in the background hands down an ignored SIGINT; at a terminal it is not ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    asyncio.run(_hold(Path(sys.argv[1])))
