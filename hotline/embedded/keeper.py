"""Keeps one server alive exactly as long as the service lives. A process of its own, standard library only.

      start ──► running ── the service's end of the pipe closes, or SIGTERM ──► stopping ──► exit 0
        ▲          │ the server died by itself
        └── pause ◄┘ ── it refused its first start, or had five short lives, and never answered ──► exit 1

The service holds the other end of our standard input; a byte there says that the server answered. From then on it is
never given up: what is left of a killed server, busy with a slow disk, keeps its memory, and until that is gone the
next one refuses to start. However the service ends, kill -9 included, the kernel closes that end. Should this process
be killed, the kernel signals the server (become.py). The keeper and the server run in a session of their own: Ctrl-C
reaches the service alone, which first finishes its work.
"""

from __future__ import annotations

import argparse
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

SHORT_LIFE_S = 5.0
SHORT_LIVES = 5
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 2.0
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Keeper:
    """Starts the server, starts it again when it dies, stops it when nobody needs it any more."""

    def __init__(self, command: list[str], *, stop_signal: int, grace_s: float) -> None:
        self._command = command
        self._stop_signal = stop_signal
        self._grace_s = grace_s
        self._answered = False
        self._wakeup, self._wakeup_write = os.pipe()
        os.set_blocking(self._wakeup, False)
        os.set_blocking(self._wakeup_write, False)

    def run(self) -> int:
        """The exit code: 0 when asked to stop, 1 when the server never answered and would not stay alive."""
        self._listen()
        lives = short_lives = 0
        while True:
            server, born = self._start(), time.monotonic()
            if self._asked_to_stop(server, within_s=None):
                return self._stop(server)
            _say(f"the server ended with {server.returncode}")
            # It may have answered a moment before.
            if self._asked_to_stop(None, within_s=0.0):
                return 0
            short = time.monotonic() - born < SHORT_LIFE_S
            lives, short_lives = lives + 1, short_lives + 1 if short else 1
            refused = lives == 1 and short and server.returncode > 0
            if not self._answered and (refused or short_lives == SHORT_LIVES):
                return 1
            if self._asked_to_stop(None, within_s=pause_s(short_lives)):
                return 0

    def _listen(self) -> None:
        signal.set_wakeup_fd(self._wakeup_write, warn_on_full_buffer=False)
        for number in (*_STOP_SIGNALS, signal.SIGCHLD):
            signal.signal(number, lambda *_: None)

    def _start(self) -> subprocess.Popen[bytes]:
        """The lock that we inherited is handed on; our pipe to the service is not."""
        return subprocess.Popen(self._command, stdin=subprocess.DEVNULL, close_fds=False)  # noqa: S603

    def _asked_to_stop(self, server: subprocess.Popen[bytes] | None, *, within_s: float | None) -> bool:
        """True when the service is gone or we were told to stop; False when the server died or time is up."""
        until = None if within_s is None else time.monotonic() + within_s
        while server is None or server.poll() is None:
            left = None if until is None else max(0.0, until - time.monotonic())
            ready, _, _ = select.select([sys.stdin.fileno(), self._wakeup], [], [], left)
            if not ready:
                return False
            if self._heard_stop(ready):
                return True
        return False

    def _heard_stop(self, ready: list[int]) -> bool:
        signals = os.read(self._wakeup, 512) if self._wakeup in ready else b""
        if sys.stdin.fileno() in ready:
            if not os.read(sys.stdin.fileno(), 512):
                return True
            self._answered = True
        return any(number in signals for number in _STOP_SIGNALS)

    def _stop(self, server: subprocess.Popen[bytes]) -> int:
        for number in (self._stop_signal, signal.SIGQUIT, signal.SIGKILL):
            server.send_signal(number)
            try:
                server.wait(self._grace_s)
            except subprocess.TimeoutExpired:
                _say(f"the server ignored signal {number}")
            else:
                break
        return 0


def pause_s(short_lives: int) -> float:
    """How long to wait after so many short lives in a row; twice as long each time, up to the longest."""
    return min(FIRST_PAUSE_S * 2.0 ** min(short_lives, 10), LONGEST_PAUSE_S)


def _say(words: str) -> None:
    sys.stderr.write(f"keeper: {words}\n")
    sys.stderr.flush()


def main() -> int:
    """Reads the arguments; the server's command stands after `--`. `--folder` is there to be found by."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", required=True)
    parser.add_argument("--stop-signal", type=int, required=True)
    parser.add_argument("--grace-s", type=float, required=True)
    parser.add_argument("--become", action="append", default=[])
    parser.add_argument("command", nargs="+")
    wish = parser.parse_args()
    become = [sys.executable, "-I", "-S", str(Path(__file__).with_name("become.py")), *wish.become]
    command = [*become, "--death-signal", str(wish.stop_signal), "--", *wish.command]
    return Keeper(command, stop_signal=wish.stop_signal, grace_s=wish.grace_s).run()


if __name__ == "__main__":
    sys.exit(main())
