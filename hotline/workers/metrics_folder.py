"""A folder for the metrics of one crew, under the data folder; what crews before left there is cleared away.

Whether a folder is still in use is told by its lock, never by a process number: the lock ends with its holder.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hotline.embedded.folder_lock import FolderLock

LOCK = "lock"


@contextmanager
def metrics_folder(data_folder: Path) -> Iterator[Path]:
    """An empty folder while inside the block."""
    home = data_folder.resolve() / "metrics"
    home.mkdir(parents=True, exist_ok=True)
    _clear(home)
    made = Path(tempfile.mkdtemp(dir=home))
    lock = FolderLock(made / LOCK)
    lock.take()
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        lock.let_go()


def _clear(home: Path) -> None:
    for left in home.iterdir():
        lock = FolderLock(left / LOCK)
        # One without a lock was made a moment ago, by an instance that starts just now.
        if (left / LOCK).exists() and lock.take():
            shutil.rmtree(left, ignore_errors=True)
            lock.let_go()
