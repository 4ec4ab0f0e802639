"""The parent of a crew: starts N workers, starts again what died, passes a stop on, leaves nobody behind.

    start N ─▶ starting ── "serving" ─▶ serving ── ended by itself ─▶ pause 0.1 s · 2^n, at most 10 s ─▶ starting …
                  │ ended by an error before anybody served: the whole crew stops with the reason
    stop ─▶ doors closed ─▶ SIGTERM to each: drain, 1012 to its sockets ─▶ all ended, after STOP_S by force

The parent itself serves nobody. It owns what an instance has once: the embedded servers, the port, the folder of
metrics. Should it be killed, each worker's lifeline closes (lifeline.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from prometheus_client.multiprocess import mark_process_dead

from hotline.workers.crew import Count
from hotline.workers.lifeline import SERVING
from hotline.workers.loads import Loads
from interactions.errors import Unavailable

_log = structlog.get_logger(__name__)
PROGRAM = "hotline.workers.worker"
SHORT_LIFE_S = 5.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 10.0
STOP_S = 30.0


class WorkerDidNotStart(Unavailable):
    """A worker ended before it ever served; what it said stands on the terminal and in the log."""


@dataclass(frozen=True, slots=True)
class Outfit:
    """What every worker is given: the doors, the loads, the environment, and the folders it works with.

    `folder` is the data folder; it stands in the command so that people can tell whose worker a process is.
    """

    doors: Sequence[socket.socket]
    loads: Loads
    environ: Mapping[str, str]
    folder: Path
    metrics_folder: Path

    def command(self, number: int, *, wanted: int, line: int) -> list[str]:
        """The command of worker `number` (from 1)."""
        doors = ",".join(str(door.fileno()) for door in self.doors)
        crew = [f"--number={number}", f"--wanted={wanted}", f"--line={line}", f"--doors={doors}"]
        crew += [f"--loads={self.loads.fileno}", f"--metrics={self.metrics_folder}", f"--folder={self.folder}"]
        return [sys.executable, "-m", PROGRAM, *crew]

    def files(self, *, line: int) -> list[int]:
        """Open files that a worker inherits."""
        return [line, self.loads.fileno, *(door.fileno() for door in self.doors)]


@dataclass(slots=True)
class _Worker:
    process: asyncio.subprocess.Process
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    born: float = field(default_factory=time.monotonic)
    serving: bool = False


class Parent:
    """Keeps a crew of `wanted` workers; `serving` is called once all of them do."""

    def __init__(self, outfit: Outfit, *, wanted: int, serving: Callable[[], None]) -> None:
        self._outfit = outfit
        self._wanted = wanted
        self._serving = serving
        self._restarted = 0
        self._workers: dict[int, _Worker] = {}
        self._complete = False
        self._stopping = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Keeps the crew until `stop`; raises `WorkerDidNotStart`."""
        keeping = [asyncio.create_task(self._keep(number)) for number in range(1, self._wanted + 1)]
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({*keeping, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
            await self._stop(keeping)
        for kept in keeping:
            kept.result()

    async def _keep(self, number: int) -> None:
        """One worker after the other, until the crew stops."""
        short_lives = 0
        while not self._stopping.is_set():
            worker = await self._start(number)
            code = await self._until_it_ends(number, worker)
            if self._stopping.is_set():
                return
            if not worker.serving and code > 0 and not self._complete:
                raise WorkerDidNotStart(f"工作进程 {number} 启动时退出（退出码 {code}），原因见上")
            short_lives = short_lives + 1 if time.monotonic() - worker.born < SHORT_LIFE_S else 0
            again_in_s = pause_s(short_lives)
            _log.error("worker.ended", worker=number, code=code, again_in_s=again_in_s)
            await self._pause(again_in_s)
            self._restarted += 1

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    async def _start(self, number: int) -> _Worker:
        ours, theirs = socket.socketpair()
        with theirs:
            line = theirs.fileno()
            process = await asyncio.create_subprocess_exec(
                *self._outfit.command(number, wanted=self._wanted, line=line),
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=self._outfit.files(line=line),
                env={**os.environ, **self._outfit.environ},
            )
        reader, writer = await asyncio.open_connection(sock=ours)
        worker = self._workers[number] = _Worker(process, reader, writer)
        if self._stopping.is_set():
            _terminate(worker)
        return worker

    async def _until_it_ends(self, number: int, worker: _Worker) -> int:
        """Waits for "serving", then for the end; returns the exit code."""
        with contextlib.suppress(ConnectionError):
            worker.serving = await worker.reader.readline() == SERVING
        if worker.serving:
            self._recount()
        code = await worker.process.wait()
        worker.writer.close()
        del self._workers[number]
        self._outfit.loads.set(number - 1, 0)
        mark_process_dead(worker.process.pid, str(self._outfit.metrics_folder))  # type: ignore[no-untyped-call]
        self._recount()
        return code

    def _recount(self) -> None:
        """Tells every worker how many of them serve."""
        serving = [worker for worker in self._workers.values() if worker.serving]
        count = Count(self._wanted, len(serving), self._restarted)
        for worker in serving:
            worker.writer.write(count.line())
        if count.serving == count.wanted and not self._complete:
            self._complete = True
            self._serving()

    async def _stop(self, keeping: Sequence[asyncio.Task[None]]) -> None:
        self._stopping.set()
        for door in self._outfit.doors:
            door.close()
        for worker in tuple(self._workers.values()):
            _terminate(worker)
        _, late = await asyncio.wait(keeping, timeout=STOP_S)
        for number, worker in tuple(self._workers.items()):
            _log.error("worker.killed", worker=number, after_s=STOP_S)
            with contextlib.suppress(ProcessLookupError):
                worker.process.kill()
        if late:
            await asyncio.wait(late)


def pause_s(short_lives: int) -> float:
    """How long to wait after so many short lives in a row; twice as long each time, up to the longest."""
    return min(FIRST_PAUSE_S * 2.0 ** min(short_lives, 10), LONGEST_PAUSE_S)


def _terminate(worker: _Worker) -> None:
    with contextlib.suppress(ProcessLookupError):
        worker.process.terminate()
