"""Symptom: after PostgreSQL had restarted, processes that met it while it came up compared no socket with the rows any
more, though they went on serving: a server that starts refuses connections in words that nobody took for no answer."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import text

from agents.recheck import Recheck
from hotline.workers.loads import Loads
from interactions.clock import ManualClock
from interactions.database import Database, connect
from interactions.errors import Unavailable
from interactions.settings import DatabaseSettings
from tests.rig.crews import SECRETS, quick
from tests.rig.databases import named
from tests.rig.house import ROOT
from tests.rig.service import plain_environ

BROKEN = """
import sys
from hotline.upkeep import Upkeep
from hotline.workers import worker
async def broken(_):
    raise RuntimeError
Upkeep.run = broken
sys.exit(worker.main())
"""


class Gone:
    """A database that fails in a way nobody foresaw."""

    def __init__(self) -> None:
        self.asked = asyncio.Semaphore(0)

    def read(self) -> None:
        """Fails."""
        self.asked.release()
        raise RuntimeError


class Stream:
    """A console's stream, as far as a comparison gets."""

    seat_id = None


async def test_a_server_that_refuses_connections_is_a_server_that_does_not_answer(postgres_url: str) -> None:
    database = connect(named(postgres_url, "no_such_database"), settings=DatabaseSettings())

    with pytest.raises(Unavailable):
        await database.run(text("select 1"))
    with pytest.raises(Unavailable):
        async with database.direct():
            pass

    await database.close()


async def test_comparing_goes_on_whatever_a_comparison_meets(clock: ManualClock) -> None:
    gone = Gone()
    recheck = Recheck(cast("Database", gone), clock=clock, every_s=2.0, rescued=lambda _: None)
    running = asyncio.ensure_future(recheck.run([Stream()]))  # type: ignore[list-item]

    for _ in range(2):
        await asyncio.sleep(0)
        clock.advance(timedelta(seconds=2))
        async with asyncio.timeout(10):
            await gone.asked.acquire()

    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_worker_whose_work_ended_leaves_for_another(tmp_path: Path, postgres_url: str, redis_url: str) -> None:
    (tmp_path / "metrics").mkdir()
    given = {
        "DATABASE_URL": postgres_url,
        "REDIS_URL": redis_url,
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics"),
    }
    loads = Loads.made(workers=1)
    ours, theirs = socket.socketpair()
    with ours, theirs, socket.create_server(("127.0.0.1", 0)) as door:
        files = {"line": theirs.fileno(), "loads": loads.fileno, "doors": door.fileno()}
        crew = {"number": 1, "wanted": 1, "metrics": tmp_path / "metrics", "folder": tmp_path, **files}
        worker = subprocess.Popen(  # noqa: ASYNC220, S603 - our own program
            [sys.executable, "-c", BROKEN, *(f"--{name}={value}" for name, value in crew.items())],
            cwd=ROOT,
            env={**plain_environ(), **quick(tmp_path), **SECRETS, **given},
            pass_fds=list(files.values()),
        )
        code = await asyncio.to_thread(worker.wait, 90)

    assert code == 3
