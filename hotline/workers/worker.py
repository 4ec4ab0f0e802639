"""One worker: a process that serves what comes through the doors it inherited. Started by parent.py alone.

inherited doors, lifeline ─▶ house built ─▶ "serving" ── SIGTERM, or the parent is gone ─▶ drained ─▶ exit 0
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

import structlog

from hotline import logs
from hotline.collector import leave_startup_alone
from hotline.opening_house import open_house, served
from hotline.settings import Settings, load
from hotline.terminal import CONFIG, err
from hotline.workers.crew import Count, Crew
from hotline.workers.doors import Doorkeeper
from hotline.workers.lifeline import Lifeline
from hotline.workers.loads import Loads
from interactions.errors import HotlineError

BROKEN = 3


@dataclass(frozen=True, slots=True)
class Inherited:
    """What the parent handed over."""

    number: int
    wanted: int
    line: int
    doors: list[socket.socket]
    loads: Loads
    metrics_folder: Path


async def work(settings: Settings, inherited: Inherited) -> int:
    """Serves until told to stop; returns the exit code."""
    stop, broken = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)

    def break_down() -> None:
        broken.set()
        stop.set()

    def counted(count: Count) -> None:
        crew.count = count

    crew = Crew(inherited.number, inherited.metrics_folder, break_down, Count(inherited.wanted))
    lifeline = Lifeline(inherited.line, counted=counted, orphaned=stop.set)
    lifeline.start()
    house = await open_house(settings, database_url=settings.database_url or "", redis_url=settings.redis_url or "")
    async with served(house, crew=crew) as server:
        keeper = Doorkeeper(inherited.doors, server=server, loads=inherited.loads, worker=inherited.number - 1)
        leave_startup_alone()
        keeper.open()
        lifeline.serving()
        await stop.wait()
        keeper.close()
    return BROKEN if broken.is_set() else 0


def _inherited() -> Inherited:
    parser = argparse.ArgumentParser()
    for name in ("number", "wanted", "line", "loads"):
        parser.add_argument(f"--{name}", type=int, required=True)
    for name in ("doors", "metrics", "folder"):
        parser.add_argument(f"--{name}", required=True)
    given = parser.parse_args()
    doors = [socket.socket(fileno=int(fd)) for fd in given.doors.split(",")]
    for door in doors:
        door.setblocking(False)
    loads = Loads(given.loads, workers=given.wanted)
    return Inherited(given.number, given.wanted, given.line, doors, loads, Path(given.metrics))


def main() -> int:
    """The exit code: 0 after a stop, 2 where it could not start, 3 where its work ended."""
    # Ctrl-C reaches everybody on the terminal; the parent passes it on when the port is closed.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    inherited = _inherited()
    logs.configure(terminal=sys.stderr.isatty())
    structlog.contextvars.bind_contextvars(worker=inherited.number)
    try:
        return asyncio.run(work(load(CONFIG, os.environ), inherited))
    except HotlineError as error:
        err.print(error.message, style="bold red", markup=False, soft_wrap=True)
        return 2


if __name__ == "__main__":
    sys.exit(main())
