"""The port of an instance: opened once by the parent, inherited by every worker, each takes what it can carry.

    parent: bind, listen ──(inherited)──▶ worker ── somebody knocks ─▶ holds more than the least loaded? wait a little
                                                                        └─▶ accept one ─▶ the application

All workers wait at one queue, so that a connection is lost with none of them: whoever lives takes it. Left to
themselves, some would take nearly all, and sockets stay for hours: who holds more than others lets them go first.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Sequence

import structlog
from aiohttp import web

from hotline.workers.loads import Loads
from interactions.errors import Unavailable

_log = structlog.get_logger(__name__)
# When a worker that served hundreds is killed, all of them come back at once.
QUEUE = 1024
# A millisecond or two is what a busy machine takes to wake a process. Who waited takes several: a worker that is
# paused with few connections must not slow the others down.
STEP_S, MOST_S, AT_ONCE = 0.002, 0.03, 8
FULL_PAUSE_S = 1.0
_OUT_OF_FILES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


def open_doors(host: str, port: int) -> list[socket.socket]:
    """Listening sockets on every address of `host`, all at one port; raises `Unavailable` where one is taken."""
    doors: list[socket.socket] = []
    try:
        for family, *_, where in _addresses(host, port):
            at = doors[0].getsockname()[1] if doors else port
            doors.append(_open(family, (where[0], at, *where[2:])))
    except OSError as error:
        for door in doors:
            door.close()
        raise Unavailable(f"server.port: {host}:{port} 无法监听：{error.strerror or error}") from error
    return doors


def address_of(doors: Sequence[socket.socket], host: str) -> str:
    """Where a person on this machine reaches them."""
    return f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{doors[0].getsockname()[1]}"  # noqa: S104 - shown


def _addresses(host: str, port: int) -> list[tuple[int, int, int, str, tuple[str, int]]]:
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return list(dict.fromkeys(found))  # type: ignore[arg-type]


def _open(family: int, where: tuple[object, ...]) -> socket.socket:
    door = socket.socket(family, socket.SOCK_STREAM)
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            door.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        door.bind(where)
        door.listen(QUEUE)
        door.setblocking(False)
    except OSError:
        door.close()
        raise
    return door


class Doorkeeper:
    """One worker's share of the accepting."""

    def __init__(self, doors: Sequence[socket.socket], *, server: web.Server, loads: Loads, worker: int) -> None:
        self._doors = doors
        self._server = server
        self._loads = loads
        self._worker = worker
        self._loop = asyncio.get_running_loop()
        self._entering: set[asyncio.Task[object]] = set()
        self._closed = False

    def open(self) -> None:
        """Takes connections from now on."""
        for door in self._doors:
            self._watch(door)

    def close(self) -> None:
        """Takes no more; those in the queue are for the others."""
        self._closed = True
        for door in self._doors:
            self._loop.remove_reader(door.fileno())
            door.close()

    def _watch(self, door: socket.socket) -> None:
        if not self._closed:
            self._loop.add_reader(door.fileno(), self._knocked, door)

    def _knocked(self, door: socket.socket) -> None:
        """Everybody hears a knock; who holds few answers first."""
        self._loads.set(self._worker, len(self._server.connections) + len(self._entering))
        more = self._loads.more_than_least(self._worker)
        if more == 0:
            self._take(door)
            return
        self._loop.remove_reader(door.fileno())
        self._loop.call_later(min(more * STEP_S, MOST_S), self._take_some, door)

    def _take_some(self, door: socket.socket) -> None:
        if self._closed:
            return
        self._watch(door)
        for _ in range(AT_ONCE):
            if not self._take(door):
                return

    def _take(self, door: socket.socket) -> bool:
        """Whether there was somebody to take."""
        try:
            guest, _ = door.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return False  # another worker was quicker
        except OSError as error:
            self._rest(door, error)
            return False
        guest.setblocking(False)
        entering = self._loop.create_task(self._enter(guest))
        self._entering.add(entering)
        entering.add_done_callback(self._entering.discard)
        return True

    async def _enter(self, guest: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(self._server, guest)
        except OSError:
            guest.close()  # gone before it was let in

    def _rest(self, door: socket.socket, error: OSError) -> None:
        """Out of files or memory: the queue stays for whoever has room."""
        if error.errno not in _OUT_OF_FILES:
            raise error
        _log.error("door.full", error=errno.errorcode.get(error.errno or 0, "?"))
        self._loop.remove_reader(door.fileno())
        self._loop.call_later(FULL_PAUSE_S, self._watch, door)
