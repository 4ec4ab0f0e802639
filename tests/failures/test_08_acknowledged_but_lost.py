"""Failure 8: acknowledged and lost. Whatever is killed, full or exhausted: what was acknowledged is there, once."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Awaitable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import asyncpg
import pytest
from redis.asyncio import Redis

from interactions.clock import ManualClock
from interactions.database import Database, connect
from interactions.errors import Unavailable
from interactions.settings import DatabaseSettings
from tests.rig.budget import LEDGER, RACED
from tests.rig.checker import against_heads, check, read, read_on
from tests.rig.clients import Resident
from tests.rig.faults import MEETING, Fault, Faults, FaultyConnection, Recording, Strike
from tests.rig.fleet import Fleet, fleet
from tests.rig.ground import Ground, Seat
from tests.rig.service import Service, free_port
from tests.rig.storm import staff, storm

RESIDENTS = 200
ENOUGH = 1_000
PROCESSES, SEATS, BLOWS = 4, 15, 6
PATIENCE_S = 400.0
_END_ALL = """
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and application_name = 'hotline'
"""


@dataclass(slots=True)
class Talk:
    """What one resident said and was acknowledged."""

    page: Resident
    interaction_id: str = ""
    acknowledged: dict[str, int] = field(default_factory=dict)


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    """A data folder to serve from; nothing of it is left running after."""
    made = Service(tmp_path, free_port())
    yield made
    made.kill_everything()


@pytest.fixture
async def faulty(postgres_url: str) -> AsyncIterator[Database]:
    """A database whose statements can be refused."""
    made = connect(postgres_url, settings=DatabaseSettings(), opened=FaultyConnection)
    yield made
    await made.close()


async def test_what_was_acknowledged_is_there_once_in_order_after_everything_was_killed(service: Service) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await service.start(session)
        talks = [Talk(await Resident.open(session, service.url)) for _ in range(RESIDENTS)]
        enough = asyncio.Event()
        talking = [asyncio.ensure_future(_talk(talk, talks, enough)) for talk in talks]
        async with asyncio.timeout(60):
            await enough.wait()

        service.kill_everything()
        await asyncio.gather(*talking)
        assert service.processes() == []

        await service.start(session)
        spoken = [talk for talk in talks if talk.interaction_id]
        assert len(spoken) > RESIDENTS / 2
        for talk in spoken:
            await _check_resumed(session, service, talk)

        verified = service.command("log", "verify")
        assert verified.returncode == 0, verified.stdout
        assert service.interrupt() == 0
        assert service.processes() == []


async def _talk(talk: Talk, talks: list[Talk], enough: asyncio.Event) -> None:
    """Says one thing after the other until the socket dies."""
    with contextlib.suppress(AssertionError, ConnectionError, aiohttp.ClientError, TimeoutError):
        for number in itertools.count():
            text = f"第{number}句话"
            ack = await talk.page.say(text)
            if ack["type"] == "ack":
                talk.interaction_id = ack["interaction_id"]
                talk.acknowledged[text] = ack["seq"]
            else:
                await asyncio.sleep(ack.get("retry_s", 0.1))
            if sum(len(one.acknowledged) for one in talks) >= ENOUGH:
                enough.set()


async def _check_resumed(session: aiohttp.ClientSession, service: Service, talk: Talk) -> None:
    """Comes back from the beginning and finds every acknowledged turn once, with its seq, in order."""
    back = await Resident.open(session, service.url, token=talk.page.token)
    await back.next_of("state")
    said = [turn for turn in back.turns() if turn["by"] == "resident"]
    seqs = [turn["seq"] for turn in said]
    assert seqs == sorted(set(seqs))
    found = {turn["text"]: turn["seq"] for turn in said}
    assert len(found) == len(said)
    assert talk.acknowledged.items() <= found.items()
    await back.close()


async def test_workers_database_sessions_and_redis_die_at_random_under_load(postgres_url: str, redis_url: str) -> None:
    due: asyncio.Queue[int] = asyncio.Queue()
    residents = RACED["acknowledged"]

    def served(so_far: int) -> None:
        if so_far % (residents // BLOWS) == 0:
            due.put_nowait(so_far)

    async with asyncio.timeout(PATIENCE_S), fleet(postgres_url, redis_url, count=PROCESSES) as house:
        seats = await staff(house, postgres_url, seats=SEATS)
        blows = asyncio.create_task(_blows(house, seats, due, postgres_url, redis_url))
        blown = await storm(house, postgres_url, residents=residents, at_once=30, seed="blows", on_served=served)
        blows.cancel()

    LEDGER["raced: acknowledged"] += len(blown.accepts)
    plain = await asyncpg.connect(postgres_url)
    facts = await read_on(plain)
    assert check(facts, acknowledged=blown.acknowledged) + await against_heads(plain, facts) == []
    await plain.close()
    assert len({one.interaction_id for one in blown.acknowledged}) == residents


async def test_a_full_disk_at_any_statement_is_told_and_nothing_of_it_stays(
    postgres_url: str, faulty: Database, clock: ManualClock
) -> None:
    alarms: list[None] = []
    faulty.on_silence(lambda: alarms.append(None))
    full = Ground.on(faulty, clock=clock)
    interaction_id = (await full.opened()).head.interaction_id
    recording = Recording()
    await _meeting(recording, full.say(interaction_id, "第一句", client_id="0"))

    tries = range(1, len(recording.points) + 1)
    for number in tries:
        with contextlib.suppress(Unavailable):
            await _meeting(Strike(number - 1, Fault.REFUSE), full.say(interaction_id, "满了", client_id=str(number)))
        # The same again, with room: stored once, whether the first try was or not.
        await full.say(interaction_id, "满了", client_id=str(number))

    assert alarms
    facts = await read(postgres_url)
    assert sum(fact.kind == "turn.said" for fact in facts) == 2 + len(tries)
    assert check(facts) == []


async def _meeting(faults: Faults, work: Awaitable[object]) -> None:
    before = MEETING.set(faults)
    try:
        await work
    finally:
        MEETING.reset(before)


async def test_an_exhausted_pool_is_told_in_time_and_stores_nothing(postgres_url: str, ground: Ground) -> None:
    interaction_id = (await ground.opened()).head.interaction_id
    small = connect(postgres_url, settings=DatabaseSettings(pool_size=1, answer_s=0.2))
    alarms: list[None] = []
    small.on_silence(lambda: alarms.append(None))
    narrow = Ground.on(small, clock=ground.clock)
    async with small._connections.taken(), small._direct.taken():
        with pytest.raises(Unavailable):
            await narrow.say(interaction_id, "有人吗", client_id="one")
    assert alarms

    stored = await narrow.say(interaction_id, "有人吗", client_id="one")
    again = await narrow.say(interaction_id, "有人吗", client_id="one")

    assert (stored.repeated, again.repeated, again.seq) == (False, True, stored.seq)
    await small.close()


async def _blows(
    house: Fleet, seats: Sequence[Seat], due: asyncio.Queue[int], postgres_url: str, redis_url: str
) -> None:
    """In turn: a process is killed and replaced, every session of the database ends, Redis forgets and hangs up."""
    plain = await asyncpg.connect(postgres_url)
    async with Redis.from_url(redis_url) as redis:
        for number in itertools.count():
            await due.get()
            if number % 3 == 0:
                victim = house.members[number % PROCESSES]
                victim.kill()
                born = await house.replace(victim)
                # Consoles reconnect as browsers do; those of the living are only once more where they were.
                for one in seats:
                    await born.order("connect", seat_id=str(one.seat_id))
            elif number % 3 == 1:
                await plain.execute(_END_ALL)
            else:
                await redis.flushall()
                await redis.client_kill_filter(_type="pubsub")
