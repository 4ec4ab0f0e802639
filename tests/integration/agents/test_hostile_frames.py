"""What nobody well-meaning sends: each gets its code, the socket or at least the process lives, nothing is done."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import WSCloseCode
from aiohttp.test_utils import TestClient, TestServer

from agents.closing import CloseCode
from agents.settings import AgentsSettings, ConsoleSettings
from tests.integration.agents.console_client import ConsoleClient, Frame, log_in
from tests.integration.agents.house import CHEAP, House, house_on

NOBODYS = str(uuid4())
UNREADABLE = ["", "{", "[]", "7", "null", '"x"', "[" * 50_000, '{"type":"say","text":"\\ud800"}', "\x00"]
UNKNOWN = [
    {},
    {"type": None},
    {"type": 7},
    {"type": "nope"},
    {"type": ["say"]},
    {"type": "ask_lawyer", "client_id": "1"},
]
BAD_WORDS: list[object] = ["", "   ", "\x00", "a\x1bb", "\x7f", "\x85", None, 7, [], {}]


@pytest.mark.parametrize("raw", UNREADABLE)
async def test_what_is_not_a_json_object_is_a_bad_frame_and_the_socket_lives(
    house: House, client: TestClient[Any, Any], raw: str
) -> None:
    await house.add_lawyer("seat01")
    async with ConsoleClient(client) as console:
        await console.send(raw)
        assert (await console.until("error"))["code"] == "bad_frame"
        await console.hello(await log_in(client, "seat01"))
        await console.send(raw)
        assert (await console.until("error"))["code"] == "bad_frame"
        assert (await console.ask({"type": "status", "status": "away", "client_id": "1"}))["type"] == "ack"


async def test_a_binary_frame_is_a_bad_frame(house: House, client: TestClient[Any, Any]) -> None:
    await house.add_lawyer("seat01")
    async with ConsoleClient(client) as console:
        await console.hello(await log_in(client, "seat01"))
        await console.socket.send_bytes(b'{"type":"status","status":"away"}')
        assert (await console.until("error"))["code"] == "bad_frame"


async def test_unknown_frames_and_a_residents_frames_are_bad_frames(house: House, client: TestClient[Any, Any]) -> None:
    await house.add_lawyer("seat01")
    async with ConsoleClient(client) as console:
        await console.hello(await log_in(client, "seat01"))
        for frame in [*UNKNOWN, {"type": "hello", "token": "x"}]:
            await console.send(frame)
            assert (await console.until("error"))["code"] == "bad_frame"


async def test_nothing_is_carried_out_before_hello(house: House, client: TestClient[Any, Any]) -> None:
    lawyer = await house.add_lawyer("seat01")
    head = await house.open()
    await house.give(head, lawyer)
    async with ConsoleClient(client) as console:
        frame = {"type": "say", "interaction_id": str(head.interaction_id), "text": "x", "client_id": "1"}
        assert (await console.ask(frame))["code"] == "bad_frame"
    _, records = await house.reader.read(head.interaction_id)
    assert not [record for record in records if record.by_id == lawyer.account_id and record.kind == "turn.said"]


@pytest.mark.parametrize("token", ["", "x", "x" * 500, "\x00", "令牌", "A" * 43])
async def test_a_token_that_is_none_of_ours_closes_with_4401(client: TestClient[Any, Any], token: str) -> None:
    async with ConsoleClient(client) as console:
        # As a resident's page would say hello: `after` is a number there.
        await console.send({"type": "hello", "token": token, "after": 0})
        assert await console.closed() == CloseCode.BAD_TOKEN
        assert console.received == []


async def test_hello_without_token_or_cookie_closes_with_4401(client: TestClient[Any, Any]) -> None:
    async with ConsoleClient(client) as console:
        await console.send({"type": "hello", "token": None})
        assert await console.closed() == CloseCode.BAD_TOKEN


async def test_the_cookie_counts_on_our_own_page_only(house: House, client: TestClient[Any, Any]) -> None:
    await house.add_lawyer("seat01")
    await log_in(client, "seat01")
    async with ConsoleClient(client, cookies=True) as ours:
        assert (await ours.hello(None))["seat"] == "seat01"
    async with ConsoleClient(client) as theirs:
        await theirs.send({"type": "hello"})
        assert await theirs.closed() == CloseCode.BAD_TOKEN


@pytest.mark.parametrize(
    "after", [0, [], "x", {"x": 1}, {NOBODYS: -1}, {NOBODYS: True}, {NOBODYS: 2**70}, {NOBODYS: "1"}]
)
async def test_cursors_of_another_shape_are_invalid_and_hello_may_be_tried_again(
    house: House, client: TestClient[Any, Any], after: object
) -> None:
    await house.add_lawyer("seat01")
    token = await log_in(client, "seat01")
    async with ConsoleClient(client) as console:
        await console.send({"type": "hello", "token": token, "after": after})
        refused = await console.until("error")
        assert refused["code"] == "invalid"
        assert refused["message"].startswith("after")
        await console.hello(token)


@pytest.mark.parametrize("kind", ["say", "note"])
async def test_words_of_another_shape_are_invalid_naming_the_field(
    house: House, client: TestClient[Any, Any], kind: str
) -> None:
    await house.add_lawyer("seat01")
    async with ConsoleClient(client) as console:
        await console.hello(await log_in(client, "seat01"))
        for text in BAD_WORDS:
            refused = await console.ask({"type": kind, "interaction_id": NOBODYS, "text": text, "client_id": "1"})
            assert (refused["code"], refused["message"][:4]) == ("invalid", "text")
        refused = await console.ask({"type": kind, "interaction_id": NOBODYS, "text": "长" * 4_001, "client_id": "1"})
        assert refused["code"] == "too_large"


async def test_every_command_refuses_hostile_fields_and_changes_nothing(
    house: House, client: TestClient[Any, Any]
) -> None:
    lawyer = await house.add_lawyer("seat01")
    head = await house.open()
    await house.give(head, lawyer)
    here = {"interaction_id": str(head.interaction_id)}
    form = {"matter": "labour", "district": "120104", "request_kind": "consultation", "outcome": "answered"}
    hostile: list[tuple[Frame, str]] = [
        ({"type": "status", "status": "signed_out"}, "invalid"),
        ({"type": "status", "status": "away", "reason": "x" * 201}, "too_large"),
        ({"type": "status", "status": "away", "reason": "\x00"}, "invalid"),
        ({"type": "accept"}, "invalid"),
        ({"type": "accept", "offer_id": "'; drop table offer"}, "invalid"),
        ({"type": "accept", "offer_id": NOBODYS}, "offer_gone"),
        ({"type": "decline", "offer_id": NOBODYS}, "invalid"),
        ({"type": "decline", "offer_id": NOBODYS, "reason": "conflict"}, "offer_gone"),
        ({"type": "say", "interaction_id": "../../etc", "text": "x"}, "invalid"),
        ({"type": "say", "interaction_id": NOBODYS, "text": "x"}, "not_found"),
        ({"type": "note", "interaction_id": NOBODYS, "text": "x"}, "not_found"),
        ({"type": "release", "interaction_id": NOBODYS}, "not_found"),
        ({"type": "release", "interaction_id": None}, "invalid"),
        ({"type": "transfer", **here}, "invalid"),
        ({"type": "transfer", **here, "to": "seat01"}, "invalid"),
        ({"type": "transfer", **here, "to": {}}, "invalid"),
        ({"type": "transfer", **here, "to": {"matter": "labour", "seat": "seat02"}}, "invalid"),
        ({"type": "transfer", **here, "to": {"matter": "'; drop table seat"}}, "invalid"),
        ({"type": "transfer", **here, "to": {"seat": "\x00"}}, "invalid"),
        ({"type": "transfer", **here, "to": {"seat": "nowhere"}}, "invalid"),
        ({"type": "transfer", **here, "to": {"seat": "seat01"}}, "wrong_state"),
        ({"type": "transfer", **here, "to": {"matter": "labour"}, "note": "x" * 2_001}, "too_large"),
        ({"type": "transfer", **here, "to": {"matter": "labour"}, "note": "\x1b"}, "invalid"),
        ({"type": "transfer", "interaction_id": NOBODYS, "to": {"matter": "labour"}}, "not_found"),
        ({"type": "cancel_transfer", **here}, "wrong_state"),
        ({"type": "parties", **here}, "invalid"),
        ({"type": "parties", **here, "own": " ", "other": ""}, "invalid"),
        ({"type": "parties", **here, "own": "x" * 201}, "too_large"),
        ({"type": "parties", **here, "other": "\x00"}, "invalid"),
        ({"type": "parties", **here, "other": ["x"]}, "invalid"),
        ({"type": "parties", "interaction_id": NOBODYS, "own": "x"}, "not_found"),
        ({"type": "watch", **here}, "not_allowed"),
        ({"type": "watch", **here, "on": "yes"}, "invalid"),
        ({"type": "whisper", **here, "text": "\x1b"}, "invalid"),
        ({"type": "join", **here, "text": " "}, "invalid"),
        ({"type": "take_over", **here}, "not_allowed"),
        ({"type": "assign", **here, "seat": ""}, "invalid"),
        ({"type": "close", **here, "reason": "x" * 201}, "too_large"),
        ({"type": "cancel_transfer", "interaction_id": NOBODYS}, "not_found"),
        ({"type": "wrap_up", **here, **form}, "invalid"),
        ({"type": "wrap_up", **here, **form, "summary": " "}, "invalid"),
        ({"type": "wrap_up", **here, **form, "summary": "x" * 2_001}, "too_large"),
        ({"type": "wrap_up", **here, **form, "summary": "x", "kinds": "x"}, "invalid"),
        ({"type": "wrap_up", **here, **form, "summary": "x", "kinds": ["consultation"] * 99}, "invalid"),
        ({"type": "wrap_up", **here, **form, "summary": "x", "place": 7}, "invalid"),
        ({"type": "wrap_up", **here, **form, "summary": "x", "aid_informed": "yes"}, "invalid"),
        ({"type": "wrap_up", **here, **form, "summary": "x", "other_party": "\x08"}, "invalid"),
        ({"type": "wrap_up", **here, **form, "summary": "x"}, "wrong_state"),
    ]
    async with ConsoleClient(client) as console:
        await console.hello(await log_in(client, "seat01"))
        for number, (frame, code) in enumerate(hostile):
            refused = await console.ask({**frame, "client_id": str(number)})
            assert (refused["type"], refused.get("code")) == ("error", code), frame
    after, _ = await house.reader.read(head.interaction_id)
    assert after.state == "with_lawyer"


async def test_what_was_sent_is_not_repeated_in_an_error(house: House, client: TestClient[Any, Any]) -> None:
    await house.add_lawyer("seat01")
    async with ConsoleClient(client) as console:
        await console.hello(await log_in(client, "seat01"))
        for field in ("type", "interaction_id", "text", "client_id"):
            frame: Frame = {"type": "say", "interaction_id": NOBODYS, "text": "x"} | {field: "身份证\x00号"}
            await console.send(frame)
            assert "身份证" not in str(await console.until("error"))


@pytest.mark.parametrize("size", [64 * 1024 + 1, 1_000_000])
async def test_a_frame_over_the_limit_closes_with_4413(house: House, client: TestClient[Any, Any], size: int) -> None:
    await house.add_lawyer("seat01")
    async with ConsoleClient(client) as console:
        await console.hello(await log_in(client, "seat01"))
        await console.send('{"type":"say","text":"' + "x" * size + '"}')
        assert await console.closed() == CloseCode.TOO_LARGE
    async with ConsoleClient(client) as again:
        await again.hello(await log_in(client, "seat01"))


async def test_a_flood_is_told_to_slow_down_and_then_closed_with_4429(
    house: House, client: TestClient[Any, Any]
) -> None:
    await house.add_lawyer("seat01")
    async with ConsoleClient(client) as console:
        await console.hello(await log_in(client, "seat01"))
        for _ in range(1_000):
            if console.socket.closed:
                break
            await console.socket.send_str('{"type":"status","status":"away","client_id":"1"}')
        assert await console.closed() == CloseCode.TOO_FAST
    too_fast = [frame for frame in console.received if frame.get("code") == "too_fast"]
    assert too_fast
    assert all(frame["retry_s"] > 0 for frame in too_fast)


async def test_who_says_no_hello_in_time_is_closed_with_4401(postgres_url: str) -> None:
    settings = AgentsSettings(password=CHEAP, console=ConsoleSettings(hello_s=0.05))
    async with (
        house_on(postgres_url, settings=settings) as house,
        TestClient(TestServer(house.app())) as client,
        ConsoleClient(client) as console,
    ):
        assert await console.closed() == CloseCode.BAD_TOKEN


async def test_who_reads_too_slowly_is_closed_with_4408(postgres_url: str) -> None:
    settings = AgentsSettings(password=CHEAP, console=ConsoleSettings(slow_s=0.1, send_queue=4))
    async with house_on(postgres_url, settings=settings) as house, TestClient(TestServer(house.app())) as client:
        lawyer = await house.add_lawyer("seat01")
        head = await house.open()
        await house.give(head, lawyer)
        async with ConsoleClient(client) as console:
            await console.hello(await log_in(client, "seat01"))
            transport: Any = console.socket._conn.transport  # type: ignore[union-attr]
            transport.pause_reading()
            (live,) = house.consoles._live
            # Said until the server has had enough: how much lies on the way to a silent reader is the kernel's.
            async with asyncio.timeout(60):
                while live in house.consoles._live:
                    await house.resident_says(head, "长" * 3_900)
            transport.resume_reading()
            # The close frame stands behind what the reader left unread; a cut line is as good.
            assert await console.closed() in (CloseCode.TOO_SLOW, WSCloseCode.ABNORMAL_CLOSURE)
