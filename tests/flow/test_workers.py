"""One instance, several workers: whoever lands where, they are one house; any of them may die or be stopped."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.rig import databases
from tests.rig.clients import Lawyer, Resident
from tests.rig.crews import all_serve, quick, restarts, serving, sockets_of, worker_behind, workers_of
from tests.rig.house import PASSWORD
from tests.rig.service import Service, free_port
from tests.rig.waiting import until

WORKERS = 3


@pytest.fixture(scope="module")
def service(postgres_server: str, redis_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """An instance with three workers, for all tests here that leave it whole."""
    folder = tmp_path_factory.mktemp("crew")
    with databases.fresh_database(postgres_server) as database, asyncio.Runner() as runner:
        running = serving(folder, database=database, redis=redis_server, workers=WORKERS)
        yield runner.run(running.__aenter__())
        runner.run(running.__aexit__(None, None, None))


async def _resident_beside(
    session: aiohttp.ClientSession, service: Service, lawyer: Lawyer, **hello: object
) -> Resident:
    """A resident's page on another worker than the lawyer's console."""
    while True:
        page = await Resident.open(session, service.url, **hello)  # type: ignore[arg-type]
        if worker_behind(page, service).pid != worker_behind(lawyer, service).pid:
            return page
        await page.close()


async def _lawyer(session: aiohttp.ClientSession, service: Service, username: str) -> Lawyer:
    """One that no other test here has given a talk to."""
    return await Lawyer.open(session, service.url, username=username, password=PASSWORD)


async def test_sockets_are_spread_over_the_workers(session: aiohttp.ClientSession, service: Service) -> None:
    pages = [await Resident.open(session, service.url) for _ in range(WORKERS * 20)]

    held = [sockets_of(worker) for worker in workers_of(service)]
    assert sum(held) == len(pages)
    assert min(held) >= 10


async def test_a_talk_over_two_workers_outlives_each_of_them(session: aiohttp.ClientSession, service: Service) -> None:
    lawyer = await _lawyer(session, service, "seat13")
    resident = await _resident_beside(session, service, lawyer)
    interaction_id = (await resident.say("转人工"))["interaction_id"]
    await lawyer.accept(interaction_id)
    await lawyer.command(type="say", interaction_id=interaction_id, text="请讲")
    heard = await resident.next_of("turn", text="请讲")

    before = await restarts(session, service)
    worker_behind(resident, service).kill()
    await resident.closed()
    cursor = {"interaction_id": interaction_id, "after": heard["seq"]}
    back = await _resident_beside(session, service, lawyer, token=resident.token, **cursor)
    await back.say("我回来了")
    await lawyer.next_of("turn", text="我回来了")
    assert [turn["text"] for turn in back.turns()] == ["我回来了"]

    worker_behind(lawyer, service).kill()
    await lawyer.closed()
    again = await Lawyer.open(session, service.url, token=lawyer.token, after={interaction_id: heard["seq"]})
    assert [turn["text"] for turn in again.turns()] == []
    await again.next_of("turn", text="我回来了")
    await again.command(type="say", interaction_id=interaction_id, text="我也回来了")
    await back.next_of("turn", text="我也回来了")

    await all_serve(session, service, restarted=before + 2)
    assert len(workers_of(service)) == WORKERS
    assert service.command("log", "verify").returncode == 0


async def test_a_worker_that_is_stopped_sends_its_own_people_to_the_others(
    session: aiohttp.ClientSession, service: Service
) -> None:
    lawyer = await _lawyer(session, service, "seat14")
    resident = await _resident_beside(session, service, lawyer)

    before = await restarts(session, service)
    worker_behind(resident, service).terminate()

    assert await resident.closed() == 1012
    back = await Resident.open(session, service.url, token=resident.token)
    await lawyer.accept((await back.say("转人工"))["interaction_id"])
    await all_serve(session, service, restarted=before + 1)


async def test_any_worker_tells_the_metrics_of_all_also_of_one_that_was_killed(
    session: aiohttp.ClientSession, service: Service
) -> None:
    before = await restarts(session, service)
    for _ in range(WORKERS * 4):
        await (await session.get(f"{service.url}/api/codes")).read()
    counted = f'hotline_http_seconds_count{{route="/api/codes"}} {WORKERS * 4}.0'
    for _ in range(WORKERS):
        assert counted in await _metrics(session, service)

    workers_of(service)[0].kill()
    await all_serve(session, service, restarted=before + 1)

    told = await _metrics(session, service)
    assert counted in told
    assert f'hotline_workers{{state="serving"}} {WORKERS}.0' in told
    assert f"hotline_worker_restarts_total {before + 1}.0" in told
    assert "pid=" not in told


async def test_a_stop_drains_all_of_them_and_leaves_nobody(
    session: aiohttp.ClientSession, tmp_path: Path, postgres_url: str, redis_url: str
) -> None:
    async with serving(tmp_path, database=postgres_url, redis=redis_url, workers=2) as service:
        pages = [await Resident.open(session, service.url) for _ in range(8)]
        said = await asyncio.gather(*(page.say("最后一句") for page in pages))

        # As Ctrl-C on a terminal does: everybody of the group hears it.
        assert service.process is not None
        os.killpg(service.process.pid, signal.SIGINT)

        assert {await page.closed() for page in pages} == {1012}
        assert service.process.wait(30) == 0
        assert service.processes() == []
        assert all(ack["type"] == "ack" for ack in said)


async def test_what_a_parent_that_was_killed_leaves_ends_by_itself(
    session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    service = Service(tmp_path, free_port(), environ=quick(tmp_path), arguments=("--workers", "2"))
    try:
        await service.start(session)
        page = await Resident.open(session, service.url)
        assert service.process is not None
        service.process.kill()
        service.process.wait()

        assert await page.closed() == 1012
        await until(lambda: service.processes() == [])

        await service.start(session)
        assert await Resident.open(session, service.url, token=page.token)
        assert [path.name for path in (tmp_path / "metrics").iterdir()] != []
        assert service.interrupt() == 0
        assert list((tmp_path / "metrics").iterdir()) == []
    finally:
        service.kill_everything()


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"HOTLINE_BOTS__CONTENT": "nowhere"}, "nowhere: no entries"),
        (
            {"HOTLINE_INTERACTIONS__DATABASE__POOL_SIZE": "60"},
            "server.workers ≤ 1 or interactions.database.pool_size ≤",
        ),
    ],
)
async def test_a_crew_that_cannot_start_says_why_and_is_gone(
    tmp_path: Path, postgres_url: str, redis_url: str, variables: dict[str, str], told: str
) -> None:
    with pytest.raises(AssertionError, match=told):
        async with serving(tmp_path, database=postgres_url, redis=redis_url, workers=2, **variables):
            pass

    assert Service(tmp_path, 0).processes() == []


async def _metrics(session: aiohttp.ClientSession, service: Service) -> str:
    async with session.get(f"{service.url}/metrics") as answer:
        return await answer.text()
