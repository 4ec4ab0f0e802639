"""Waiting on a condition where no event can be waited for: other processes, the rows, a file."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

# What is waited for is done in a moment, or in seconds where other tests keep every processor busy.
PATIENCE_S = 90.0
LOOK_S = 0.02
T = TypeVar("T")


async def until(condition: Callable[[], bool]) -> None:
    """Returns when `condition` holds; raises `TimeoutError` when it does not come true."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - who sets it has no event of ours
            await asyncio.sleep(LOOK_S)


async def until_found(look: Callable[[], Awaitable[T]]) -> T:
    """The first thing that `look` comes to that is true; raises `TimeoutError` when there is none."""
    async with asyncio.timeout(PATIENCE_S):
        while not (found := await look()):  # noqa: ASYNC110 - who sets it has no event of ours
            await asyncio.sleep(LOOK_S)
    return found
