"""Makes or refreshes the virtual environment from a hash-pinned lock. Standard library only: it runs before anything.

setup.py run|dev ─▶ stamp matches the lock? ─ yes ─▶ nothing to do
                        │ no
                        ▼
.venv (fresh where it is broken) ─▶ pip install --require-hashes ─▶ the project itself, editable ─▶ stamp
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOG = ROOT / "var" / "setup.log"
OLDEST = (3, 11)
LINES_SHOWN = 25


def main() -> int:
    """0 when the environment is ready; 1 with the end of pip's log where it could not be made."""
    if sys.version_info < OLDEST:
        say(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed, this is {sys.version.split()[0]}; set PYTHON=…")
        return 1
    lock = ROOT / "requirements" / f"{sys.argv[1]}.txt"
    stamp = VENV / "installed"
    wanted = stamp_of(lock)
    if PYTHON.exists() and stamp.exists() and wanted in stamp.read_text().splitlines():
        return 0
    return install(lock, stamp, wanted)


def stamp_of(lock: Path) -> str:
    """What makes an installation current: the lock, the project's own metadata, and where it lies."""
    parts = [lock.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), str(ROOT).encode(), sys.version.encode()]
    return f"{lock.stem} {hashlib.sha256(b'|'.join(parts)).hexdigest()}"


def install(lock: Path, stamp: Path, wanted: str) -> int:
    """Runs the steps, each with its time; an interrupted one starts over next time."""
    LOG.parent.mkdir(exist_ok=True)
    LOG.write_text("")
    stamp.unlink(missing_ok=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    steps = [
        ("making the virtual environment", make_venv()),
        ("installing locked packages (a few minutes the first time)", [*pip, "--require-hashes", "-r", str(lock)]),
        ("installing the hotline", [*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT)]),
    ]
    for number, (what, command) in enumerate(steps, start=1):
        if not run(f"[{number}/{len(steps)}] {what}", command):
            return 1
    done = [wanted] if lock.stem == "run" else [wanted, stamp_of(lock.with_name("run.txt"))]
    stamp.write_text("\n".join(done))
    return 0


def make_venv() -> list[str]:
    """The command that makes the environment; one whose Python does not start is thrown away first."""
    if PYTHON.exists():
        works = subprocess.run([str(PYTHON), "-m", "pip", "--version"], capture_output=True, check=False)  # noqa: S603
        if works.returncode == 0:
            return [str(PYTHON), "--version"]
    shutil.rmtree(VENV, ignore_errors=True)
    return [sys.executable, "-m", "venv", str(VENV)]


def run(what: str, command: list[str]) -> bool:
    """Runs one step with a clock on it; shows the end of its output where it fails."""
    started = time.monotonic()
    with LOG.open("a") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT, env={**os.environ, "PYTHONUTF8": "1"})  # noqa: S603
        watch(process, what, started)
    show(f"{what} … {time.monotonic() - started:3.0f} s\n")
    if process.returncode == 0:
        return True
    tail = LOG.read_text(errors="replace").splitlines()[-LINES_SHOWN:]
    say("\n".join([f"failed; the end of {LOG}:", *tail]))
    return False


def watch(process: subprocess.Popen[bytes], what: str, started: float) -> None:
    """Waits for the step and moves its clock; interrupted, it takes the step along."""
    try:
        while process.poll() is None:
            if sys.stderr.isatty():
                show(f"{what} … {time.monotonic() - started:3.0f} s")
            time.sleep(0.2)
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise


def show(words: str) -> None:
    """Writes over the current line; a log that is not a terminal gets a line of its own."""
    sys.stderr.write(f"\r{words}" if sys.stderr.isatty() else words)
    sys.stderr.flush()


def say(words: str) -> None:
    """Writes a line to the terminal."""
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        say("\ninterrupted; the next start takes it up again")
        sys.exit(130)
