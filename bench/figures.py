"""What a bench measures: operations, their latencies, processor time; medians over interleaved rounds."""

from __future__ import annotations

import asyncio
import math
import resource
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement. `per_s` operations a second, latencies in milliseconds, `cpu_us` of the one measured each."""

    what: str
    writers: int
    per_s: float
    p50_ms: float
    p99_ms: float
    cpu_us: float

    def row(self) -> dict[str, object]:
        """As JSON."""
        return asdict(self)


def cpu_s_here() -> float:
    """Processor seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def measure(
    what: str,
    operation: Callable[[int], Awaitable[None]],
    *,
    writers: int,
    seconds: float,
    cpu_s: Callable[[], float] = cpu_s_here,
) -> Figure:
    """Runs `operation(writer)` over and over by so many writers at once; `cpu_s` reads the clock of whom it costs."""
    latencies: list[float] = []
    before, started = cpu_s(), time.perf_counter()
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
        percentile(latencies, 0.5) * 1e3,
        percentile(latencies, 0.99) * 1e3,
        (cpu_s() - before) / len(latencies) * 1e6,
    )


def median(rounds: Sequence[Figure]) -> Figure:
    """The medians of several rounds of one measurement."""
    names = ("per_s", "p50_ms", "p99_ms", "cpu_us")
    values = {name: statistics.median(getattr(one, name) for one in rounds) for name in names}
    return Figure(rounds[0].what, rounds[0].writers, **values)


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of `ordered`, which is not empty, does not exceed: the nearest rank."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
