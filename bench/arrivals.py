"""From a resident's “转人工” to the offer on a lawyer's screen, with seats idle and residents arriving at random.

    this process                                          hotline serve
    page opens, hello, welcome
    “转人工” sent ──┐                                      stored ─▶ in line ─▶ round ─▶ offer
                   │ the latency, on this process's clock                                │
    offer frame ◀──┴── a console ◀────────────────────────────────────────────────────────┘
    accept ──▶ the talk goes on                              (seats idle: places enough for all who come)
       └─────▶ release ─▶ wrap-up; the page closes           (whole visits: the place is free again)

Arrivals are Poisson with a fixed seed, so that some come together, as people do. Everything an arrival brings runs in
the same seconds: a new token, the first words, acceptance, and of whole visits release, wrap-up, the end of the page.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import aiohttp
import orjson

from bench.consoles import staffed
from bench.figures import percentile
from bench.processes import Running
from bench.progress import Step, silent
from bench.roster import seat_lawyers
from bench.service import rescues, serving
from bench.talkers import client_session, opened, received
from hotline.embedded.servers import ServerUrls

PER_S = 50.0
WARM_UP_S = 2.0
WORDS = "转人工"


@dataclass(frozen=True, slots=True)
class Course:
    """What becomes of those who arrive, for so many seconds, at seats with so many places each."""

    name: str
    ends_talks: bool
    seconds: float
    capacity: int


# 15 seats with 50 places each hold everybody who comes in these seconds, also those of the warm-up.
IDLE = Course("seats idle", ends_talks=False, seconds=12.0, capacity=50)
WHOLE = Course("whole visits", ends_talks=True, seconds=20.0, capacity=3)
COURSES = (IDLE, WHOLE)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """One run: latencies from words to offer in milliseconds, ordered; `lost` arrived and never became an offer.

    `per_s` is how many were served a second where `asked_per_s` arrived; `rescued` is what only a sweep found;
    `cpu_us` the service's for one arrival; `late_p99_ms` how late this process itself let residents arrive.
    """

    course: str
    seats: int
    asked_per_s: float
    per_s: float
    latencies_ms: list[float]
    lost: int
    rescued: float
    cpu_us: float
    late_p99_ms: float

    def at(self, share: float) -> float:
        """The latency that `share` of the arrivals did not exceed; endless where those without an offer reach it."""
        return percentile([*self.latencies_ms, *[math.inf] * self.lost], share)

    def row(self) -> dict[str, object]:
        """As JSON, percentiles first."""
        found = {f"p{share:.0%}_ms".replace("%", ""): self.at(share) for share in (0.5, 0.9, 0.99)}
        return {**{name: at if math.isfinite(at) else None for name, at in found.items()}, **asdict(self)}


@dataclass(slots=True)
class _Told:
    """When words were sent and when offers arrived, by interaction; `arrived` counts pages, also those refused."""

    arrived: int = 0
    sent: dict[str, float] = field(default_factory=dict)
    offered: dict[str, float] = field(default_factory=dict)
    late_s: list[float] = field(default_factory=list)
    pages: list[aiohttp.ClientWebSocketResponse] = field(default_factory=list)

    def hear(self, interaction_id: str, at: float) -> None:
        """The offer of an interaction is on a console; the first one counts."""
        self.offered.setdefault(interaction_id, at)


async def run(urls: ServerUrls, *, course: Course, seats: int, step: Step = silent) -> Arrivals:
    """One run with so many seats, on servers of its own."""
    told = _Told()
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        async with client_session() as session, serving(session, urls, folder=Path(folder)) as service:
            visits = _Visits(session, service, course)
            tokens = await seat_lawyers(urls.database, seats=seats, capacity=course.capacity)
            async with staffed(session, service.url, tokens, heard=told.hear, ends_talks=course.ends_talks, step=step):
                warm_up = _Told()
                await visits.arrive(warm_up, seconds=WARM_UP_S, step=silent)
                cpu_s, started = service.cpu_s(), time.perf_counter()
                await visits.arrive(told, seconds=course.seconds, step=step)
                elapsed, cpu_s = time.perf_counter() - started, service.cpu_s() - cpu_s
                await asyncio.gather(*(page.close() for page in (*warm_up.pages, *told.pages)))
                rescued = await rescues(session, service)
                return _result(told, course, seats, elapsed=elapsed, cpu_s=cpu_s, rescued=rescued)


def _result(told: _Told, course: Course, seats: int, *, elapsed: float, cpu_s: float, rescued: float) -> Arrivals:
    found = sorted((told.offered[one] - sent) * 1e3 for one, sent in told.sent.items() if one in told.offered)
    return Arrivals(
        course=course.name,
        seats=seats,
        asked_per_s=PER_S,
        per_s=len(found) / elapsed,
        latencies_ms=found,
        lost=told.arrived - len(found),
        rescued=rescued,
        cpu_us=cpu_s / told.arrived * 1e6,
        late_p99_ms=percentile(sorted(told.late_s), 0.99) * 1e3,
    )


def arrival_times(*, seconds: float, per_s: float, seed: int = 1) -> Iterator[float]:
    """Seconds from the start at which somebody arrives: Poisson, the same for the same seed."""
    chance = random.Random(seed)
    at = chance.expovariate(per_s)
    while at < seconds:
        yield at
        at += chance.expovariate(per_s)


@dataclass(frozen=True, slots=True)
class _Visits:
    """Residents who come to one service, each as the course has it."""

    session: aiohttp.ClientSession
    service: Running
    course: Course

    async def arrive(self, told: _Told, *, seconds: float, step: Step) -> None:
        """Lets residents arrive; returns when each has a lawyer, and where talks end, has left."""
        started = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for at in arrival_times(seconds=seconds, per_s=PER_S):
                due = started + at
                await asyncio.sleep(due - time.perf_counter())
                told.late_s.append(time.perf_counter() - due)
                told.arrived += 1
                group.create_task(self._visit(told))
                step(f"arrivals, {self.course.name}", at, seconds)

    async def _visit(self, told: _Told) -> None:
        """One resident's visit; whoever is refused or not served in time has arrived all the same."""
        with contextlib.suppress(ConnectionError, TimeoutError, aiohttp.ClientError):
            page = await opened(self.session, self.service.url)
            told.pages.append(page)
            sent = time.perf_counter()
            await page.send_str(orjson.dumps({"type": "say", "client_id": "first", "text": WORDS}).decode())
            ack = await received(page, type="ack")
            told.sent[ack["interaction_id"]] = sent
            if not self.course.ends_talks:
                await received(page, type="state", state="with_lawyer")
                return
            await received(page, type="state", state="closed")
            await page.close()
