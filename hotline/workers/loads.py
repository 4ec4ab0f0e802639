"""How many connections each worker holds: one number a worker, in memory that all of them see.

A worker writes its own number only, the parent clears that of one that ended. A number may be old by a moment: it
only decides who waits a little before taking the next connection.
"""

from __future__ import annotations

import mmap
import os
import tempfile
from typing import Self

NUMBER_BYTES = 4


class Loads:
    """The numbers of one crew, on an open file without a name that workers inherit."""

    def __init__(self, fd: int, *, workers: int) -> None:
        self.fileno = fd
        self._numbers = memoryview(mmap.mmap(fd, workers * NUMBER_BYTES)).cast("I")

    @classmethod
    def made(cls, *, workers: int) -> Self:
        """All zero; for the parent."""
        with tempfile.TemporaryFile() as file:
            file.truncate(workers * NUMBER_BYTES)
            return cls(os.dup(file.fileno()), workers=workers)

    def set(self, worker: int, connections: int) -> None:
        """Worker `worker` (from 0) holds so many."""
        self._numbers[worker] = connections

    def more_than_least(self, worker: int) -> int:
        """How many more this worker holds than the one that holds fewest."""
        return self._numbers[worker] - min(self._numbers)
