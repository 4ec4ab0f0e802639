"""Finds and stops what an earlier run left behind on a folder, and nothing else on the machine.

Ours is a process that runs the named program in, or for, exactly this folder. A number in a pid file proves
nothing: after a restart of the machine it may belong to anybody.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from dataclasses import dataclass
from pathlib import Path

import psutil

from hotline.embedded.errors import ServerDidNotStart
from hotline.embedded.folder_lock import FolderLock

PAUSE_S = 0.05
# How often each signal is tried before the next, harder one.
STEPS = ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))


@dataclass(frozen=True, slots=True)
class Remains:
    """Where an earlier run's processes can be told from all others."""

    program: str
    home: Path
    work_folder: Path

    def processes(self) -> list[psutil.Process]:
        """Living processes of an earlier run on this folder."""
        return [process for process in psutil.process_iter() if self._ours(process)]

    def _ours(self, process: psutil.Process) -> bool:
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            arguments = process.cmdline()
            if str(self.home) in arguments and any(Path(part).name == "keeper.py" for part in arguments):
                return True
            return self.program in process.name() and self._works_here(process, arguments)
        except psutil.Error:
            return False

    def _works_here(self, process: psutil.Process, arguments: list[str]) -> bool:
        """By its arguments, or by its working folder, which a container may not let us read."""
        if str(self.work_folder) in arguments:
            return True
        try:
            return bool(process.cwd() == str(self.work_folder))
        except psutil.AccessDenied:
            return False


async def take_over(lock: FolderLock, remains: Remains) -> None:
    """Returns holding `lock`, with no process of an earlier run left.

    Keeper and server hold the lock too, so that taking it proves them gone; a server started by hand does not
    hold it and is looked for after.
    """
    for number, patience_s in STEPS:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                await _stop_all(lock, remains, number)
                return
    raise ServerDidNotStart(f"{remains.home}: an earlier {remains.program} still holds this folder and would not stop")


async def _stop_all(lock: FolderLock, remains: Remains, number: signal.Signals) -> None:
    held = False
    signalled: set[int] = set()
    while not (held := held or lock.take()) or remains.processes():
        for process in remains.processes():
            if process.pid not in signalled:
                signalled.add(process.pid)
                _tell(process, number)
        await asyncio.sleep(PAUSE_S)


def _tell(process: psutil.Process, number: signal.Signals) -> None:
    """A stopped (frozen) process hears nothing until it is continued."""
    with contextlib.suppress(psutil.Error):
        process.send_signal(number)
        process.send_signal(signal.SIGCONT)
