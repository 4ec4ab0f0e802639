"""Where a server's Unix socket lies: in the data folder, or in a short folder where that path is too long.

Only the folder's mode (0700) keeps other users of the machine out, so it is checked and not assumed.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import tempfile
from pathlib import Path

from hotline.embedded.account import Account
from hotline.embedded.errors import ServerDidNotStart

# sockaddr_un holds 108 bytes with the closing NUL on Linux, 104 on macOS and the BSDs.
LONGEST_PATH = 103
# PostgreSQL splits its list of folders at commas and trims blanks; Redis reads its arguments as a config file.
_PLAIN = re.compile(r"[A-Za-z0-9/._-]+")


def socket_folder(home: Path, *, socket_name: str, account: Account | None) -> Path:
    """A folder for sockets of the server at `home`, ours alone (0700), always the same for the same `home`."""
    folder = _in_home(home, socket_name) or _in_temporary(home)
    folder.mkdir(mode=0o700, exist_ok=True)
    _check(folder, account)
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    folder.chmod(0o700)
    return folder


def leave_socket_folder(folder: Path, *, home: Path) -> None:
    """Removes a folder outside `home` once its server is gone: the temporary folder is everybody's."""
    if folder.parent != home:
        shutil.rmtree(folder, ignore_errors=True)


def _in_home(home: Path, socket_name: str) -> Path | None:
    path = str(home / "run" / socket_name)
    fits = len(os.fsencode(path)) <= LONGEST_PATH and _PLAIN.fullmatch(path)
    return home / "run" if fits else None


def _in_temporary(home: Path) -> Path:
    name = f"hotline-{os.geteuid()}-{hashlib.sha256(os.fsencode(home)).hexdigest()[:16]}"
    temporary = Path(tempfile.gettempdir())
    short = len(os.fsencode(temporary)) <= 50 and _PLAIN.fullmatch(str(temporary))
    return (temporary if short else Path("/tmp")) / name  # noqa: S108 - checked below


def _check(folder: Path, account: Account | None) -> None:
    """Refuses a folder that another user of the machine put in our way."""
    found = folder.lstat()
    owners = {os.geteuid()} | ({account.uid} if account else set())
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners:
        raise ServerDidNotStart(f"{folder}: expected a folder of our own for sockets; another user made it")
