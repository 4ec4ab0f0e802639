"""Frames on their way out: in order, bounded, and never stuck behind a reader who is gone."""

from __future__ import annotations

import asyncio

import orjson
import pytest

from agents.closing import CloseCode, CloseSocket
from agents.sending import Sending


async def test_frames_leave_in_the_order_they_came() -> None:
    sending, sent = Sending(most=10, slow_s=1.0), list[int]()
    done = asyncio.Event()

    async def send(text: str) -> None:
        sent.append(orjson.loads(text)["n"])
        if len(sent) == 5:
            done.set()

    running = asyncio.ensure_future(sending.run(send))
    for number in range(5):
        await sending.put({"n": number})
    await done.wait()
    running.cancel()
    assert sent == [0, 1, 2, 3, 4]


async def test_a_reader_who_takes_nothing_is_too_slow() -> None:
    sending = Sending(most=1, slow_s=0.01)
    await sending.put({})
    with pytest.raises(CloseSocket) as closed:
        await sending.put({})
    assert closed.value.code is CloseCode.TOO_SLOW


async def test_a_wire_that_blocks_is_too_slow() -> None:
    sending = Sending(most=1, slow_s=0.01)
    await sending.put({})

    async def send(_: str) -> None:
        await asyncio.Event().wait()

    with pytest.raises(CloseSocket):
        await sending.run(send)


async def test_once_the_reader_is_gone_whoever_puts_goes_on() -> None:
    sending = Sending(most=1, slow_s=60.0)

    async def send(_: str) -> None:
        raise ConnectionResetError

    await sending.put({})
    waiting = asyncio.ensure_future(sending.put({}))
    await sending.run(send)
    await waiting
    await sending.put({})
