"""Long work as a command of its own: told while it runs, logged whole, its end shown where it fails."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from hotline.rasa.errors import RasaStepFailed

# Around a piece of work: shows what it is, and how long it has taken.
Working = Callable[[str], AbstractContextManager[None]]
LINES_SHOWN = 15
STOP_S = 10.0
# Nobody is told of what we do, and TensorFlow says nothing but errors.
QUIETLY = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONUTF8": "1", "NO_COLOR": "1"}


def silently(_: str) -> AbstractContextManager[None]:
    """Shows nothing: for tests and for work within work."""
    return contextlib.nullcontext()


@dataclass(frozen=True, slots=True)
class Step:
    """A command and what people are told it does."""

    what: str
    command: Sequence[str]
    folder: Path
    environ: Mapping[str, str] = field(default_factory=dict)


async def run_step(step: Step, *, log: Path, working: Working) -> None:
    """Returns when it went well; raises `RasaStepFailed`. Cancelled, it takes the command along."""
    with working(step.what), log.open("ab") as out:
        process = await asyncio.create_subprocess_exec(
            *step.command,
            cwd=step.folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env={**os.environ, **QUIETLY, **step.environ},
            start_new_session=True,
        )
        try:
            code = await process.wait()
        except BaseException:
            await _end(process)
            raise
    if code != 0:
        raise RasaStepFailed("\n".join([f"{step.what}：失败（退出码 {code}），{log} 的结尾：", *_tail(log)]))


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ends it and whatever it started: pip and Rasa have children."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_S):
                await process.wait()
                return


def _tail(log: Path) -> list[str]:
    lines = log.read_text(errors="replace").replace("\r", "\n").splitlines()
    return [line for line in lines if line.strip()][-LINES_SHOWN:]
