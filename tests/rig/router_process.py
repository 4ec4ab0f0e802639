"""A process of the house to be driven, struck, stopped and killed by tests, forked from one that has imported all.

    test ── stdin: a name ──▶ nursery ── fork ──▶ process "name" ── Unix socket ──▶ test
                                                   one JSON line a command, one a reply

Run as `python -m tests.rig.router_process CHARGE` (JSON, see `Charge`). A process is wired by `hotline.wiring.build`
like any other; only its connections can meet faults. It ends when the socket or the nursery does.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, NoReturn

import orjson
from aiohttp import web

from bots.ports import Context, Unsure
from hotline.settings import Settings
from hotline.wiring import House, application, build
from interactions.errors import HotlineError
from tests.rig.faults import MEETING, Fault, Faults, FaultyConnection, Jitter, Recording, Strike
from tests.rig.ground import KEYS
from tests.rig.house import settings
from tests.rig.process_commands import Commands
from tests.rig.shared_clock import SharedClock


@dataclass(frozen=True, slots=True)
class Charge:
    """What all processes of one nursery are made of.

    `by_hand`: only presence runs, and routing once it is told to; else everything that serves does.
    """

    socket: str
    database_url: str
    redis_url: str
    epoch: float
    overrides: Mapping[str, str]
    by_hand: bool
    delayed: float = 0.0
    lost: float = 0.0


class NeverSure:
    """A bot that leaves everything to lawyers."""

    async def answer(self, question: str, *, context: Context) -> Unsure:
        """Has no answer."""
        return Unsure(0.0, (), None)


class Process:
    """One process, and the line to its test."""

    def __init__(self, name: str, charge: Charge, chosen: Settings) -> None:
        self._name = name
        self._charge = charge
        self._chosen = chosen
        self._working: set[asyncio.Task[None]] = set()
        self._paused: list[Strike] = []

    async def live(self) -> None:
        """Serves until the line ends."""
        reader, self._writer = await asyncio.open_unix_connection(self._charge.socket, limit=1 << 24)
        jitter = Jitter(Random(self._name))
        # Every task begun from here on meets it: routers, sweeps and commands; there is none before all have begun.
        MEETING.set(jitter)
        house = self._build()
        async with contextlib.AsyncExitStack() as stack:
            url = await self._start(house, stack)
            commands = Commands(house, go_on=self._go_on)
            jitter.delayed, jitter.lost = self._charge.delayed, self._charge.lost
            self._tell(name=self._name, pid=os.getpid(), url=url)
            while line := await reader.readline():
                self._keep(asyncio.create_task(self._obey(commands, orjson.loads(line))))

    def _build(self) -> House:
        return build(
            self._chosen,
            database_url=self._charge.database_url,
            redis_url=self._charge.redis_url,
            keys=KEYS,
            clock=SharedClock(self._charge.epoch),
            bot=NeverSure(),
            opened=FaultyConnection,
        )

    async def _start(self, house: House, stack: contextlib.AsyncExitStack) -> str:
        if self._charge.by_hand:
            await house.presence.renew()
            self._keep(asyncio.create_task(house.presence.run()))
            return ""
        runner = web.AppRunner(application(house), handle_signals=False, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    async def _obey(self, commands: Commands, order: dict[str, Any]) -> None:
        """One command with its faults, and what became of it."""
        faults = self._faults(order)
        if faults is not None:
            MEETING.set(faults)
        reply: dict[str, Any] = {"id": order["id"]}
        try:
            reply["result"] = await commands.carry_out(order["command"], order["values"])
        except HotlineError as refusal:
            reply["error"] = type(refusal).__name__
        except Exception as error:
            reply["error"] = f"{type(error).__name__}: {error}"
        if isinstance(faults, Recording):
            reply["points"] = [str(point) for point in faults.points]
        self._tell(**reply)

    def _faults(self, order: dict[str, Any]) -> Faults | None:
        if order.get("record"):
            return Recording()
        if "strike" not in order:
            return None
        strike = Strike(order["strike"]["at"], Fault(order["strike"]["fault"]))
        self._paused.append(strike)
        if strike.fault is Fault.PAUSE:
            self._keep(asyncio.create_task(self._tell_reached(strike, order["id"])))
        return strike

    async def _tell_reached(self, strike: Strike, order_id: int) -> None:
        await strike.reached.wait()
        self._tell(reached=order_id)

    def _go_on(self) -> None:
        for strike in self._paused:
            strike.go_on.set()

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    def _tell(self, **said: Any) -> None:
        self._writer.write(orjson.dumps(said) + b"\n")


def nursery(charge: Charge) -> None:
    """Forks a process for each name on stdin, until that closes; then all of them end."""
    chosen = settings(**charge.overrides)
    # Nobody waits for the children here: the test hears of an end from the line.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    born: list[int] = []
    for name in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _be(Process(name.strip(), charge, chosen))
        born.append(pid)
    for pid in born:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _be(process: Process) -> NoReturn:
    os.close(sys.stdin.fileno())
    code = 1
    try:
        asyncio.run(process.live())
        code = 0
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(code)


if __name__ == "__main__":
    nursery(Charge(**orjson.loads(sys.argv[1])))
