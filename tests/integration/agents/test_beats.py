"""A tab that its browser froze still answers pings; the page itself is asked, too."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aiohttp.test_utils import TestClient

from agents.closing import CloseCode
from tests.integration.agents.console_client import ConsoleClient, log_in
from tests.integration.agents.house import House


async def _hello(console: ConsoleClient, client: TestClient[Any, Any], *, beats: bool) -> None:
    await console.send({"type": "hello", "token": await log_in(client, "seat01"), "after": {}, "beats": beats})
    await console.until("welcome")


def _a_beat_later(house: House) -> None:
    house.clock.advance(timedelta(seconds=house.settings.console.beat_s))


async def test_a_page_that_does_not_answer_is_closed_as_too_slow_and_its_seat_is_gone(
    house: House, client: TestClient[Any, Any]
) -> None:
    await house.add_lawyer("seat01")
    async with ConsoleClient(client) as console:
        await _hello(console, client, beats=True)
        await console.until("beat")
        assert [frame["type"] for frame in console.received[:1]] == ["welcome"]

        _a_beat_later(house)

        assert await console.closed() == CloseCode.TOO_SLOW
    assert not house.presence._open


async def test_a_page_that_answers_goes_on(house: House, client: TestClient[Any, Any]) -> None:
    await house.add_lawyer("seat01")
    async with ConsoleClient(client) as console:
        await _hello(console, client, beats=True)
        for number in range(5):
            await console.until("beat")
            await console.send({"type": "beat"})
            # Any frame counts; the answer to this one says that both have arrived.
            await console.ask({"type": "status", "status": "available", "client_id": f"s{number}"})
            _a_beat_later(house)
        await console.until("beat")


async def test_a_client_that_does_not_know_beats_is_asked_nothing(house: House, client: TestClient[Any, Any]) -> None:
    await house.add_lawyer("seat01")
    async with ConsoleClient(client) as console:
        await _hello(console, client, beats=False)
        _a_beat_later(house)
        _a_beat_later(house)
        answer = await console.ask({"type": "status", "status": "available", "client_id": "s"})
    assert answer["type"] == "ack"
    assert not [frame for frame in console.received if frame["type"] == "beat"]
