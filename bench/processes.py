"""Servers under measurement as processes of their own, so that their processor time is theirs alone."""

from __future__ import annotations

import asyncio
import os
import resource
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import psutil

ROOT = Path(__file__).resolve().parent.parent
START_S = 90.0
STOP_S = 30.0
ANSWER = aiohttp.ClientTimeout(2.0)


@dataclass(frozen=True, slots=True)
class Running:
    """A process that serves at `url`."""

    url: str
    process: psutil.Process

    def cpu_s(self) -> float:
        """Processor seconds it has used so far, its own and the kernel's for it."""
        used = self.process.cpu_times()
        return float(used.user + used.system)


@asynccontextmanager
async def running(
    session: aiohttp.ClientSession, command: Sequence[str], *, port: int, log: Path, environ: Mapping[str, str] = {}
) -> AsyncIterator[Running]:
    """`python COMMAND` while inside the block; raises `RuntimeError` with its last words where it does not start."""
    with log.open("ab") as said:
        process = subprocess.Popen(  # noqa: S603, ASYNC220 - our own programs, started once
            [sys.executable, *command], cwd=ROOT, env={**_environ(), **environ}, stdout=said, stderr=said
        )
    try:
        url = f"http://127.0.0.1:{port}"
        await _until_ready(session, url, process, log)
        yield Running(url, psutil.Process(process.pid))
    finally:
        await _stop(process)


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def allow_many_sockets() -> None:
    """Raises this process's limit of open files, which its children inherit, as far as the system lets it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _environ() -> dict[str, str]:
    """Ours without anything that would set the service."""
    return {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}


async def _until_ready(session: aiohttp.ClientSession, url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    async with asyncio.timeout(START_S):
        while not await _ready(session, url):
            if process.poll() is not None:
                raise RuntimeError(_last_words(log))
            await asyncio.sleep(0.1)


def _last_words(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-3000:]


async def _ready(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(f"{url}/health/ready", timeout=ANSWER) as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False


async def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        await asyncio.to_thread(process.wait, STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
