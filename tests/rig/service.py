"""`hotline serve` as a process of its own, on a data folder of the test: started, killed, started again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import psutil

ROOT = Path(__file__).resolve().parent.parent.parent
START_S = 90.0
STOP_S = 30.0


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def plain_environ() -> dict[str, str]:
    """Our environment without servers and settings that somebody has given us, or the tests."""
    given = (name for name in os.environ if name in ("DATABASE_URL", "REDIS_URL") or name.startswith("HOTLINE_"))
    return {name: os.environ[name] for name in os.environ.keys() - set(given)}


@dataclass(slots=True)
class Service:
    """One data folder and the process that serves from it, with more variables and arguments where a test has them."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    environ: Mapping[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self, session: aiohttp.ClientSession) -> None:
        """Starts it and waits until it is ready."""
        self.process = self._popen("serve", *self.arguments)
        async with asyncio.timeout(START_S):
            while not await self._ready(session):
                if self.process.poll() is not None:
                    raise AssertionError((self.folder / "service.log").read_text()[-3000:])
                await asyncio.sleep(0.1)

    def kill_everything(self) -> None:
        """kill -9 for every process that belongs to the data folder, servers and keepers included."""
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                process.kill()
        if self.process is not None:
            self.process.wait()

    def interrupt(self) -> int:
        """Ctrl-C; returns the exit code."""
        if self.process is None:
            raise AssertionError("not started")
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(STOP_S)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs `hotline …` on the data folder."""
        return subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "hotline", *arguments],
            cwd=ROOT,
            env=self._environ(),
            capture_output=True,
            text=True,
            timeout=STOP_S * 2,
            check=False,
        )

    def processes(self) -> list[psutil.Process]:
        """Living processes of this service and of its servers."""
        own = [psutil.Process(self.process.pid)] if self.process and self.process.poll() is None else []
        return own + [one for one in psutil.process_iter() if self._belongs(one)]

    def _belongs(self, process: psutil.Process) -> bool:
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            named = any(str(self.folder) in part for part in process.cmdline())
            return named or process.cwd().startswith(str(self.folder))
        except psutil.Error:
            return False

    def _popen(self, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / "service.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", "hotline", *arguments],
                cwd=ROOT,
                env=self._environ(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _environ(self) -> dict[str, str]:
        return {**plain_environ(), "HOTLINE_DATA": str(self.folder), "PORT": str(self.port), **self.environ}

    async def _ready(self, session: aiohttp.ClientSession) -> bool:
        try:
            async with session.get(f"{self.url}/health/ready", timeout=aiohttp.ClientTimeout(1.0)) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False
