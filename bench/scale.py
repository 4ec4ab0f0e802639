"""One house on 1, 2 and 4 worker processes: turns and matches a second, and who used the processors for them.

    this process                       processes of their own
    200 residents ── say ▶ ◀ ack ────▶ hotline serve --workers N ──▶ PostgreSQL, Redis
    200 sockets   ── frame ▶ ◀ ──────▶ N bare servers, group-committed insert ──▶ the same PostgreSQL
     64 visitors  ── 转人工 … closed ─▶ hotline serve --workers N      as fast as they are served

Sockets land on any worker, so residents and lawyers mostly meet across processes. Turns and visits have servers of
their own. What one of either costs is booked (ledger.py): from these figures `docs/scale.md` goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

import aiohttp
import orjson

from bench.consoles import staffed
from bench.figures import Figure, measure, median, percentile
from bench.ledger import Cost, stretch
from bench.processes import Running, free_port, running
from bench.progress import Step, silent
from bench.roster import seat_lawyers
from bench.servers import durable_servers
from bench.service import rescues, serving
from bench.talkers import Talker, client_session, opened, received
from bench.trees import tree_cpu_s
from hotline.embedded.servers import ServerUrls

WORKERS = (1, 2, 4)
SOCKETS, ROUNDS, ROUND_S, BOOKED_S = 200, 5, 1.5, 6.0
TALK_SEATS, TALK_PLACES = 25, 50
VISITORS, VISITS_S, WARM_UP_S = 64, 12.0, 2.0
VISIT_SEATS, VISIT_PLACES = 50, 3
# Opening is not measured: a few at once, and again where a crowded machine was too slow for one.
AT_ONCE, TRIES = 8, 5
WORDS = "转人工"
Open = Callable[[aiohttp.ClientSession, str], Awaitable[Talker]]


@dataclass(frozen=True, slots=True)
class Turns:
    """Durable web-chat turns: ours, as many bare servers, and what one of ours cost."""

    ours: Figure
    bare: Figure
    cost: Cost


@dataclass(frozen=True, slots=True)
class Visits:
    """Whole visits a second, each one match; milliseconds from 转人工 to the offer on a console.

    `unserved` visits broke off, by why; `rescued` is what only a sweep found.
    """

    per_s: float
    offer_p50_ms: float
    offer_p99_ms: float
    unserved: Mapping[str, int]
    rescued: float
    cost: Cost


@dataclass(frozen=True, slots=True)
class Scale:
    """One number of workers."""

    workers: int
    turns: Turns
    visits: Visits

    def row(self) -> dict[str, object]:
        """As JSON."""
        return asdict(self)


async def run(*, step: Step = silent) -> list[Scale]:
    """A row for each number of workers."""
    return [Scale(workers, await _turns(workers, step), await _visits(workers, step)) for workers in WORKERS]


@dataclass(frozen=True, slots=True)
class _House:
    """A service under measurement, with servers of its own."""

    urls: ServerUrls
    session: aiohttp.ClientSession
    service: Running
    folder: Path


async def _house(stack: AsyncExitStack, workers: int) -> _House:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hotline-bench-")))
    urls = await stack.enter_async_context(durable_servers())
    session = await stack.enter_async_context(client_session())
    service = await stack.enter_async_context(serving(session, urls, folder=folder, workers=workers))
    return _House(urls, session, service, folder)


async def _turns(workers: int, step: Step) -> Turns:
    """Medians of interleaved rounds, then one stretch of ours alone that is booked."""
    async with AsyncExitStack() as stack:
        house = await _house(stack, workers)
        tokens = await seat_lawyers(house.urls.database, seats=TALK_SEATS, capacity=TALK_PLACES)
        bare = [await _bare(stack, house, number) for number in range(workers)]
        consoles = staffed(house.session, house.service.url, tokens, heard=lambda *_: None, ends_talks=False, step=step)
        await stack.enter_async_context(consoles)
        ours = await _open_all(Talker.open_with_lawyer, house.session, [house.service.url])
        theirs = await _open_all(Talker.open, house.session, [one.url for one in bare])
        rounds: list[tuple[Figure, Figure]] = []
        for number in range(ROUNDS):
            step(f"{workers} workers: turns", number, ROUNDS)
            mine = await _say("durable web-chat turn", ours, ROUND_S, lambda: tree_cpu_s(house.service.process))
            limit = await _say("bare insert", theirs, ROUND_S, lambda: sum(one.cpu_s() for one in bare))
            rounds.append((mine, limit))
        cost = await _booked_turns(house, ours, workers)
        await asyncio.gather(*(talker.close() for talker in (*ours, *theirs)))
        return Turns(median([mine for mine, _ in rounds]), median([limit for _, limit in rounds]), cost)


async def _booked_turns(house: _House, talkers: Sequence[Talker], workers: int) -> Cost:
    booking = stretch(house.session, house.service, database_url=house.urls.database, workers=workers)
    async with booking as booked:
        figure = await _say("booked", talkers, BOOKED_S, lambda: 0.0)
        booked.operations = round(figure.per_s * BOOKED_S)
    return _settled(booked.cost)


def _settled(cost: Cost | None) -> Cost:
    if cost is None:
        raise RuntimeError("the stretch is not over")
    return cost


async def _say(what: str, talkers: Sequence[Talker], seconds: float, cpu_s: Callable[[], float]) -> Figure:
    return await measure(what, lambda number: talkers[number].say(), writers=len(talkers), seconds=seconds, cpu_s=cpu_s)


async def _open_all(open_one: Open, session: aiohttp.ClientSession, urls: Sequence[str]) -> list[Talker]:
    few, at = asyncio.Semaphore(AT_ONCE), itertools.cycle(urls)

    async def one() -> Talker:
        async with few:
            for _ in range(TRIES - 1):
                with contextlib.suppress(ConnectionError, TimeoutError):
                    return await open_one(session, next(at))
            return await open_one(session, next(at))

    return list(await asyncio.gather(*(one() for _ in range(SOCKETS))))


async def _bare(stack: AsyncExitStack, house: _House, number: int) -> Running:
    port = free_port()
    command = ["-m", "bench.bare_server", "insert", str(port), house.urls.database]
    log = house.folder / f"bare{number}.log"
    return await stack.enter_async_context(running(house.session, command, port=port, log=log))


@dataclass(slots=True)
class _Told:
    """When words were sent and when offers came, by interaction; `unserved` visits broke off, by why."""

    sent: dict[str, float] = field(default_factory=dict)
    offered: dict[str, float] = field(default_factory=dict)
    ended: int = 0
    unserved: Counter[str] = field(default_factory=Counter)

    def hear(self, interaction_id: str, at: float) -> None:
        """The offer of an interaction is on a console."""
        self.offered.setdefault(interaction_id, at)


async def _visits(workers: int, step: Step) -> Visits:
    told = _Told()
    async with AsyncExitStack() as stack:
        house = await _house(stack, workers)
        tokens = await seat_lawyers(house.urls.database, seats=VISIT_SEATS, capacity=VISIT_PLACES)
        consoles = staffed(house.session, house.service.url, tokens, heard=told.hear, ends_talks=True, step=step)
        await stack.enter_async_context(consoles)
        step(f"{workers} workers: visits", 0, 0)
        await _visit_for(house, _Told(), WARM_UP_S)
        booking = stretch(house.session, house.service, database_url=house.urls.database, workers=workers)
        async with booking as booked:
            begun = time.perf_counter()
            await _visit_for(house, told, VISITS_S)
            per_s = told.ended / (time.perf_counter() - begun)
            booked.operations = told.ended
        rescued = await rescues(house.session, house.service)
    waits = sorted((told.offered[one] - sent) * 1e3 for one, sent in told.sent.items() if one in told.offered)
    return Visits(per_s, percentile(waits, 0.5), percentile(waits, 0.99), told.unserved, rescued, _settled(booked.cost))


async def _visit_for(house: _House, told: _Told, seconds: float) -> None:
    until = time.perf_counter() + seconds

    async def visit_again() -> None:
        while time.perf_counter() < until:
            await _visit(house, told)

    await asyncio.gather(*(visit_again() for _ in range(VISITORS)))


async def _visit(house: _House, told: _Told) -> None:
    """One resident from the first page to the last word."""
    try:
        page = await opened(house.session, house.service.url)
        sent = time.perf_counter()
        await page.send_str(orjson.dumps({"type": "say", "client_id": "first", "text": WORDS}).decode())
        ack = await received(page, type="ack")
        told.sent[ack["interaction_id"]] = sent
        await received(page, type="state", state="closed")
        await page.close()
        told.ended += 1
    except (ConnectionError, TimeoutError, aiohttp.ClientError) as error:
        told.unserved[str(error) or type(error).__name__] += 1
