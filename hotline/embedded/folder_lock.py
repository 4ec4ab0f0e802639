"""One lock file: held by whoever runs on a folder, let go by the kernel when the last holder dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class FolderLock:
    """An exclusive `flock`. It cannot go stale: it belongs to open files, not to a number in a file.

    A child that inherits `fileno` holds the lock too, so that "taken" means "nobody of them is left".
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    @property
    def fileno(self) -> int:
        """The open file, to hand to children; only while the lock is held."""
        if self._fd is None:
            raise ValueError(f"{self._path}: the lock is not held")
        return self._fd

    def take(self) -> bool:
        """True if the lock is ours now; False while somebody else holds it."""
        if self._fd is not None:
            return True
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return False
        self._fd = fd
        self._sign(fd)
        return True

    def let_go(self) -> None:
        """Closes our file; children that hold the lock keep it."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def holder(self) -> str:
        """The process number the holder wrote, for messages only: never trusted."""
        written = self._path.read_text(errors="replace").strip()
        return written if written.isdecimal() else "unknown"

    @staticmethod
    def _sign(fd: int) -> None:
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)
