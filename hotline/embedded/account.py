"""The system account PostgreSQL runs under when we are root: it refuses to run as root itself."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from hotline.embedded.errors import ServerDidNotStart

NAMES = ("postgres", "hotline")


@dataclass(frozen=True, slots=True)
class Account:
    """A user of this machine."""

    name: str
    uid: int
    gid: int

    def reaches(self, path: Path) -> bool:
        """True if every folder on the way to `path` lets this user through."""
        return all(self._passes(folder) for folder in path.parents)

    def _passes(self, folder: Path) -> bool:
        found = folder.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & stat.S_IXUSR)
        if found.st_gid == self.gid:
            return bool(found.st_mode & stat.S_IXGRP)
        return bool(found.st_mode & stat.S_IXOTH)


def server_account(cluster: Path) -> Account | None:
    """None for ordinary users, who run the server as themselves; for root the cluster's owner or an account."""
    if os.geteuid() != 0:
        return None
    return _owner(cluster) or _existing() or _created()


def _owner(cluster: Path) -> Account | None:
    if not cluster.exists() or cluster.stat().st_uid == 0:
        return None
    try:
        return _account(pwd.getpwuid(cluster.stat().st_uid))
    except KeyError:
        raise ServerDidNotStart(f"{cluster}: belongs to a user that this machine does not know") from None


def _existing() -> Account | None:
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next((_account(known[name]) for name in NAMES if name in known), None)


def _created() -> Account:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        raise ServerDidNotStart(
            "PostgreSQL does not run as root, and no system account 'postgres' or 'hotline' exists: "
            "create one, or start the service as an ordinary user"
        )
    command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", "hotline"]
    subprocess.run(command, check=True, capture_output=True, timeout=30)  # noqa: S603 - no words from outside
    return _account(pwd.getpwnam("hotline"))


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)
