"""What a crew shares: counts, loads, doors, metrics, connections of the database, the lifeline."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client import Gauge

from hotline.metrics import Metrics
from hotline.workers.crew import Count
from hotline.workers.doors import address_of, open_doors
from hotline.workers.enough import too_many
from hotline.workers.loads import Loads
from hotline.workers.metrics_folder import metrics_folder
from interactions.errors import Unavailable

ROOT = Path(__file__).resolve().parent.parent.parent.parent
STUCK = """
import asyncio, sys, time
from hotline.workers import lifeline
lifeline.LAST_S = 1
async def stuck():
    line = lifeline.Lifeline(int(sys.argv[1]), counted=lambda _: None, orphaned=lambda: None)
    line.start()
    line.serving()
    time.sleep(600)
asyncio.run(stuck())
"""


def test_a_count_arrives_as_it_was_sent() -> None:
    count = Count(wanted=4, serving=3, restarted=7)

    assert Count.from_line(count.line()) == count


def test_everybody_sees_who_holds_how_many() -> None:
    parents = Loads.made(workers=3)
    first, second = (Loads(os.dup(parents.fileno), workers=3) for _ in range(2))

    first.set(0, 5)
    second.set(1, 2)
    assert first.more_than_least(0) == 5
    parents.set(2, 3)

    assert (first.more_than_least(0), second.more_than_least(1)) == (3, 0)


def test_a_port_that_is_taken_is_named() -> None:
    doors = open_doors("127.0.0.1", 0)
    port = doors[0].getsockname()[1]

    with pytest.raises(Unavailable, match=f"127.0.0.1:{port}"):
        open_doors("127.0.0.1", port)

    assert address_of(doors, "127.0.0.1") == f"http://127.0.0.1:{port}"
    doors[0].close()


def test_every_address_of_a_name_is_at_one_port() -> None:
    doors = open_doors("localhost", 0)

    assert len({door.getsockname()[1] for door in doors}) == 1
    for door in doors:
        door.close()


@pytest.mark.parametrize(("workers", "pool_size"), [(1, 10), (8, 10), (4, 23)])
def test_enough_connections_are_enough(workers: int, pool_size: int) -> None:
    assert too_many(workers, pool_size, free=197) is None


@pytest.mark.parametrize(
    ("workers", "pool_size", "ways"),
    [
        (9, 10, "server.workers ≤ 8 or interactions.database.pool_size ≤ 9 or a larger max_connections"),
        (1, 200, "expected interactions.database.pool_size ≤ 97 or a larger"),
        (64, 100, "expected a larger max_connections"),
    ],
)
def test_too_few_say_what_would_fit(workers: int, pool_size: int, ways: str) -> None:
    told = too_many(workers, pool_size, free=197)

    assert told is not None
    assert ways in told


def test_a_gauge_shows_what_is_and_not_one_workers_share_of_it() -> None:
    gauges = [one for one in vars(Metrics()).values() if isinstance(one, Gauge)]

    assert gauges
    assert {gauge._multiprocess_mode for gauge in gauges} == {"mostrecent"}


def test_folders_of_crews_that_are_gone_are_cleared_and_those_in_use_are_not(tmp_path: Path) -> None:
    with metrics_folder(tmp_path) as used, metrics_folder(tmp_path) as also_used:
        assert used.is_dir()
        assert also_used.is_dir()
    left = tmp_path / "metrics" / "left"
    left.mkdir()
    (left / "lock").touch()

    with metrics_folder(tmp_path) as fresh:
        assert list((tmp_path / "metrics").iterdir()) == [fresh]


def test_a_worker_stuck_in_its_loop_ends_when_its_parent_is_gone() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        worker = subprocess.Popen(  # noqa: S603 - our own lines
            [sys.executable, "-c", STUCK, str(theirs.fileno())], pass_fds=[theirs.fileno()], cwd=ROOT
        )
        assert ours.recv(64) == b"serving\n"
    ended = worker.wait(30)

    assert ended == -signal.SIGALRM
