"""Durable web-chat turns through real sockets, beside bare sockets of the same run.

    this process                             processes of their own
    N residents ── say ▶ ◀ ack ──────────▶ hotline serve ──────────▶ PostgreSQL
    N sockets   ── frame ▶ ◀ frame ──────▶ bare aiohttp echo
    N sockets   ── frame ▶ ◀ frame ──────▶ bare aiohttp, group-committed insert ──▶ the same PostgreSQL

Every resident is served by a lawyer whose console is open and shown each turn, so that the bot does not speak and the
whole way of a turn is paid for: parsed, paced, triaged, sealed, chained, committed, acknowledged, and shown to two.
The bare servers answer each frame with that frame. Client code and frame are the same; rounds are interleaved.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bench.consoles import staffed
from bench.figures import Figure, measure, median
from bench.processes import Running, free_port, running
from bench.progress import Step, silent
from bench.roster import seat_lawyers
from bench.service import serving
from bench.talkers import Talker, client_session
from hotline.embedded.servers import ServerUrls

SOCKETS = (1, 16, 200, 1_000)
ROUNDS = 5
SECONDS = 1.5
SEATS, CAPACITY = 25, 50
AT_ONCE = 32
ECHO, INSERT, SERVICE = "bare echo", "bare group-committed insert", "durable web-chat turn"
Open = Callable[[aiohttp.ClientSession, str], Awaitable[Talker]]


@dataclass(slots=True)
class Contender:
    """A server and the sockets that talk to it."""

    what: str
    server: Running
    open: Open
    talkers: list[Talker] = field(default_factory=list)

    async def grow(self, session: aiohttp.ClientSession, *, sockets: int, step: Step) -> None:
        """Opens sockets, a few at a time, until there are so many."""
        few = asyncio.Semaphore(AT_ONCE)

        async def open_one() -> None:
            async with few:
                self.talkers.append(await self.open(session, self.server.url))
            step(f"sockets open: {self.what}", len(self.talkers), sockets)

        await asyncio.gather(*(open_one() for _ in range(sockets - len(self.talkers))))

    async def measured(self, sockets: int) -> Figure:
        """One round with the first so many sockets; the processor time is the server's."""
        return await measure(
            self.what,
            lambda number: self.talkers[number].say(),
            writers=sockets,
            seconds=SECONDS,
            cpu_s=self.server.cpu_s,
        )


async def run(urls: ServerUrls, *, step: Step = silent) -> list[Figure]:
    """Medians of interleaved rounds, for each number of sockets."""
    figures: list[Figure] = []
    async with client_session() as session, contenders(session, urls, step=step) as all_of_them:
        for sockets in SOCKETS:
            for one in all_of_them:
                await one.grow(session, sockets=sockets, step=step)
            figures += await _rounds(all_of_them, sockets, step=step)
    return figures


async def _rounds(all_of_them: list[Contender], sockets: int, *, step: Step) -> list[Figure]:
    rounds: list[list[Figure]] = [[] for _ in all_of_them]
    for number in range(ROUNDS):
        step(f"turns of {sockets:,} sockets", number, ROUNDS)
        for one, measured in zip(all_of_them, rounds, strict=True):
            measured.append(await one.measured(sockets))
    return [median(measured) for measured in rounds]


@asynccontextmanager
async def contenders(
    session: aiohttp.ClientSession, urls: ServerUrls, *, step: Step, profile: Path | None = None
) -> AsyncIterator[list[Contender]]:
    """The three servers, up and with no resident yet."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hotline-bench-")))
        echo = await _bare(stack, session, "echo", folder=folder)
        insert = await _bare(stack, session, "insert", urls.database, folder=folder)
        service = await stack.enter_async_context(serving(session, urls, folder=folder, profile=profile))
        tokens = await seat_lawyers(urls.database, seats=SEATS, capacity=CAPACITY)
        consoles = staffed(session, service.url, tokens, heard=lambda *_: None, ends_talks=False, step=step)
        await stack.enter_async_context(consoles)
        made = [
            Contender(ECHO, echo, Talker.open),
            Contender(INSERT, insert, Talker.open),
            Contender(SERVICE, service, Talker.open_with_lawyer),
        ]
        yield made
        await asyncio.gather(*(talker.close() for one in made for talker in one.talkers))


async def _bare(
    stack: AsyncExitStack, session: aiohttp.ClientSession, kind: str, *database: str, folder: Path
) -> Running:
    port = free_port()
    command = ["-m", "bench.bare_server", kind, str(port), *database]
    return await stack.enter_async_context(running(session, command, port=port, log=folder / f"{kind}.log"))
