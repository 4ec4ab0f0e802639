"""Processor time of whole families of processes: a parent with its workers, a PostgreSQL with its backends."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psutil

from bench.figures import cpu_s_here


@dataclass(frozen=True, slots=True)
class Split:
    """Processor seconds by who used them."""

    service: float = 0.0
    postgres: float = 0.0
    redis: float = 0.0
    client: float = 0.0

    def since(self, before: Split) -> Split:
        """What was used after `before` was read."""
        return Split(
            self.service - before.service,
            self.postgres - before.postgres,
            self.redis - before.redis,
            self.client - before.client,
        )

    @property
    def postgres_share(self) -> float:
        """PostgreSQL's part of what the house itself used; the load generator is not part of it."""
        return self.postgres / (self.service + self.postgres + self.redis)


def tree_cpu_s(root: psutil.Process) -> float:
    """Processor seconds of a process and all below it, also of those that ended and were waited for."""
    return sum(_cpu_s(one) for one in [root, *root.children(recursive=True)])


def reader(service: psutil.Process) -> Callable[[], Split]:
    """Reads the split between `service`, the bench's own servers and this process."""
    postgres, redis = _servers("postgres"), _servers("redis-server")
    return lambda: Split(tree_cpu_s(service), _sum(postgres), _sum(redis), cpu_s_here())


def _servers(name: str) -> list[psutil.Process]:
    """Those of that name that this process has started through keepers, without what they started themselves."""
    found = [one for one in psutil.Process().children(recursive=True) if one.name() == name]
    return [one for one in found if one.parent() not in found]


def _sum(roots: Sequence[psutil.Process]) -> float:
    return sum(tree_cpu_s(root) for root in roots)


def _cpu_s(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.NoSuchProcess):
        used = process.cpu_times()
        return float(used.user + used.system + used.children_user + used.children_system)
    return 0.0
