"""A server as the service sees it: started through its keeper, awaited, stopped by closing the keeper's pipe."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hotline.embedded.errors import FolderInUse, ServerDidNotStart
from hotline.embedded.folder_lock import FolderLock
from hotline.embedded.orphans import PAUSE_S, Remains, take_over
from hotline.embedded.socket_folder import leave_socket_folder

Progress = Callable[[str], None]
LOG_LINES_SHOWN = 15
URL_FILE = "url"


def silent(_: str) -> None:
    """Progress for callers who show none."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a server is started and told to stop; `answers` tells whether it can be used; `environ` is added to ours."""

    command: Sequence[str]
    stop_signal: int
    answers: Callable[[], Awaitable[bool]]
    sockets: Path
    become: Sequence[str] = ()
    environ: Mapping[str, str] = field(default_factory=dict)
    grace_s: float = 20.0
    start_s: float = 120.0


class KeptServer:
    """One server under its home folder. The owner's lock keeps a second service off the folder."""

    def __init__(self, remains: Remains) -> None:
        self._remains = remains
        self._home = remains.home
        self._owner = FolderLock(self._home / "owner.lock")
        self._life = FolderLock(self._home / "server.lock")
        self._log = self._home / "server.log"
        self._keeper: subprocess.Popen[bytes] | None = None
        self._sockets: Path | None = None

    async def claim(self) -> None:
        """The folder is there, is ours, and nothing of an earlier run is alive.

        Raises `FolderInUse`, and `ServerDidNotStart` where the folder cannot be made or written to.
        """
        try:
            self._home.mkdir(parents=True, exist_ok=True)
            taken = self._owner.take()
        except OSError as error:
            raise ServerDidNotStart(
                f"{self._home}: {error.strerror}; expected a folder to write to, see data_folder (HOTLINE_DATA)"
            ) from None
        if not taken:
            raise FolderInUse(
                f"{self._home}: in use by the running process {self._owner.holder()}; "
                "stop that one first, or set HOTLINE_DATA to another folder"
            )
        await take_over(self._life, self._remains)

    async def start(self, recipe: Recipe) -> None:
        """Returns when the server answers; raises `ServerDidNotStart` with the end of its log."""
        self._sockets = recipe.sockets
        self._keeper = self._start_keeper(recipe)
        try:
            async with asyncio.timeout(recipe.start_s):
                while not await recipe.answers():
                    self._check_keeper(self._keeper)
                    await asyncio.sleep(PAUSE_S)
        except TimeoutError:
            raise ServerDidNotStart(self._told(f"gave no answer within {recipe.start_s:g} s")) from None
        self._tell_that_it_answered(self._keeper)

    def publish(self, url: str) -> str:
        """Writes down, for commands beside the service, where the server can be reached."""
        private = os.open(self._home / URL_FILE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(private, "w") as file:
            file.write(url)
        return url

    async def stop(self) -> None:
        """Nothing of the server is left when this returns. If interrupted, the keeper still finishes the work."""
        if self._keeper is not None and self._keeper.stdin is not None:
            self._keeper.stdin.close()
            await asyncio.to_thread(self._keeper.wait)
        if self._sockets is not None:
            leave_socket_folder(self._sockets, home=self._home)
        self._life.let_go()
        self._owner.let_go()

    def _start_keeper(self, recipe: Recipe) -> subprocess.Popen[bytes]:
        program = [sys.executable, "-I", "-S", str(Path(__file__).with_name("keeper.py"))]
        options = [
            f"--stop-signal={recipe.stop_signal}",
            f"--grace-s={recipe.grace_s}",
            *(f"--become={option}" for option in recipe.become),
        ]
        self._keep_last_log()
        with self._log.open("wb") as log:
            return subprocess.Popen(  # noqa: S603 - our own keeper
                [*program, "--folder", str(self._home), *options, "--", *recipe.command],
                cwd=self._home,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=(self._life.fileno,),
                env={**os.environ, **recipe.environ},
            )

    def _keep_last_log(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._log.replace(self._log.with_suffix(".log.1"))

    def _check_keeper(self, keeper: subprocess.Popen[bytes]) -> None:
        if keeper.poll() is not None:
            raise ServerDidNotStart(self._told("ended while starting"))

    def _tell_that_it_answered(self, keeper: subprocess.Popen[bytes]) -> None:
        """From now on its keeper never gives it up."""
        try:
            os.write(keeper.stdin.fileno(), b"\n")  # type: ignore[union-attr]
        except BrokenPipeError:
            raise ServerDidNotStart(self._told("ended while starting")) from None

    def _told(self, what: str) -> str:
        lines = self._log.read_text(errors="replace").splitlines()[-LOG_LINES_SHOWN:]
        return "\n".join([f"{self._remains.program} {what}; the end of {self._log}:", *lines])
