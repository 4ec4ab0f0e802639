"""Two instances on one database and one Redis, each with its own port and data folder: one house.

resident ──▶ instance 1 ─┐                        each killed in turn
                         ├─▶ PostgreSQL, Redis
lawyer ────▶ instance 2 ─┘
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from tests.rig import databases
from tests.rig.clients import Lawyer, Resident
from tests.rig.crews import SECRETS, serving
from tests.rig.house import PASSWORD
from tests.rig.service import Service

WRAP_UP = {
    "matter": "debt",
    "district": "120104",
    "request_kind": "consultation",
    "outcome": "answered",
    "summary": "已答复",
}


@dataclass(frozen=True, slots=True)
class Pair:
    """The two instances."""

    first: Service
    second: Service


@pytest.fixture(scope="module")
def pair(postgres_server: str, redis_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Both, on an empty database, started at the same moment; for all tests here that leave them whole."""
    folder = tmp_path_factory.mktemp("pair")
    with databases.empty_database(postgres_server) as database, asyncio.Runner() as runner:
        stack = AsyncExitStack()

        async def start(name: str) -> Service:
            return await stack.enter_async_context(serving(folder / name, database=database, redis=redis_server))

        async def both() -> Pair:
            return Pair(*await asyncio.gather(start("one"), start("two")))

        yield runner.run(both())
        runner.run(stack.aclose())


async def _lawyer(session: aiohttp.ClientSession, service: Service, username: str) -> Lawyer:
    """One that no other test here has given a talk to."""
    return await Lawyer.open(session, service.url, username=username, password=PASSWORD)


async def test_the_main_path_with_each_side_on_an_instance_of_its_own(
    session: aiohttp.ClientSession, pair: Pair
) -> None:
    lawyer = await _lawyer(session, pair.second, "seat13")
    resident = await Resident.open(session, pair.first.url)
    here = (await resident.say("转人工"))["interaction_id"]
    await lawyer.accept(here)
    await resident.next_of("state", state="with_lawyer")

    await resident.send(type="typing", on=True)
    await lawyer.next_of("typing", interaction_id=here, by="resident", on=True)
    await lawyer.send(type="typing", interaction_id=here, on=True)
    await resident.next_of("typing", by="lawyer", on=True)
    await resident.say("借条只写了名字")
    await lawyer.next_of("turn", text="借条只写了名字")
    await lawyer.command(type="note", interaction_id=here, text="内部备注")
    await lawyer.command(type="say", interaction_id=here, text="请保留转账记录")
    await resident.next_of("turn", text="请保留转账记录")
    await lawyer.command(type="release", interaction_id=here)
    asked = await resident.next_of("rate_request", interaction_id=here)
    await lawyer.command(type="wrap_up", interaction_id=here, **WRAP_UP)
    await resident.next_of("state", state="closed")
    rated = await resident.command(type="rate", score=5, interaction_id=here, segment_id=asked["segment_id"])

    assert rated["type"] == "ack"
    assert "内部备注" not in [turn["text"] for turn in resident.turns()]
    assert pair.second.command("log", "verify").returncode == 0


async def test_the_instance_of_either_side_is_killed_and_both_go_on_at_the_other(
    session: aiohttp.ClientSession, pair: Pair
) -> None:
    lawyer = await _lawyer(session, pair.second, "seat14")
    resident = await Resident.open(session, pair.first.url)
    here = (await resident.say("转人工"))["interaction_id"]
    await lawyer.accept(here)
    heard = await lawyer.command(type="say", interaction_id=here, text="请讲")

    pair.first.kill_everything()
    await resident.closed()
    resident = await Resident.open(session, pair.second.url, token=resident.token, interaction_id=here)
    await resident.next_of("turn", text="请讲")
    await resident.say("我换到了第二个")
    await lawyer.next_of("turn", text="我换到了第二个")

    await pair.first.start(session)
    pair.second.kill_everything()
    await asyncio.gather(resident.closed(), lawyer.closed())
    lawyer = await Lawyer.open(session, pair.first.url, token=lawyer.token, after={here: heard["seq"]})
    resident = await Resident.open(session, pair.first.url, token=resident.token, interaction_id=here)
    await lawyer.next_of("turn", text="我换到了第二个")
    await lawyer.command(type="say", interaction_id=here, text="我们都在第一个")
    await resident.next_of("turn", text="我们都在第一个")

    seqs = [turn["seq"] for turn in resident.turns()]
    assert seqs == sorted(set(seqs))
    await pair.second.start(session)
    assert pair.first.command("log", "verify").returncode == 0


async def test_one_seat_at_both_accepts_once(session: aiohttp.ClientSession, pair: Pair) -> None:
    here = await _lawyer(session, pair.first, "seat15")
    there = await Lawyer.open(session, pair.second.url, token=here.token)
    resident = await Resident.open(session, pair.first.url)
    interaction_id = (await resident.say("转人工"))["interaction_id"]

    answers = await asyncio.gather(here.accept(interaction_id), there.accept(interaction_id))

    assert sorted(answer["type"] for answer in answers) == ["ack", "error"]
    assert [answer["code"] for answer in answers if answer["type"] == "error"] == ["offer_gone"]
    for console in (here, there):
        await console.next_of("turn", text="转人工", interaction_id=interaction_id)
        await console.next_of("state", state="with_lawyer", interaction_id=interaction_id)


async def test_who_signs_out_at_one_is_signed_out_at_the_other(session: aiohttp.ClientSession, pair: Pair) -> None:
    here = await _lawyer(session, pair.first, "seat12")
    there = await Lawyer.open(session, pair.second.url, token=here.token)

    bearer = {"Authorization": f"Bearer {here.token}"}
    async with session.post(f"{pair.first.url}/api/logout", headers=bearer) as answer:
        assert answer.status == 200

    assert await here.closed() == 4401
    assert await there.closed() == 4401


async def test_guesses_at_both_are_counted_together(session: aiohttp.ClientSession, pair: Pair) -> None:
    async def guess(service: Service) -> int:
        form = {"username": "admin", "password": "no"}
        async with session.post(f"{service.url}/api/login", json=form) as answer:
            return answer.status

    told = [await guess(service) for _ in range(5) for service in (pair.first, pair.second)]

    assert told == [401] * 10
    assert [await guess(pair.first), await guess(pair.second)] == [429, 429]


async def test_an_instance_with_other_keys_does_not_open(
    session: aiohttp.ClientSession, pair: Pair, tmp_path: Path
) -> None:
    await (await Resident.open(session, pair.first.url)).say("你好")
    given = dict(pair.first.environ)
    with_own_keys = {name: value for name, value in given.items() if name not in SECRETS}
    stranger = Service(tmp_path, 0, environ=with_own_keys)

    refused = stranger.command("serve")

    assert refused.returncode == 2
    assert "instances on one database share theirs" in refused.stderr
