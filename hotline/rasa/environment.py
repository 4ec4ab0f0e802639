"""Rasa's own virtual environment, from a hash-pinned lock, outside the checkout: made once per lock, then found.

lock ─▶ folder of its hash ─┬─ stamped ─▶ its Python
                            └─ else, one process at a time: Python 3.10 ─▶ venv ─▶ pip --require-hashes ─▶ stamp
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hotline.embedded.folder_lock import FolderLock
from hotline.rasa.python310 import find_python310
from hotline.rasa.steps import Step, Working, run_step

ROOT = Path(__file__).resolve().parent.parent.parent
LOCK = ROOT / "requirements" / "rasa.txt"
STAMP = "installed"
PAUSE_S = 0.2


def cache_folder() -> Path:
    """Where environments and models are kept where the settings name no folder."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hotline" / "rasa"


def lock_digest() -> str:
    """Names the environment, and is part of what a model depends on."""
    return hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]


def kept_environment(folder: Path) -> Path | None:
    """The Python of an environment that was made before; None where there is none."""
    home = folder / f"env-{lock_digest()}"
    return home / "bin" / "python" if (home / STAMP).exists() else None


async def prepared_environment(folder: Path, *, working: Working) -> Path:
    """The Python that has Rasa; makes its environment where there is none (2.7 GB, some minutes).

    Raises `NoPython310` or `RasaStepFailed`; an interrupted one starts over next time.
    """
    if python := kept_environment(folder):
        return python
    async with alone(folder / "env.lock", working=working):
        return kept_environment(folder) or await _made(folder, working=working)


@asynccontextmanager
async def alone(path: Path, *, working: Working) -> AsyncIterator[None]:
    """One process at a time: others wait here for what the first makes."""
    lock = _lock(path)
    with contextlib.nullcontext() if lock.take() else working("等待另一个进程备好 Rasa"):
        await _taken(lock)
    try:
        yield
    finally:
        lock.let_go()


def _lock(path: Path) -> FolderLock:
    path.parent.mkdir(parents=True, exist_ok=True)
    return FolderLock(path)


async def _taken(lock: FolderLock) -> None:
    taken = lock.take()
    while not taken:
        await asyncio.sleep(PAUSE_S)
        taken = lock.take()


async def _made(folder: Path, *, working: Working) -> Path:
    home, log = folder / f"env-{lock_digest()}", folder / "install.log"
    python310 = await asyncio.to_thread(find_python310)
    await asyncio.to_thread(shutil.rmtree, home, ignore_errors=True)
    log.write_bytes(b"")
    python = home / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    made = Step("为 Rasa 建立 Python 3.10 环境", [str(python310), "-m", "venv", str(home)], folder)
    filled = Step("安装 Rasa（2.7 GB，约三分钟，只此一次）", [*pip, "--require-hashes", "-r", str(LOCK)], folder)
    for step in (made, filled):
        await run_step(step, log=log, working=working)
    (home / STAMP).write_text("")
    return python
