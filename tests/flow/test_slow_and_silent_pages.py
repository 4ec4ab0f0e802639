"""Pages that say nothing, read nothing, or come too often: each has its close code, and nobody else notices."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import WSCloseCode

from tests.rig.clients import Client
from tests.rig.house import running_house, settings


async def test_a_page_that_says_no_hello_is_closed_with_4401(postgres_url: str, redis_url: str) -> None:
    chosen = settings(HOTLINE_CHANNELS__WEB_CHAT__HELLO_S="0.05")
    async with running_house(postgres_url, redis_url, chosen=chosen) as house:
        silent = Client(await house.session.ws_connect(f"{house.url}/chat/ws"))
        assert await silent.closed() == 4401


async def test_a_page_that_reads_nothing_is_closed_with_4408(postgres_url: str, redis_url: str) -> None:
    chosen = settings(
        HOTLINE_CHANNELS__WEB_CHAT__SLOW_S="0.1",
        HOTLINE_CHANNELS__WEB_CHAT__SEND_QUEUE="4",
        HOTLINE_AGENTS__CONSOLE__PACE="{count: 100000, per_s: 1}",
    )
    async with running_house(postgres_url, redis_url, chosen=chosen) as house:
        lawyer, page = await house.lawyer(), await house.resident()
        talker = await house.resident(page.token)
        asked = await talker.command(type="ask_lawyer")
        await lawyer.accept(asked["interaction_id"])
        transport: Any = page.socket._conn.transport  # type: ignore[union-attr]
        transport.pause_reading()
        chats = house.house.web_chat._sockets
        # Said until the server has had enough: how much lies on the way to a silent reader is the kernel's.
        async with asyncio.timeout(60):
            while len(chats) == 2:
                await lawyer.command(type="say", interaction_id=asked["interaction_id"], text="长" * 3_900)
                await talker.next_of("turn", by="lawyer")
        transport.resume_reading()

        # The close frame stands behind what the reader left unread; a cut line is as good.
        assert await page.closed() in (4408, WSCloseCode.ABNORMAL_CLOSURE)
        assert (await talker.say("我没有被影响"))["type"] == "ack"


async def test_bytes_that_are_no_websocket_frame_end_that_socket_only(postgres_url: str, redis_url: str) -> None:
    async with running_house(postgres_url, redis_url) as house:
        page, neighbour = await house.resident(), await house.resident()
        transport: Any = page.socket._conn.transport  # type: ignore[union-attr]

        transport.write(b"\xff\xff\xff\xff")

        assert await page.closed() in (WSCloseCode.PROTOCOL_ERROR, WSCloseCode.ABNORMAL_CLOSURE)
        assert (await neighbour.say("我没有被影响"))["type"] == "ack"


async def test_new_pages_of_one_address_are_limited_and_told_how_long(postgres_url: str, redis_url: str) -> None:
    chosen = settings(HOTLINE_CHANNELS__WEB_CHAT__HELLOS="{count: 2, per_s: 60}")
    async with running_house(postgres_url, redis_url, chosen=chosen) as house:
        known = await house.resident()
        await house.resident()
        third = Client(await house.session.ws_connect(f"{house.url}/chat/ws"))
        await third.send(type="hello", token=None, after=0)

        refused = await third.next_of("error")
        assert (refused["code"], refused["retry_s"] > 0) == ("too_fast", True)
        # Who has a token comes back whatever others do.
        await house.resident(known.token)
