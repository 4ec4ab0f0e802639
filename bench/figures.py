"""What a bench measures: operations, their latencies, processor time; medians over interleaved rounds."""

from __future__ import annotations

import asyncio
import resource
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement. `per_s` operations a second, latencies in milliseconds, `cpu_us` of this process each."""

    what: str
    writers: int
    per_s: float
    p50_ms: float
    p99_ms: float
    cpu_us: float

    def row(self) -> dict[str, object]:
        """As JSON."""
        return asdict(self)


async def measure(what: str, operation: Callable[[int], Awaitable[None]], *, writers: int, seconds: float) -> Figure:
    """Runs `operation(writer)` over and over by so many writers at once."""
    latencies: list[float] = []
    before, started = _cpu_s(), time.perf_counter()
    until = started + seconds

    async def write(writer: int) -> None:
        while (begun := time.perf_counter()) < until:
            await operation(writer)
            latencies.append(time.perf_counter() - begun)

    await asyncio.gather(*(write(writer) for writer in range(writers)))
    elapsed = time.perf_counter() - started
    latencies.sort()
    return Figure(
        what,
        writers,
        len(latencies) / elapsed,
        latencies[len(latencies) // 2] * 1e3,
        latencies[int(len(latencies) * 0.99)] * 1e3,
        (_cpu_s() - before) / len(latencies) * 1e6,
    )


def median(rounds: Sequence[Figure]) -> Figure:
    """The medians of several rounds of one measurement."""
    names = ("per_s", "p50_ms", "p99_ms", "cpu_us")
    values = {name: statistics.median(getattr(one, name) for one in rounds) for name in names}
    return Figure(rounds[0].what, rounds[0].writers, **values)


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
