"""Symptom: after a kill of PostgreSQL under load nothing went on any more, and nothing tried to start it again.

On a busy machine a process of the killed server may be slow to die, in the middle of a write to the disk. As long as it
lives it holds the server's memory, and a new server refuses to start. Its keeper gave up after four such refusals, 3 s
in all, and the service went on without a database for ever.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from tests.rig.embedded_owner import Owner, kill_all, read, write
from tests.rig.waiting import until, until_found

# One more than it used to try.
TRIES = 5


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    """Servers on a folder of their own; nothing of them is left running after."""
    started = Owner.start(tmp_path)
    yield started
    started.kill()
    kill_all(started.servers())


async def test_a_server_whose_remains_are_slow_to_die_is_started_again(owner: Owner) -> None:
    await write(owner.database_url, "before")
    slow = await asyncpg.connect(owner.database_url)
    remains = psutil.Process(slow.get_server_pid())
    log = owner.folder / "postgres" / "server.log"

    remains.suspend()
    kill_all(owner.servers("postgres")[:1])
    await until(lambda: log.read_text().count("still in use") >= TRIES)
    remains.resume()

    assert await _comes_back(owner.database_url) == ["before"]
    with contextlib.suppress(asyncpg.PostgresError, OSError):
        await slow.close(timeout=1)


async def _comes_back(url: str) -> list[str]:
    async def found() -> list[str]:
        with contextlib.suppress(OSError, asyncpg.PostgresError):
            return await read(url)
        return []

    return await until_found(found)
