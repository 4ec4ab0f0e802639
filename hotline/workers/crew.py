"""The crew as a value: the workers of one instance as their parent last counted them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector


@dataclass(frozen=True, slots=True)
class Count:
    """How many workers there should be, how many serve, how often one was started again."""

    wanted: int
    serving: int = 0
    restarted: int = 0

    def line(self) -> bytes:
        """As one line, from the parent to each worker."""
        return orjson.dumps(asdict(self)) + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Count:
        """What `line` said."""
        return cls(**orjson.loads(line))


@dataclass(slots=True, eq=False)
class Crew:
    """What a worker knows of its crew: its own number, the last count it was told, and everybody's metrics.

    Each worker writes what it counts into files of its own under `metrics_folder` (prometheus_client's mode for
    several processes), so that any of them tells the sum of all, and what a killed one had counted stays counted.
    `work_ended` is called when work of this worker ended unasked: it leaves, and its parent starts another.
    """

    number: int
    metrics_folder: Path
    work_ended: Callable[[], None]
    count: Count = field(default_factory=lambda: Count(wanted=1))

    def exposition(self) -> bytes:
        """Prometheus text of all workers together."""
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(self.metrics_folder))  # type: ignore[no-untyped-call]
        registry.register(self)
        return generate_latest(registry)

    def collect(self) -> list[GaugeMetricFamily | CounterMetricFamily]:
        """The count as metrics: a prometheus_client collector."""
        workers = GaugeMetricFamily("hotline_workers", "Worker processes: wanted, and serving", labels=["state"])
        workers.add_metric(["wanted"], self.count.wanted)
        workers.add_metric(["serving"], self.count.serving)
        restarts = "Workers started again because one had ended by itself"
        return [workers, CounterMetricFamily("hotline_worker_restarts", restarts, value=self.count.restarted)]
