"""The line between a worker and its parent: a socket each holds one end of.

    worker ── "serving" ──▶ parent      once it takes connections
    worker ◀── the count ── parent      whenever it changes
    worker ◀── closed ───── parent      the parent is gone, kill -9 included: drain, and be gone in LAST_S

The worker reads it in a thread: a loop that is stuck in one request would hear nothing. Should draining itself get
stuck, the kernel's alarm ends the process: nobody is there any more to do it.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import Callable

from hotline.workers.crew import Count

SERVING = b"serving\n"
LAST_S = 20


class Lifeline:
    """The worker's end."""

    def __init__(self, fd: int, *, counted: Callable[[Count], None], orphaned: Callable[[], None]) -> None:
        self._socket = socket.socket(fileno=fd)
        self._counted = counted
        self._orphaned = orphaned
        self._loop = asyncio.get_running_loop()

    def start(self) -> None:
        """Listens until the parent is gone."""
        threading.Thread(target=self._listen, name="lifeline", daemon=True).start()

    def serving(self) -> None:
        """Tells the parent that this worker takes connections."""
        self._socket.sendall(SERVING)

    def _listen(self) -> None:
        # Reset where the parent was killed with words of ours unread.
        with contextlib.suppress(OSError), self._socket.makefile("rb") as lines:
            for line in lines:
                self._tell(self._counted, Count.from_line(line))
        signal.alarm(LAST_S)
        self._tell(self._orphaned)

    def _tell(self, listener: Callable[..., None], *told: Count) -> None:
        # Where the loop has ended, so does this process.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(listener, *told)
