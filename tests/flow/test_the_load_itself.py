"""The load is shown to tell what stops it, at once: against a house of a few lines that does what a test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.rig import load as load_module
from tests.rig import pages
from tests.rig.load import Load
from tests.rig.pages import ResidentPage

HERE = "00000000-0000-7000-8000-000000000001"
WELCOME = {"type": "welcome", "token": "t", "interaction_id": HERE, "last": 0, "state": "with_lawyer"}
Answers = Callable[[web.WebSocketResponse, dict[str, Any]], Awaitable[None]]


@pytest.fixture
async def plays() -> AsyncIterator[Callable[[Answers], Awaitable[Load]]]:
    """Has a house answer each frame as told, and one talker come to it."""
    houses: list[TestServer] = []
    loads: list[Load] = []
    async with aiohttp.ClientSession() as session:

        async def play(answers: Answers) -> Load:
            houses.append(TestServer(_house(answers)))
            await houses[-1].start_server()
            load = Load(session, str(houses[-1].make_url("")).rstrip("/"))
            load.talkers, load.said = [ResidentPage(session, load.url)], [0]
            load.working = [asyncio.ensure_future(load.talk(0))]
            loads.append(load)
            return load

        yield play
        for load in loads:
            await load.stop()
        for house in houses:
            await house.close()


async def test_words_that_are_refused_are_not_said_and_stop_it(plays: Callable[[Answers], Awaitable[Load]]) -> None:
    async def refusing(socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
        refused = {"type": "error", "code": "wrong_state", "message": "已结束", "client_id": frame.get("client_id")}
        await _send(socket, WELCOME if frame["type"] == "hello" else refused)

    load = await plays(refusing)

    with pytest.raises(AssertionError, match="转人工 was refused"):
        await load.until(lambda: False)
    assert load.said == [0]
    assert load.acknowledged == []


@pytest.mark.parametrize("rubbish", ["no JSON", '{"type": "state", "interaction_id": "of nobody"}'])
async def test_a_page_that_fails_stops_it(plays: Callable[[Answers], Awaitable[Load]], rubbish: str) -> None:
    async def babbling(socket: web.WebSocketResponse, _: dict[str, Any]) -> None:
        await socket.send_str(rubbish)

    load = await plays(babbling)

    with pytest.raises(AssertionError, match="a page failed"):
        await load.until(lambda: False)


async def test_a_token_that_is_not_known_any_more_stops_it(plays: Callable[[Answers], Awaitable[Load]]) -> None:
    async def forgetful(socket: web.WebSocketResponse, _: dict[str, Any]) -> None:
        await socket.close(code=4401)

    load = await plays(forgetful)

    with pytest.raises(AssertionError, match="a page failed"):
        await load.until(lambda: False)


async def test_a_hello_without_an_answer_is_said_again_elsewhere(
    plays: Callable[[Answers], Awaitable[Load]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "ANSWER_S", 0.05)
    hellos: list[dict[str, Any]] = []

    async def silent_at_first(socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
        if frame["type"] == "hello":
            hellos.append(frame)
        if len(hellos) > 1:
            acknowledged = {"type": "ack", "client_id": frame.get("client_id"), "interaction_id": HERE, "seq": 1}
            await _send(socket, WELCOME if frame["type"] == "hello" else acknowledged)

    load = await plays(silent_at_first)
    monkeypatch.setattr(pages, "PAUSE_S", 0.0)

    await load.until(lambda: load.said[0] > 0)
    assert load.talkers[0].unanswered >= 1


async def test_who_stands_still_is_named(
    plays: Callable[[Answers], Awaitable[Load]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_module, "PATIENCE_S", 0.2)

    async def never(socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
        later = {"type": "error", "code": "unavailable", "message": "稍后再试", "client_id": frame.get("client_id")}
        await _send(socket, WELCOME if frame["type"] == "hello" else later)

    load = await plays(never)

    with pytest.raises(AssertionError, match=rf"said 0: {HERE} with_lawyer, connected, unanswered \['say'\]"):
        await load.until(lambda: False)


def _house(answers: Answers) -> web.Application:
    async def serve(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            await answers(socket, orjson.loads(message.data))
        return socket

    house = web.Application()
    house.router.add_get("/chat/ws", serve)
    return house


async def _send(socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
    await socket.send_str(orjson.dumps(frame).decode())
