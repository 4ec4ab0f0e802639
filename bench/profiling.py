"""Where a web-chat turn's time goes in the service: `python -m bench.profiling [SOCKETS]`.

Runs the service under cProfile while residents talk, and prints the functions with the most time of their own. The
profiler makes calls dearer than they are: what it shows is the order, not the sum.
"""

from __future__ import annotations

import asyncio
import pstats
import signal
import sys
import tempfile
from pathlib import Path

from bench.figures import Figure, median
from bench.processes import allow_many_sockets
from bench.progress import silent
from bench.servers import durable_servers
from bench.talkers import client_session
from bench.web_turns import ROUNDS, SERVICE, contenders

MOST = 25


def main(sockets: int = 200) -> None:
    """Prints the profile."""
    allow_many_sockets()
    with tempfile.TemporaryDirectory(prefix="hotline-profile-") as folder:
        path = Path(folder) / "service.prof"
        figure = asyncio.run(_talk(sockets, path))
        print(f"{figure.per_s:,.0f} turns a second under the profiler, {figure.cpu_us:,.0f} µs each")
        pstats.Stats(str(path)).sort_stats("tottime").print_stats(MOST)


async def _talk(sockets: int, profile: Path) -> Figure:
    async with (
        durable_servers() as urls,
        client_session() as session,
        contenders(session, urls, step=silent, profile=profile) as all_of_them,
    ):
        (service,) = (one for one in all_of_them if one.what == SERVICE)
        await service.grow(session, sockets=sockets, step=silent)
        await service.measured(sockets)
        service.server.process.send_signal(signal.SIGUSR1)
        figure = median([await service.measured(sockets) for _ in range(ROUNDS)])
        service.server.process.send_signal(signal.SIGUSR2)
        # The profile is written by the time the next turn is answered.
        await service.measured(1)
    return figure


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
