"""The test's side of several operating-system processes of the house: started, ordered, struck, stopped, killed.

async with fleet(…) as house:                four processes on one database and one Redis
    await house.members[0].order("accept", offer_id=…)        a result, `Refused`, or `Died`
    house.members[1].kill(); await house.start("again")
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson
from redis.asyncio import Redis

from hotline.redis_wakes import CHANNEL
from tests.rig.faults import Fault
from tests.rig.router_process import Charge
from tests.rig.shared_clock import SharedClock
from tests.rig.waiting import until_found

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE_S = 60.0


class Died(Exception):
    """The process ended before it replied."""


class Refused(Exception):
    """The command was refused; the message is the error's name."""


@dataclass(slots=True)
class Member:
    """One process; `url` where it serves, empty where it is driven by hand."""

    name: str
    pid: int
    url: str
    writer: asyncio.StreamWriter
    replies: dict[int, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)
    reached: dict[int, asyncio.Event] = field(default_factory=dict)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    async def order(self, command: str, **values: Any) -> Any:
        """What became of it; raises `Refused` or `Died`."""
        return (await self._send(command, values))["result"]

    async def record(self, command: str, **values: Any) -> list[str]:
        """The fault points it passes, in order; it must succeed."""
        reply = await self._send(command, values, record=True)
        return list(reply["points"])

    async def strike(self, command: str, *, at: int, fault: Fault, **values: Any) -> Any:
        """Carries it out with a fault at its `at`-th point."""
        return (await self._send(command, values, strike={"at": at, "fault": fault.value}))["result"]

    async def pause_in(self, command: str, *, at: int, **values: Any) -> asyncio.Task[dict[str, Any]]:
        """Begins it and returns once it stands at its `at`-th point; the task is its outcome."""
        number = next(self.numbers)
        self.reached[number] = asyncio.Event()
        strike = {"at": at, "fault": Fault.PAUSE.value}
        sent = asyncio.create_task(self._send(command, values, number=number, strike=strike))
        async with asyncio.timeout(PATIENCE_S):
            await self.reached[number].wait()
        return sent

    def kill(self) -> None:
        """kill -9."""
        os.kill(self.pid, signal.SIGKILL)

    def freeze(self) -> None:
        """It stands still, with all it holds."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on, and does not know that time has passed."""
        os.kill(self.pid, signal.SIGCONT)

    async def _send(
        self, command: str, values: Mapping[str, Any], *, number: int | None = None, **rest: Any
    ) -> dict[str, Any]:
        chosen = next(self.numbers) if number is None else number
        future = self.replies[chosen] = asyncio.get_running_loop().create_future()
        if self.gone.is_set():
            raise Died(self.name)
        self.writer.write(orjson.dumps({"id": chosen, "command": command, "values": values, **rest}) + b"\n")
        try:
            async with asyncio.timeout(PATIENCE_S):
                reply: dict[str, Any] = await future
        except TimeoutError as error:
            raise AssertionError(f"{self.name} never said what became of {command}") from error
        if "error" in reply:
            raise Refused(reply["error"])
        return reply

    def took(self, said: Mapping[str, Any]) -> None:
        """Something it says."""
        if "reached" in said:
            self.reached[said["reached"]].set()
        elif said["id"] in self.replies:
            self.replies.pop(said["id"]).set_result(dict(said))

    def ended(self) -> None:
        """The line is closed: whoever waits for a reply waits in vain."""
        self.gone.set()
        for future in self.replies.values():
            if not future.done():
                future.set_exception(Died(self.name))
        self.replies.clear()


@dataclass(slots=True)
class Fleet:
    """All processes of one nursery."""

    nursery: asyncio.subprocess.Process
    clock: SharedClock
    members: list[Member] = field(default_factory=list)
    _born: dict[str, asyncio.Future[Member]] = field(default_factory=dict)

    async def start(self, name: str) -> Member:
        """One more, once it is ready."""
        self._born[name] = asyncio.get_running_loop().create_future()
        if self.nursery.stdin is None:
            raise AssertionError("no way to ask for another")
        self.nursery.stdin.write(f"{name}\n".encode())
        async with asyncio.timeout(PATIENCE_S):
            member = await self._born[name]
        self.members.append(member)
        return member

    async def replace(self, member: Member) -> Member:
        """A new process in place of one that died."""
        async with asyncio.timeout(PATIENCE_S):
            await member.gone.wait()
        self.members.remove(member)
        return await self.start(f"{member.name.partition(' after ')[0]} after {member.pid}")

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A process that says who it is, and then what became of its orders."""
        hello = orjson.loads(await reader.readline() or b"{}")
        if not hello:
            return
        member = Member(hello["name"], hello["pid"], hello["url"], writer)
        self._born[member.name].set_result(member)
        with contextlib.suppress(ConnectionError):
            while line := await reader.readline():
                member.took(orjson.loads(line))
        member.ended()
        writer.close()


@contextlib.asynccontextmanager
async def fleet(
    database_url: str,
    redis_url: str,
    *,
    count: int = 4,
    by_hand: bool = False,
    overrides: Mapping[str, str] | None = None,
    delayed: float = 0.0,
    lost: float = 0.0,
) -> AsyncIterator[Fleet]:
    """So many processes of the house; all of them end with the block."""
    clock = SharedClock.starting_now()
    with tempfile.TemporaryDirectory(prefix="fleet-") as folder:
        charge = Charge(f"{folder}/line", database_url, redis_url, clock.epoch, overrides or {}, by_hand, delayed, lost)
        nursery = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.rig.router_process",
            orjson.dumps(asdict(charge)).decode(),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
        )
        made = Fleet(nursery, clock)
        server = await asyncio.start_unix_server(made.meet, f"{folder}/line", limit=1 << 24)
        try:
            await asyncio.gather(*(made.start(f"process {number}") for number in range(1, count + 1)))
            if not by_hand:
                await _until_all_listen(redis_url, count)
            yield made
        finally:
            await _end(made, server)


async def _until_all_listen(redis_url: str, count: int) -> None:
    """Until then a wake-up reaches some and not others, as in the first moment after any start."""
    async with Redis.from_url(redis_url) as redis:

        async def all_listen() -> bool:
            return bool((await redis.pubsub_numsub(CHANNEL))[0][1] >= count)

        await until_found(all_listen)


async def _end(made: Fleet, server: asyncio.Server) -> None:
    for member in made.members:
        with contextlib.suppress(ProcessLookupError):
            member.thaw()
    if made.nursery.stdin is not None:
        made.nursery.stdin.close()
    await made.nursery.wait()
    server.close()
