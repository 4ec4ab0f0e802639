"""Redis stopped, PostgreSQL restarted, with residents talking and arriving at several workers.

What is true of an outage is what the log and the counters say after it. An outage lasts until everybody went on
through it; `make outages` holds each for 30 s, and prints what went on meanwhile.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import asyncpg
import psutil
import pytest

from tests.rig import checker
from tests.rig.crews import all_serve, quick
from tests.rig.load import Load, at_work
from tests.rig.service import Service, free_port
from tests.rig.waiting import until_found

OUTAGE_S = float(os.environ.get("HOTLINE_TEST_OUTAGE_S", "0"))
WORKERS = 2
COUNTED = ("hotline_wakes_dropped_total", "hotline_rescues_total")
# Seats may take three at once from the start, and nobody is slowed down for talking without a pause.
BUSY = {
    "HOTLINE_ROUTING__RAMP_UP": "{cap: 3, step_s: 60}",
    "HOTLINE_CHANNELS__WEB_CHAT__PACE": "{count: 100000, per_s: 1}",
    "HOTLINE_AGENTS__CONSOLE__PACE": "{count: 100000, per_s: 1}",
}


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    """An instance with two workers on its own durable servers."""
    made = Service(tmp_path, free_port(), environ={**quick(tmp_path), **BUSY}, arguments=("--workers", str(WORKERS)))
    try:
        async with aiohttp.ClientSession() as session:
            await made.start(session)
            # One that still starts would take the instance with it: that a first start fails is told at once.
            await all_serve(session, made, restarted=0)
        yield made
    finally:
        made.kill_everything()


@pytest.mark.parametrize("how", ["stopped", "killed"])
async def test_without_redis_turns_and_offers_go_on_and_what_was_missed_is_counted(
    session: aiohttp.ClientSession, service: Service, how: str
) -> None:
    redis, keeper = _process(service, "redis-server"), _keeper(service, "redis")
    async with at_work(session, service.url) as load:
        await load.go_on()
        before = await _counters(session, service)

        # Who keeps it would start it again at once.
        keeper.suspend()
        redis.suspend() if how == "stopped" else redis.kill()
        outage = Stretch(load)
        await load.go_on(also=outage.long_enough)
        await _until_counted(session, service, load, since=before)
        assert (await _ready(session, service))["redis"] == "down"
        redis.resume() if how == "stopped" else None
        keeper.resume()
        outage.tell(f"Redis {how}")

        back = Stretch(load)
        await _until_ready(session, service)
        after = await _quiet(session, service, load)
        back.tell("until nothing had to be rescued any more")

    _say({name: after[name] - before[name] for name in COUNTED})
    assert all(after[name] > before[name] for name in COUNTED)
    await _nothing_is_lost(service, load)


@pytest.mark.parametrize(
    "how", [pytest.param(signal.SIGINT, id="restarted"), pytest.param(signal.SIGKILL, id="killed")]
)
async def test_while_postgres_restarts_pages_are_told_to_try_again_and_what_was_acknowledged_stays(
    session: aiohttp.ClientSession, service: Service, how: signal.Signals
) -> None:
    keeper = _keeper(service, "postgres")
    (postmaster,) = (one for one in keeper.children() if one.name() == "postgres")
    async with at_work(session, service.url) as load:
        await load.go_on()

        keeper.suspend()
        postmaster.send_signal(how)
        outage = Stretch(load)
        await load.until(lambda: all(page.refused["unavailable"] for page in load.talkers) and outage.long_enough())
        keeper.resume()
        outage.tell(f"PostgreSQL ended with {how.name}")

        back = Stretch(load)
        await load.go_on()
        await _until_ready(session, service)
        back.tell("until everybody had gone on")

    await _nothing_is_lost(service, load)


async def _nothing_is_lost(service: Service, load: Load) -> None:
    """Told by the log alone, and by the command that verifies it; no talk was taken from its lawyer."""
    connection = await asyncpg.connect((service.folder / "postgres" / "url").read_text())
    # One moment for log and rows: the service goes on with those who are still in line.
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        facts = await checker.read_on(connection)
        assert await checker.against_heads(connection, facts) == []
    await connection.close()
    assert checker.check(facts, acknowledged=load.acknowledged) == []
    assert [fact for fact in facts if fact.kind == "interaction.returned"] == []
    # No work of any worker ended over it, and no worker.
    assert ".ended" not in (service.folder / "service.log").read_text()
    verified = service.command("log", "verify")
    assert verified.returncode == 0, verified.stdout
    assert service.interrupt() == 0
    assert service.processes() == []
    _say(f"acknowledged {len(load.acknowledged)}, all in the log once; told `unavailable` {load.refused} times")


async def _quiet(session: aiohttp.ClientSession, service: Service, load: Load) -> dict[str, float]:
    """The counters once everybody goes on without a rescue: back to normal, by itself."""
    async with load.patience():
        while True:
            before = await _counters(session, service)
            await load.go_on()
            after = await _counters(session, service)
            if after == before:
                return after


async def _until_counted(
    session: aiohttp.ClientSession, service: Service, load: Load, *, since: dict[str, float]
) -> None:
    """Returns once everybody went on for as long as it takes until something was dropped and something rescued."""
    async with load.patience():
        while any(now <= since[name] for name, now in (await _counters(session, service)).items()):
            await load.go_on(sentences=1, visits=1)


async def _counters(session: aiohttp.ClientSession, service: Service) -> dict[str, float]:
    """What was dropped and what only a sweep found, all workers and kinds together."""
    async with session.get(f"{service.url}/metrics") as answer:
        lines = [line for line in (await answer.text()).splitlines() if not line.startswith("#")]
    found = dict.fromkeys(COUNTED, 0.0)
    for line in lines:
        name, value = line.split("{")[0].split(" ")[0], float(line.rsplit(" ", 1)[1])
        if name in found:
            found[name] += value
    return found


async def _ready(session: aiohttp.ClientSession, service: Service) -> dict[str, str]:
    async with session.get(f"{service.url}/health/ready") as answer:
        return dict(await answer.json())


async def _until_ready(session: aiohttp.ClientSession, service: Service) -> None:
    async def ready() -> bool:
        told = await _ready(session, service)
        return {told.get(name) for name in ("database", "redis", "works")} == {"ok"}

    await until_found(ready)


class Stretch:
    """A stretch of time with everybody at work."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._from = load.mark()
        self._begun = time.monotonic()

    def long_enough(self) -> bool:
        """Whether it lasted as long as an outage has to."""
        return time.monotonic() - self._begun >= OUTAGE_S

    def tell(self, what: str) -> None:
        """Prints how long it was, and what was said and who came and went meanwhile."""
        load, since = self._load, self._from
        sentences, visits = sum(load.said) - sum(since.said), load.visits - since.visits
        _say(f"{what}: {time.monotonic() - self._begun:.1f} s, {sentences} sentences, {visits} whole visits")


def _say(what: object) -> None:
    sys.stdout.write(f"{what}\n")


def _process(service: Service, name: str) -> psutil.Process:
    (found,) = (one for one in service.processes() if one.name() == name)
    return found


def _keeper(service: Service, server: str) -> psutil.Process:
    folder = str(service.folder / server)
    (found,) = (
        one
        for one in service.processes()
        if any(part.endswith("keeper.py") for part in one.cmdline()) and folder in one.cmdline()
    )
    return found
