"""A Python 3.10 for Rasa, which runs on none newer: one of this machine, or one that uv makes.

PATH ─▶ pyenv's versions ─▶ uv: one it knows of, else one it fetches ─▶ NoPython310, with what to do
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from hotline.rasa.errors import NoPython310

VERSION = "3.10"
LOOK_S, FETCH_S = 20.0, 600.0
WHAT_TO_DO = (
    "Rasa 3.6 需要 Python 3.10，本机没有找到。任选其一后重试：pyenv install 3.10；安装 uv（会自动取得）；"
    "系统的 python3.10 与 python3.10-venv；或设 bots.engine: retrieval 不用 Rasa"
)


def find_python310(environ: Mapping[str, str] = os.environ) -> Path:
    """A Python 3.10 that starts and can make environments; raises `NoPython310`."""
    for candidate in _candidates(environ):
        if _works(candidate):
            return candidate
    raise NoPython310(WHAT_TO_DO)


def _candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    yield from _named(shutil.which(f"python{VERSION}", path=environ.get("PATH", "")))
    pyenv = Path(environ.get("PYENV_ROOT") or Path(environ.get("HOME", "/")) / ".pyenv")
    yield from sorted(pyenv.glob(f"versions/{VERSION}*/bin/python"), reverse=True)
    if uv := shutil.which("uv", path=environ.get("PATH", "")):
        yield from _named(_told([uv, "python", "find", VERSION], within_s=LOOK_S))
        _told([uv, "python", "install", VERSION], within_s=FETCH_S)
        yield from _named(_told([uv, "python", "find", VERSION], within_s=LOOK_S))


def _works(python: Path) -> bool:
    """A shim of pyenv's may stand on the PATH for a version that is not chosen."""
    asked = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"
    return _told([str(python), "-c", asked], within_s=LOOK_S) == VERSION


def _told(command: list[str], *, within_s: float) -> str:
    """What `command` says; nothing where it fails."""
    try:
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=within_s)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def _named(path: str | None) -> Iterator[Path]:
    if path:
        yield Path(path)
