"""Random interleavings until Ctrl-C, on a PostgreSQL of its own: `make soak`.

    SEED=n ─▶ the same sequence again          SEED=n-17 ─▶ its seventeenth alone
    SEED=x KIND=capacity [LOST=0.06] ─▶ the interleaving that a report named

The first one that does not hold is told with its seed, its steps and the log of its interactions; then it ends with 1.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import structlog

from tests.rig import databases, servers
from tests.rig.interleavings import KINDS, LOST, Broken, Stage, stage

# A fresh database now and then: what all those scenes leave behind is not what is tested.
SCENES = 1_000
TOLD_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: a sequence from `seed`, or with `only` the one interleaving."""

    seed: str
    kind: str | None
    lost: float
    only: bool

    @classmethod
    def of(cls, environ: dict[str, str]) -> Wish:
        """As the variables say; a seed of its own without."""
        seed = environ.get("SEED") or str(time.time_ns() % 10**9)
        kind = environ.get("KIND") or None
        if kind is not None and kind not in KINDS:
            raise SystemExit(f"KIND: expected one of {', '.join(KINDS)}")
        only = bool(environ.get("SEED")) and ("-" in seed or kind is not None)
        return cls(seed, kind, float(environ.get("LOST") or 0), only)


@dataclass(slots=True)
class Soak:
    """How far it came."""

    wish: Wish
    played: int = 0
    traces: set[int] = field(default_factory=set)
    started: float = field(default_factory=time.monotonic)
    told_at: float = 0.0

    def run(self, server_url: str) -> None:
        """Until interrupted, or once for a single wish; raises `Broken`."""
        while True:
            with databases.fresh_database(server_url) as url:
                asyncio.run(self._scenes(url))
            if self.wish.only:
                return

    async def _scenes(self, url: str) -> None:
        async with stage(url) as on:
            for _ in range(1 if self.wish.only else SCENES):
                await self._one(on)

    async def _one(self, on: Stage) -> None:
        seed = self.wish.seed if self.wish.only else f"{self.wish.seed}-{self.played}"
        kind, lost = self._kind(seed)
        made = await on.play(kind, seed, lost=lost)
        self.played += 1
        self.traces.add(hash("\n".join(made.trace)))
        self._tell()

    def _kind(self, seed: str) -> tuple[str, float]:
        """Which kind a seed means; every third interleaving loses connections."""
        if self.wish.kind is not None:
            return self.wish.kind, self.wish.lost
        random = Random(seed)
        kind = random.choice(sorted(KINDS))
        return kind, LOST if kind != "limbo" and random.random() < 1 / 3 else 0.0

    def _tell(self) -> None:
        now = time.monotonic()
        if now - self.told_at < TOLD_EVERY_S:
            return
        self.told_at = now
        pace = self.played / (now - self.started)
        line = f"{self.played:,} interleavings, {len(self.traces):,} different, {pace:.0f}/s — SEED={self.wish.seed}"
        print(f"\r{line}", end="" if sys.stdout.isatty() else "\n", flush=True)


def main() -> int:
    """0 when interrupted or done, 1 with a report."""
    wish = Wish.of(dict(os.environ))
    # Lost connections are meant here; the house need not tell of each.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    print(f"seed {wish.seed}; Ctrl-C ends it, SEED={wish.seed} plays the same again")
    soak = Soak(wish)
    # A shell's background job would hand down an ignored SIGINT.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="soak-") as folder, servers.postgres(Path(folder)) as url:
        databases.make_template(url)
        try:
            soak.run(url)
        except Broken as broken:
            print(f"\nafter {soak.played:,} that held:\n{broken}")
            return 1
        except KeyboardInterrupt:
            pass
    print(f"\n{soak.played:,} interleavings held, {len(soak.traces):,} different")
    return 0


if __name__ == "__main__":
    sys.exit(main())
