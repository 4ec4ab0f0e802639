"""PostgreSQL's data folder: made whole or not at all, and freed of what a killed server left in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil

from hotline.embedded.account import Account
from hotline.embedded.errors import ServerDidNotStart
from hotline.embedded.programs import POSTGRES_MAJOR

INITDB_S = 120.0
# Unix sockets in a folder of our own are the only way in.
_WHO_MAY_ENTER = "local all all trust\n"


def make_cluster(cluster: Path, *, programs: Path, superuser: str, account: Account | None, sync: bool) -> None:
    """A new cluster: UTF-8 with the built-in C.UTF-8 order, the same on every machine."""
    new = cluster.with_name("cluster.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    if account is not None:
        os.chown(new, account.uid, account.gid)
    options = [f"--pgdata={new}", f"--username={superuser}", "--auth=trust", "--encoding=UTF8"]
    options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions"]
    _initdb([str(programs / "initdb"), *options, *([] if sync else ["--no-sync"])], programs, account)
    (new / "pg_hba.conf").write_text(_WHO_MAY_ENTER)
    new.rename(cluster)


def check_version(cluster: Path) -> None:
    """Raises `ServerDidNotStart` where the cluster is of another major version."""
    found = (cluster / "PG_VERSION").read_text().strip()
    if found != str(POSTGRES_MAJOR):
        raise ServerDidNotStart(
            f"{cluster}: made by PostgreSQL {found}, this service brings {POSTGRES_MAJOR}; "
            "move the data with pg_upgrade or pg_dump"
        )


def clear_lock_files(cluster: Path, sockets: Path) -> None:
    """Removes lock files that name a living process. Only safe once nothing of ours is alive.

    PostgreSQL trusts the number in them, and after a restart of the machine it may be anybody's. Files that name
    a dead process stay: PostgreSQL uses them to look for shared memory still in use.
    """
    for path in (cluster / "postmaster.pid", *sockets.glob(".s.PGSQL.*.lock")):
        if path.exists() and not _names_a_dead_process(path):
            path.unlink()


def become_options(account: Account | None, *, paths: Sequence[Path]) -> list[str]:
    """Options for become.py; to reach closed folders such as /root is asked for only where it is needed."""
    if account is None:
        return []
    reach = [] if all(account.reaches(path) for path in paths) else ["--reach"]
    return [f"--uid={account.uid}", f"--gid={account.gid}", *reach]


def _names_a_dead_process(path: Path) -> bool:
    """False also where the file is empty or torn: PostgreSQL would stop at such a file."""
    first = path.read_text(errors="replace").partition("\n")[0].strip()
    return first.isdecimal() and not psutil.pid_exists(int(first))


def _initdb(command: list[str], programs: Path, account: Account | None) -> None:
    become = [sys.executable, "-I", "-S", str(Path(__file__).with_name("become.py"))]
    become += become_options(account, paths=(programs / "initdb", Path(command[1].partition("=")[2])))
    made = subprocess.run(  # noqa: S603 - our own command
        [*become, "--", *command], check=False, capture_output=True, text=True, timeout=INITDB_S
    )
    if made.returncode != 0:
        raise ServerDidNotStart(f"initdb failed:\n{made.stderr.strip()[-2000:]}")
