"""Symptom: a page that came while the database was silent for more than 15 s was closed with 4401, "bad token".

It had said who it is again and again and was told `unavailable` each time. On 4401 the residents' page forgets its
token, and with it the talk, and the console asks for the password.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from agents.closing import CloseCode
from agents.line import Line
from agents.line_settings import LineSettings
from agents.pace import Rate
from interactions.clock import ManualClock
from interactions.errors import BadFrame, HotlineError, TooFast, Unavailable

SETTINGS = LineSettings(hello_s=0.05, heartbeat_s=20, refused_frames=5, pace=Rate(count=100, per_s=1))


Attempt = Callable[[str | bytes], Awaitable[bool]]


class Hello:
    """A wire whose page says hello once, or never, and then waits."""

    def __init__(self, *, said: bool = True) -> None:
        self._left = ["hello"] if said else []

    async def receive(self) -> str | None:
        """What the page says."""
        return self._left.pop() if self._left else await asyncio.Future()

    async def send(self, text: str) -> None:
        """Takes the frame."""


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (Unavailable("服务暂时没有响应，请稍后重试"), CloseCode.RESTART),
        (TooFast("访问过于频繁，请稍后再试", retry_s=60), CloseCode.TOO_FAST),
        (BadFrame("type：请先发送 hello"), CloseCode.BAD_TOKEN),
    ],
)
async def test_who_is_late_because_of_us_is_told_to_come_again(refusal: HotlineError, code: CloseCode) -> None:
    async def refused(_: str | bytes) -> bool:
        raise refusal

    assert await _served(Hello(), refused) == code


async def test_so_is_whose_hello_is_still_being_looked_up() -> None:
    async def silent(_: str | bytes) -> bool:
        return bool(await asyncio.Future())

    assert await _served(Hello(), silent) == CloseCode.RESTART


async def test_who_says_nothing_is_turned_away() -> None:
    async def unasked(_: str | bytes) -> bool:
        raise AssertionError

    assert await _served(Hello(said=False), unasked) == CloseCode.BAD_TOKEN


async def _served(wire: Hello, attempt: Attempt) -> int:
    line = Line(wire, settings=SETTINGS, clock=ManualClock(), kind="chat")

    async def converse(_: asyncio.TaskGroup) -> None:
        await line.greet(attempt)

    return await line.serve(converse)
