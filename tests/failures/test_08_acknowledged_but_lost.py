"""Failure 8: everything is killed in the middle of 200 talking residents; what was acknowledged is there once."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from tests.rig.clients import Resident
from tests.rig.service import Service, free_port

RESIDENTS = 200
ENOUGH = 1_000


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
