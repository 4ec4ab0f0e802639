"""Bad input of every kind on the residents' socket: an error or close code, nothing lost, nobody else shown."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import aiohttp
import pytest

from interactions.verify import verify
from tests.rig.clients import Client
from tests.rig.house import RunningHouse

CHINESE = re.compile("[一-鿿]")
HOSTILE: list[tuple[str, str]] = [
    ("{", "bad_frame"),
    ("[]", "bad_frame"),
    ("null", "bad_frame"),
    ('{"type":"nonsense"}', "bad_frame"),
    ('{"type":5}', "bad_frame"),
    ('{"type":"say","text":"x"}', "invalid"),
    ('{"type":"say","client_id":"a","text":5}', "invalid"),
    ('{"type":"say","client_id":"a","text":""}', "invalid"),
    ('{"type":"say","client_id":"a","text":"   "}', "invalid"),
    ('{"type":"say","client_id":"","text":"x"}', "invalid"),
    ('{"type":"say","client_id":"a","text":"a\\u0000b"}', "invalid"),
    ('{"type":"say","client_id":"a","text":"a\\u001bb"}', "invalid"),
    ('{"type":"rate","client_id":"a","score":9}', "invalid"),
    ('{"type":"rate","client_id":"a","score":"5"}', "invalid"),
    ('{"type":"rate","client_id":"a","score":5,"segment_id":"x"}', "invalid"),
    ('{"type":"hello","token":null}', "bad_frame"),
    ('{"type":"accept","offer_id":"00000000-0000-0000-0000-000000000000"}', "bad_frame"),
    ('{"type":"wrap_up","interaction_id":"x"}', "bad_frame"),
    ('{"type":"callback","client_id":"a","phone":"1"}', "invalid"),
    ('{"type":"cancel_callback","client_id":"a"}', "wrong_state"),
    ('{"type":"leave_message","client_id":"a","text":" "}', "invalid"),
    ('{"type":"say","client_id":"a","text":"见附件","file_id":"f"}', "not_allowed"),
    ('{"type":"say","client_id":"a"}', "invalid"),
    ('{"type":"say","client_id":"a","text":"\\ud800"}', "bad_frame"),
    ('{"type":"say","client_id":"a","text":' + "[" * 20_000 + "]" * 20_000 + "}", "bad_frame"),
    ('{"type":"say","client_id":"a","text":' + '{"a":' * 900 + "1" + "}" * 900 + "}", "invalid"),
    ('{"type":"say","client_id":"a\\nb","text":"x"}', "invalid"),
    ('{"type":"typing","on":1}', "invalid"),
    ('{"type":"transfer","interaction_id":"x","to":{}}', "bad_frame"),
    ('{"type":"note","interaction_id":"x","text":"x"}', "bad_frame"),
    ('{"type":"beat"}', "bad_frame"),
    ('{"type":"leave","client_id":"a"}', "wrong_state"),
]


@pytest.mark.parametrize(("raw", "code"), HOSTILE)
async def test_a_bad_frame_gets_its_error_and_the_socket_lives(house: RunningHouse, raw: str, code: str) -> None:
    page = await house.resident()

    await page.socket.send_str(raw)

    refused = await page.next_of("error")
    assert refused["code"] == code
    assert CHINESE.search(refused["message"])
    assert (await page.say("还在吗"))["type"] == "ack"


async def test_a_binary_frame_is_a_bad_frame(house: RunningHouse) -> None:
    page = await house.resident()

    await page.socket.send_bytes(b'{"type":"leave","client_id":"a"}')

    assert (await page.next_of("error"))["code"] == "bad_frame"


@pytest.mark.parametrize(
    "text", ["👩‍👩‍👧‍👦 e\u0301", "\u202e倒着写\u2066", "\ufeff零宽\u200b", "𠮷" * 4_000, "'; drop table event; --"]
)
async def test_unusual_words_come_back_and_are_kept_as_they_are(house: RunningHouse, text: str) -> None:
    page = await house.resident()

    ack = await page.say(text)

    assert (await page.next_of("turn", seq=ack["seq"]))["text"] == text
    assert (await verify(house.house.database)).holds


async def test_text_over_the_limit_is_too_large(house: RunningHouse) -> None:
    page = await house.resident()

    assert (await page.say("长" * 4_001))["code"] == "too_large"


async def test_a_frame_over_the_limit_closes_with_4413(house: RunningHouse) -> None:
    page = await house.resident()

    await page.socket.send_str('{"type":"say","client_id":"a","text":"' + "x" * 1_000_000 + '"}')

    assert await page.closed() == 4413


async def test_nothing_is_carried_out_before_the_welcome(house: RunningHouse) -> None:
    page = await _raw(house)

    await page.send(type="say", client_id="a", text="x")

    assert (await page.next_of("error"))["code"] == "bad_frame"


@pytest.mark.parametrize("token", ["nonsense", "", "x" * 500, "\u0000"])
async def test_a_bad_token_closes_with_4401(house: RunningHouse, token: str) -> None:
    page = await _raw(house)

    await page.send(type="hello", token=token, after=0)

    assert await page.closed() == 4401


async def test_a_lawyers_token_is_no_residents_token_nor_the_other_way_round(house: RunningHouse) -> None:
    lawyer, resident = await house.lawyer(), await house.resident()
    as_resident = await _raw(house)
    as_lawyer = Client(await house.session.ws_connect(f"{house.url}/console/ws"))

    await as_resident.send(type="hello", token=lawyer.token, after=0)
    await as_lawyer.send(type="hello", token=resident.token, after={})

    assert await as_resident.closed() == 4401
    assert await as_lawyer.closed() == 4401


async def test_another_residents_interaction_answers_like_one_that_does_not_exist(house: RunningHouse) -> None:
    owner, stranger = await house.resident(), await house.resident()
    interaction_id = (await owner.say("我的秘密"))["interaction_id"]

    page = await _raw(house)
    await page.send(type="hello", token=stranger.token, interaction_id=interaction_id, after=0)

    assert (await page.next_of("error"))["code"] == "not_found"
    assert "秘密" not in str(page.frames)


async def test_a_flood_is_slowed_then_closed_and_the_process_lives(house: RunningHouse) -> None:
    page, neighbour = await house.resident(), await house.resident()

    await _flood(page, 10_000)

    assert await page.closed() == 4429
    errors = [frame for frame in page.frames if frame["type"] == "error"]
    assert errors[0]["code"] == "too_fast"
    assert errors[0]["retry_s"] > 0
    assert (await neighbour.say("我没有被影响"))["type"] == "ack"
    assert (await verify(house.house.database)).holds


async def test_html_comes_back_as_the_text_it_is(house: RunningHouse) -> None:
    page = await house.resident()

    await page.say("<script>alert(1)</script>")

    assert (await page.next_of("turn", by="resident"))["text"] == "<script>alert(1)</script>"


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://[", "http://127.0.0.1.evil.example"])
async def test_a_page_of_another_site_may_not_connect(house: RunningHouse, origin: str) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await house.session.ws_connect(f"{house.url}/chat/ws", origin=origin)
    assert refused.value.status == 403


async def test_the_pages_forbid_everything_from_elsewhere(house: RunningHouse) -> None:
    for path in ("/", "/console/", "/assets/shared/socket.js"):
        async with house.session.get(house.url + path) as answer:
            assert answer.status == 200
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    async with house.session.get(f"{house.url}/assets/shared/%2e%2e/config.yaml") as answer:
        assert answer.status == 404


async def _raw(house: RunningHouse) -> Client:
    return Client(await house.session.ws_connect(f"{house.url}/chat/ws"))


async def _flood(page: Client, frames: int) -> None:
    raw: Any = '{"type":"typing","on":true}'
    try:
        for number in range(frames):
            await page.socket.send_str(raw)
            if number % 200 == 0:
                await asyncio.sleep(0)
    except (ConnectionError, aiohttp.ClientError):
        return  # closed under us, as it should be
